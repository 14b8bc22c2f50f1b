using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Sources.Json;
using Xunit;

namespace MispGraphSync.Tests.Sources.Json;

/// <summary>The memory of the whole process is measured, so no other test may run meanwhile.</summary>
[Collection(nameof(RunsAlone))]
public class MemoryTests
{
    [Fact]
    public async Task A_big_event_is_spooled_to_a_file_and_read_back_unchanged()
    {
        var json = GeneratedEvent.Bytes(5_000);
        using var inMemory = new MispJsonReader(new MemoryStream(json), _ => TestReader.Derived);
        using var spooled = new MispJsonReader(new MemoryStream(json), _ => TestReader.Derived, memoryLimit: 100_000);

        var expected = await ItemsAsync(inMemory);
        var actual = await ItemsAsync(spooled);

        Assert.Equal(0, inMemory.SpooledBytes);
        Assert.InRange(spooled.SpooledBytes, 100_000, json.Length);
        Assert.Equal(5_000, expected.Count);
        Assert.Equal(expected.Select(Describe), actual.Select(Describe));
    }

    [Fact]
    public async Task Items_can_be_enumerated_twice_until_the_next_event_is_requested()
    {
        var one = Encoding.UTF8.GetString(GeneratedEvent.Bytes(50));
        using var reader = new MispJsonReader(
            new MemoryStream(Encoding.UTF8.GetBytes($"[{one},{one}]")), _ => TestReader.Derived, memoryLimit: 1_000);
        var events = reader.ReadAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        Assert.True(await events.MoveNextAsync());
        var first = events.Current.Items;
        Assert.Equal(50, first.Count());
        Assert.Equal(50, first.Count());
        Assert.True(await events.MoveNextAsync());

        Assert.Throws<ObjectDisposedException>(() => first.Count());
        Assert.Equal(50, events.Current.Items.Count());
    }

    [Fact]
    public async Task Memory_use_is_independent_of_event_size()
    {
        var megabytes = int.TryParse(Environment.GetEnvironmentVariable("MISP_GRAPH_BIG_EVENT_MB"), out var asked) ? asked : 40;
        using var reader = new MispJsonReader(new GeneratedEvent(megabytes), _ => TestReader.Derived);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await foreach (var item in reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            var count = item.Items.Count();
            var after = GC.GetTotalMemory(forceFullCollection: true);

            Assert.True(count > megabytes * 2_000, $"{count} items");
            Assert.True(reader.SpooledBytes > megabytes * 100_000L, $"{reader.SpooledBytes} bytes spooled");
            Assert.True(after - before < 30_000_000, $"{(after - before) / 1_000_000} MB held");
        }
        Assert.Equal(1, reader.Events);
    }

    [Fact]
    public async Task An_attachment_larger_than_the_buffer_is_skipped_without_growing_it()
    {
        var data = new string('A', 3_000_000) + "\\\"\\\\" + new string('B', 100_000);
        var json = """
            {"Event":{"info":"x","Attribute":[{"type":"attachment","data":"DATA","value":"a.bin"},
             {"data" : "DATA","type":"b","value":"c"}],"Tag":[{"name":"t"}]}}
            """.Replace("DATA", data, StringComparison.Ordinal);
        using var reader = new MispJsonReader(
            new MemoryStream(Encoding.UTF8.GetBytes(json)), _ => TestReader.Derived, longestText: 100_000);

        await foreach (var item in reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal(["a.bin", "c"], item.Items.Attributes().Select(a => a.Value));
            Assert.Single(item.Event.Tags);
        }
        Assert.Equal(1, reader.Events);
    }

    [Fact]
    public async Task The_length_of_a_single_text_is_limited()
    {
        var json = """{"Event":{"info":"TEXT"}}""".Replace("TEXT", new string('A', 3_000_000), StringComparison.Ordinal);
        using var fits = new MispJsonReader(new MemoryStream(Encoding.UTF8.GetBytes(json)), _ => TestReader.Derived);
        using var tooLong = new MispJsonReader(
            new MemoryStream(Encoding.UTF8.GetBytes(json)), _ => TestReader.Derived, longestText: 1_000_000);
        var ct = TestContext.Current.CancellationToken;

        Assert.Equal(3_000_000, (await fits.ReadAsync(ct).SingleAsync(ct)).Event.Info.Length);
        var thrown = await Assert.ThrowsAsync<MispReadException>(
            () => tooLong.ReadAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken).AsTask());
        Assert.Equal(MispReadFault.TooLong, thrown.Fault);
    }

    private static async Task<List<EventItem>> ItemsAsync(MispJsonReader reader)
    {
        var items = new List<EventItem>();
        await foreach (var item in reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            items.AddRange(item.Items);
        }
        return items;
    }

    /// <summary>Records with lists compare by reference, so all is written out.</summary>
    private static string Describe(EventItem item) => item switch
    {
        EventItem.Attribute { Value: var a } => Describe(a),
        EventItem.Object { Value: var o } =>
            $"{o.Uuid} {o.Name} {o.Comment} {o.Deleted} [{string.Join("; ", o.Attributes.Select(Describe))}]",
        _ => "",
    };

    private static string Describe(MispAttribute a) =>
        $"{a with { Tags = [], Galaxies = [] }} {string.Join(',', a.Tags)} {string.Join(',', a.Galaxies)}";
}

/// <summary>One event of any size, made while it is read.</summary>
internal sealed class GeneratedEvent(int megabytes) : Stream
{
    private const string Start =
        """{"response": [{"Event":{"id":"1","info":"big","uuid":"11111111-1111-4111-8111-111111111111","Attribute":[],"Object":[""";
    private const string End = """{"name":"last"}],"Tag":[{"name":"tlp:green"}]}}]}""";

    private byte[] _piece = Encoding.UTF8.GetBytes(Start);
    private int _at;
    private long _given;
    private int _number;
    private bool _ended;

    public static byte[] Bytes(int items) => Encoding.UTF8.GetBytes(
        """{"info":"x","Attribute":[""" + string.Join(',', Enumerable.Range(0, items / 2).Select(Attribute))
        + """],"Object":[""" + string.Join(',', Enumerable.Range(0, items - (items / 2)).Select(Object)) + "]}");

    public override int Read(Span<byte> buffer)
    {
        if (_at == _piece.Length)
        {
            if (_ended)
            {
                return 0;
            }
            _ended = _given > megabytes * 1_000_000L;
            _piece = Encoding.UTF8.GetBytes(
                _ended ? End : string.Concat(Enumerable.Range(_number, 100).Select(n => Object(n) + ",")));
            _number += 100;
            _at = 0;
        }
        var count = Math.Min(buffer.Length, _piece.Length - _at);
        _piece.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        _given += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static string Object(int n) =>
        $$"""{"id":"{{n}}","uuid":"{{Uuid(n)}}","name":"file","comment":"c{{n}}","Attribute":[{{Attribute(n)}}]}""";

    private static string Attribute(int n) => $$"""
        {"id":"{{n}}","type":"{{(n % 3 == 0 ? "ip-dst" : "url")}}","category":"Network activity","to_ids":{{Bool(n % 2 == 0)}},
         "uuid":"{{Uuid(n)}}","timestamp":"{{1795498977 + n}}","comment":"{{(n % 5 == 0 ? "é \\u0000" : "")}}",
         "deleted":{{Bool(n % 7 == 0)}},
         "first_seen":{{(n % 4 == 0 ? "\"2026-10-09T01:02:03.123456+00:00\"" : "null")}},"value":"http://{{n}}.example.com/path",
         "warnings":[{{(n % 11 == 0 ? "1" : "")}}],
         "Galaxy":[{{(n % 13 == 0 ? """{"type":"tool","GalaxyCluster":[{"value":"X"}]}""" : "")}}],
         "Tag":[{"name":"tlp:red","local":{{n % 2}}}]}
        """;

    private static string Bool(bool value) => value ? "true" : "false";

    private static string Uuid(int n) => $"{n:x8}-1111-4111-8111-111111111111";
}
