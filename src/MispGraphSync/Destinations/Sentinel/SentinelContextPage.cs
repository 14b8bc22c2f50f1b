using System.Buffers;
using System.Text.Json;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>One page of the management API's <c>query</c>, a preview: STIX objects as they were uploaded, under <c>data</c>.</summary>
internal static class SentinelContextPage
{
    /// <summary>Null when the response is not a page.</summary>
    public static SentinelPage? Read(ReadOnlyMemory<byte> response, string source) => ResponseJson.Read(response, root =>
    {
        if (root.List("value") is not { } items) return null;
        var objects = new List<RemoteIndicator>();
        string? first = null;
        foreach (var item in items)
        {
            if (item.ValueKind != JsonValueKind.Object) return null;
            first ??= item.Text("name") ?? item.Text("id") ?? "";
            if (item.Find("properties") is not { ValueKind: JsonValueKind.Object } properties) continue;
            if (properties.Find("data") is not { ValueKind: JsonValueKind.Object } data) continue;
            if (properties.Text("source")?.Equals(source, StringComparison.OrdinalIgnoreCase) == false) continue;
            if (ContextObject.TypeOf(data.Text("type")) is { } type) objects.Add(Object(item, data, type));
        }

        return new SentinelPage(objects, first, root.Text("nextLink"));
    });

    /// <summary>Writes a listed object as it was sent; false for an indicator.</summary>
    public static bool TryWriteAgain(IBufferWriter<byte> body, RemoteIndicator there)
    {
        using var item = JsonDocument.Parse(there.Raw);
        if (item.RootElement.Find("properties")?.Find("data") is not { ValueKind: JsonValueKind.Object } data) return false;
        if (ContextObject.TypeOf(data.Text("type")) is null) return false;
        using var json = new Utf8JsonWriter(body);
        data.WriteTo(json);
        return true;
    }

    private static RemoteIndicator Object(JsonElement item, JsonElement data, ContextType type)
    {
        var id = data.Text("id");
        var word = ContextObject.Word(type);
        var isOurs = id?.StartsWith($"{word}--", StringComparison.Ordinal) == true
            && Guid.TryParseExact(id.AsSpan(word.Length + 2), "D", out _);
        var name = data.Text("name") ?? $"{data.Text("source_ref")} {data.Text("relationship_type")} {data.Text("target_ref")}";
        var markings = data.List("object_marking_refs")?.Where(one => one.ValueKind == JsonValueKind.String)
            .Select(one => one.GetString()!).ToList();
        return new RemoteIndicator(
            id ?? item.Text("name"), isOurs ? Guid.Parse(id.AsSpan(word.Length + 2)) : null, item.OneLine(), word, name,
            StixVocabulary.TlpOf(markings ?? []), Action: null, Expires: null,
            Revoked: data.Find("revoked") is { ValueKind: JsonValueKind.True })
        {
            Canonical = SentinelContext.CanonicalOf(type, data),
            Created = data.Instant("created"),
            Modified = data.Instant("modified"),
        };
    }
}
