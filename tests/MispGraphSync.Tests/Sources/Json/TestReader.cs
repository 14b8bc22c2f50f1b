using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Sources.Json;
using Xunit;

namespace MispGraphSync.Tests.Sources.Json;

/// <summary>Reads JSON in one go, with its items as a list.</summary>
internal static class TestReader
{
    public static readonly Guid Derived = new("00000000-0000-4000-8000-000000000000");

    public static Task<List<(MispEvent Event, List<EventItem> Items)>> ReadAsync(string json) => ReadAsync(Encoding.UTF8.GetBytes(json));

    public static async Task<List<(MispEvent Event, List<EventItem> Items)>> ReadAsync(byte[] json, int chunk = int.MaxValue)
    {
        using var reader = new MispJsonReader(new ChunkStream(json, chunk), _ => Derived);
        var events = new List<(MispEvent, List<EventItem>)>();
        await foreach (var item in reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            events.Add((item.Event, item.Items.ToList()));
        }
        return events;
    }

    public static async Task<MispAttribute> ReadAttributeAsync(string attribute)
    {
        var events = await ReadAsync("""{"Event":{"info":"x","Attribute":[""" + attribute + "]}}");
        return Assert.IsType<EventItem.Attribute>(Assert.Single(Assert.Single(events).Items)).Value;
    }

    public static IEnumerable<MispAttribute> Attributes(this IEnumerable<EventItem> items) => items.SelectMany(item => item switch
    {
        EventItem.Attribute { Value: var value } => [value],
        EventItem.Object { Value: var value } => value.Attributes,
        _ => throw new InvalidOperationException(),
    });
}

/// <summary>Gives a few bytes at a time, as networks do.</summary>
internal sealed class ChunkStream(byte[] bytes, int chunk) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
}
