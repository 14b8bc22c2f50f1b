using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>Merges a user's search defaults into a request as PHP's <c>array_replace_recursive</c> does.</summary>
internal static class SearchDefaults
{
    public static JsonObject Merge(JsonObject defaults, JsonObject request)
    {
        var merged = (JsonObject)defaults.DeepClone();
        merged.Remove("searchall"); // translated before the defaults are merged in, so that a default has no effect
        // What is null in the request has not been sent, as far as MISP can see.
        foreach (var (name, value) in request.Where(pair => pair.Value is not null)) merged[name] = Replace(merged[name], value!);
        return merged;
    }

    private static JsonNode Replace(JsonNode? before, JsonNode value)
    {
        if (before is JsonObject map && value is JsonObject changes) return Merge(map, changes);
        if (before is not JsonArray list || value is not JsonArray items) return value.DeepClone();
        var merged = (JsonArray)list.DeepClone();
        for (var place = 0; place < items.Count; place++)
        {
            if (place < merged.Count) merged[place] = items[place]?.DeepClone();
            else merged.Add(items[place]?.DeepClone());
        }

        return merged;
    }
}
