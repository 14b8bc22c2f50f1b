using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using Xunit;

namespace MispGraphSync.Tests.Mapping;

/// <summary>Maps real events, if they are available. Reads only the JSON that mapping needs.</summary>
public class ReferenceDataTests
{
    [Fact]
    public void Every_attribute_of_the_reference_events_has_one_outcome()
    {
        var folder = SharedFolder.Find("data/misp-events");
        Assert.SkipWhen(folder is null, "The shared reference data is not beside this clone.");
        var outcomes = new Dictionary<string, int>();

        foreach (var file in Directory.EnumerateFiles(folder!, "*.json", SearchOption.AllDirectories))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var item in Items(document.RootElement))
            {
                var mapped = Mapper.Map(item, Given.Context with { EnforceWarninglist = false });
                var expected = item is EventItem.Object thing ? thing.Value.Attributes.Count : 1;

                Assert.Equal(expected, mapped.Attributes.Count);
                foreach (var word in mapped.Outcomes()) outcomes[word] = outcomes.GetValueOrDefault(word) + 1;
            }
        }

        var counts = outcomes.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Key} {pair.Value}");
        TestContext.Current.TestOutputHelper!.WriteLine(string.Join(", ", counts));
        Assert.True(outcomes["mapped"] > 40_000);
        Assert.DoesNotContain("unknown-type", outcomes.Keys);
    }

    /// <summary>Attributes and objects at any depth, without related events and proposals.</summary>
    private static IEnumerable<EventItem> Items(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Items),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => property.Name switch
        {
            "Attribute" => Array(property.Value).Select(value => (EventItem)new EventItem.Attribute(Attribute(value))),
            "Object" => Array(property.Value).Select(value => (EventItem)new EventItem.Object(Object(value))),
            "Event" or "response" => Items(property.Value),
            _ => [],
        }),
        _ => [],
    };

    private static IEnumerable<JsonElement> Array(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    private static MispObject Object(JsonElement element) => new()
    {
        Name = Text(element, "name") ?? "",
        Attributes = [.. element.TryGetProperty("Attribute", out var attributes) ? Array(attributes).Select(Attribute) : []],
    };

    private static MispAttribute Attribute(JsonElement element) => new()
    {
        Uuid = Guid.TryParse(Text(element, "uuid"), out var uuid) ? uuid : null,
        Type = Text(element, "type") ?? "",
        Value = Text(element, "value") ?? "",
        ToIds = IsTrue(element, "to_ids"),
        Deleted = IsTrue(element, "deleted"),
        ObjectRelation = Text(element, "object_relation"),
    };

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsTrue(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && (value.ValueKind == JsonValueKind.True || value.ToString() == "1");
}
