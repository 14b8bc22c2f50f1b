using System.Text;
using CsCheck;
using MispGraphSync.Sources.Json;
using Xunit;

namespace MispGraphSync.Tests.Sources.Json;

public class BrokenInputTests
{
    private const string Good = """
        {"response":[{"Event":{"info":"one \u0041","uuid":"11111111-1111-4111-8111-111111111111","date":"2026-01-02",
        "timestamp":"1795498979","Orgc":{"name":"Ä"},"Attribute":[{"type":"domain","value":"a.example","to_ids":true,
        "Tag":[{"name":"tlp:red","local":false}],
        "first_seen":"2026-10-09T01:02:03.123456+00:00","Galaxy":[{"type":"tool","GalaxyCluster":[{"value":"X"}]}],"warnings":[]}],
        "Object":[{"name":"file","Attribute":[{"type":"md5","value":"x"}]}]}},{"Event":{"info":"two"}}]}
        """;

    [Theory]
    [InlineData("", nameof(MispReadFault.Empty))]
    [InlineData("  \n", nameof(MispReadFault.Empty))]
    [InlineData("<!DOCTYPE html><html></html>", nameof(MispReadFault.Html))]
    [InlineData("\uFEFF\n <html>", nameof(MispReadFault.Html))]
    [InlineData("hello", nameof(MispReadFault.NotJson))]
    [InlineData("""{"Event":{"info":"x","Tag":[{"name":"a"},]}}""", nameof(MispReadFault.NotJson))]
    [InlineData("""{"Event":{"info":"x"}} trailing""", nameof(MispReadFault.NotJson))]
    [InlineData("""{"Event":{"info":"x","Attribute":[{"type":"md5",""", nameof(MispReadFault.Truncated))]
    [InlineData("""{"Event":{"info":"x""", nameof(MispReadFault.Truncated))]
    public async Task Broken_input_is_reported_with_its_cause(string json, string fault)
    {
        var thrown = await Assert.ThrowsAsync<MispReadException>(() => TestReader.ReadAsync(json));

        Assert.Equal(fault, thrown.Fault.ToString());
    }

    [Fact]
    public async Task The_location_is_reported_in_bytes_of_the_input()
    {
        var json = """{"Event":{"info":"TEXT","Tag":[}}""".Replace("TEXT", new string('x', 200_000), StringComparison.Ordinal);

        var thrown = await Assert.ThrowsAsync<MispReadException>(() => TestReader.ReadAsync(json));

        Assert.InRange(thrown.Offset, 200_020, 200_040);
    }

    [Fact]
    public async Task Nesting_depth_is_limited()
    {
        var json = """{"Event":{"info":"x","RelatedEvent":""" + new string('[', 100) + new string(']', 100) + "}}";

        var thrown = await Assert.ThrowsAsync<MispReadException>(() => TestReader.ReadAsync(json));

        Assert.Equal(MispReadFault.TooDeep, thrown.Fault);
    }

    [Theory]
    [InlineData("Tag", """{"name":"t"}""")]
    [InlineData("Galaxy", """{"type":"tool","GalaxyCluster":[{"value":"X"}]}""")]
    [InlineData("Object", """{"name":"file","Attribute":[ENDLESS]}""")]
    public async Task Endless_lists_in_one_place_are_rejected(string list, string item)
    {
        var isInner = item.Contains("ENDLESS", StringComparison.Ordinal);
        var repeated = isInner ? """{"type":"md5","value":"x"}""" : item;
        var endless = string.Join(',', Enumerable.Repeat(repeated, EventParser.MaxPerList + 1));
        var entries = isInner ? item.Replace("ENDLESS", endless, StringComparison.Ordinal) : endless;
        var json = $$$"""{"Event":{"info":"x","{{{list}}}":[{{{entries}}}]}}""";

        var thrown = await Assert.ThrowsAsync<MispReadException>(() => TestReader.ReadAsync(json));

        Assert.Equal(MispReadFault.TooLong, thrown.Fault);
    }

    [Fact]
    public void An_endless_event_does_not_fill_the_disk()
    {
        using var items = new ItemStore(memoryLimit: 10_000, diskLimit: 100_000);

        var thrown = Assert.Throws<MispReadException>(() =>
        {
            for (var i = 0; i < 10_000; i++) items.Add(Some.Domain(1));
        });

        Assert.Equal(MispReadFault.TooLong, thrown.Fault);
    }

    [Theory]
    [InlineData("cut \\ud83d", "cut \uFFFD")]
    [InlineData("\\uDE00 cut", "\uFFFD cut")]
    [InlineData("\\ud83d\\ud83d\\ude00\\n\\/\\\"\\t\\b\\f\\r\\\\ é", "\uFFFD\U0001F600\n/\"\t\b\f\r\\ é")]
    public async Task An_unpaired_surrogate_becomes_one_replacement_character(string escaped, string expected)
    {
        var text = $"\"{escaped}\"";
        var json = $$"""
            {"info":{{text}},{{text}}:1,"Orgc":{"name":{{text}}},"Tag":[{"name":{{text}}}],
            "timestamp":{{text}},"date":{{text}},"Attribute":[{"type":{{text}},"value":{{text}},"comment":{{text}},
            "first_seen":{{text}},"to_ids":{{text}}}]}
            """;

        var (read, items) = Assert.Single(await TestReader.ReadAsync(json));

        Assert.Equal((expected, expected), (read.Info, read.Organisation));
        Assert.Equal(expected, Assert.Single(read.Tags).Name);
        var attribute = Assert.Single(items.Attributes());
        Assert.Equal((expected, expected, expected), (attribute.Type, attribute.Value, attribute.Comment));
    }

    [Fact]
    public async Task Invalid_UTF8_becomes_replacement_characters()
    {
        var json = Encoding.Latin1.GetBytes("{\"info\":\"caf\u00e9 \\u0041\",\"Attribute\":[{\"type\":\"text\",\"value\":\"\u00e9\"}]}");

        var (read, items) = Assert.Single(await TestReader.ReadAsync(json));

        Assert.Equal(("caf\uFFFD A", "\uFFFD"), (read.Info, Assert.Single(items.Attributes()).Value));
    }

    [Fact]
    public async Task UTF16_input_is_reported()
    {
        var json = Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Good)).ToArray();

        var thrown = await Assert.ThrowsAsync<MispReadException>(() => TestReader.ReadAsync(json));

        Assert.Contains("UTF-16", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_before_the_truncation_are_read()
    {
        using var reader = new MispJsonReader(new MemoryStream(Encoding.UTF8.GetBytes(Good)[..^10]), _ => TestReader.Derived);
        var read = new List<string>();

        await Assert.ThrowsAsync<MispReadException>(async () =>
        {
            await foreach (var item in reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                read.Add(item.Event.Info);
            }
        });

        Assert.Equal(["one A"], read);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Result_is_independent_of_buffer_boundaries(int chunk)
    {
        var whole = await TestReader.ReadAsync(Good);
        var pieces = await TestReader.ReadAsync(Encoding.UTF8.GetBytes(Good), chunk);

        Assert.Equal(whole.Select(e => e.Event.Info), pieces.Select(e => e.Event.Info));
        Assert.Equal(
            whole.SelectMany(e => e.Items.Attributes()).Select(a => a.Value),
            pieces.SelectMany(e => e.Items.Attributes()).Select(a => a.Value));
    }

    [Fact]
    public async Task Input_cut_anywhere_is_reported_as_truncated()
    {
        var bytes = Encoding.UTF8.GetBytes(Good.TrimEnd());
        for (var length = 1; length < bytes.Length; length++)
        {
            var thrown = await Assert.ThrowsAsync<MispReadException>(() => TestReader.ReadAsync(bytes[..length]));
            Assert.Equal(MispReadFault.Truncated, thrown.Fault);
        }
    }

    [Fact]   // any few bytes replaced by any others
    public void Arbitrary_input_throws_nothing_but_a_read_exception()
    {
        var bytes = Encoding.UTF8.GetBytes(Good);
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Array[1, 6].Sample(
            changes =>
            {
                var mutant = bytes.ToArray();
                foreach (var (at, value) in changes)
                {
                    mutant[at] = value;
                }
                try
                {
                    TestReader.ReadAsync(mutant, 97).GetAwaiter().GetResult();
                }
                catch (MispReadException)
                {
                    // Expected for broken input.
                }
            },
            iter: 3000);
    }
}
