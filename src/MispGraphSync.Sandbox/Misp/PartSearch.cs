using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>
/// <c>/attributes/restSearch</c> and <c>/objects/restSearch</c>: parts of the events that match, page by page. Unlike an event
/// search, the count is of this page alone, and one more when the page is full.
/// </summary>
/// <param name="score">The decay scores of an attribute; null: none is asked for.</param>
internal sealed class PartSearch(RestSearch search, IEnumerable<StoredEvent> events, Func<JsonObject, JsonArray?>? score = null)
{
    public Answer Attributes()
    {
        var found = events.SelectMany(stored => Parts(stored).Where(part => search.View.Keeps(part.Attribute)));
        var sorted = search.SortsByObject
            ? found.OrderBy(part => part.Attribute.Number("object_id")).ThenBy(part => part.Attribute.Number("id"))
            : found.OrderBy(part => part.Attribute.Number("id"));
        var page = Page(sorted);
        return Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("response");
            json.WriteStartArray("Attribute");
            var writer = new EventWriter(json,
                search.View with { ExcludeGalaxy = true, NoShadowAttributes = true, ExcludeLocalTags = false });
            foreach (var (stored, parent, attribute) in page) writer.WriteAttribute(stored, parent, WithScore(attribute));
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }).With("X-Result-Count", Count(page.Length));
    }

    public Answer Objects()
    {
        var page = Page(events.SelectMany(stored => stored.Load().List("Object")).OrderBy(one => one.Number("id")));
        var response = new JsonArray([.. page.Select(one =>
        {
            var shown = (JsonObject)one.DeepClone();
            shown.Remove("ObjectReference");
            if (search.View.Metadata) shown.Remove("Attribute");
            return new JsonObject { ["Object"] = shown };
        })]);
        return Answer.Json(200, new JsonObject { ["response"] = response }).With("X-Result-Count", page.Length.ToString());
    }

    private JsonObject WithScore(JsonObject attribute)
    {
        if (score?.Invoke(attribute) is not { } scores) return attribute;
        var shown = (JsonObject)attribute.DeepClone();
        shown["decay_score"] = scores;
        return shown;
    }

    private static IEnumerable<(StoredEvent Event, JsonObject? Parent, JsonObject Attribute)> Parts(StoredEvent stored)
    {
        var whole = stored.Load();
        return whole.List("Attribute").Select(attribute => (stored, (JsonObject?)null, attribute)).Concat(
            whole.List("Object").SelectMany(one => one.List("Attribute").Select(attribute => (stored, (JsonObject?)one, attribute))));
    }

    private T[] Page<T>(IEnumerable<T> found) => search.Limit is { } limit
        ? [.. found.Skip((search.Page - 1) * limit).Take(limit)]
        : [.. found];

    private string Count(int rows) => (rows == search.Limit ? rows + 1 : rows).ToString();
}
