using System.Buffers;
using System.Text.Json;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>One page of the management API's <c>queryIndicators</c>.</summary>
/// <param name="Indicators">Those of our source.</param>
/// <param name="First">The name of the page's first item, of any source; null when the page is empty.</param>
/// <param name="Next">Where the next page is; null on the last.</param>
internal sealed record SentinelPage(List<RemoteIndicator> Indicators, string? First, string? Next)
{
    private const string IdPrefix = "indicator--";

    /// <summary>Null when the response is not a page.</summary>
    public static SentinelPage? Read(ReadOnlyMemory<byte> response, string source) => ResponseJson.Read(response, root =>
    {
        if (root.List("value") is not { } items) return null;
        var indicators = new List<RemoteIndicator>();
        string? first = null;
        foreach (var item in items)
        {
            if (item.ValueKind != JsonValueKind.Object) return null;
            first ??= item.Text("name") ?? item.Text("id") ?? "";
            if (item.Find("properties") is not { ValueKind: JsonValueKind.Object } properties) continue;
            // The request asks for our source only; a service that ignores it must not make others' indicators ours.
            if (properties.Text("source")?.Equals(source, StringComparison.OrdinalIgnoreCase) ?? true)
                indicators.Add(Indicator(item, properties));
        }

        return new SentinelPage(indicators, first, root.Text("nextLink"));
    });

    /// <summary>Writes a listed indicator as a STIX object; false when the list shows too little of it.</summary>
    public static bool TryWriteAgain(IBufferWriter<byte> body, RemoteIndicator there)
    {
        using var item = JsonDocument.Parse(there.Raw);
        if (item.RootElement.Find("properties") is not { } properties || there.Canonical is not { } pattern) return false;
        if (properties.Instant("validFrom") is not { } from) return false;
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("type"u8, "indicator"u8);
        json.WriteString("spec_version"u8, "2.1"u8);
        json.WriteString("id"u8, $"{IdPrefix}{there.Key:D}");
        json.WriteString("name"u8, properties.Text("displayName") is { Length: > 0 } name ? name : there.Value);
        json.WriteString("pattern"u8, pattern);
        json.WriteString("pattern_type"u8, "stix"u8);
        json.WriteString("valid_from"u8, StixVocabulary.Instant(from));
        if (there.Expires > from) json.WriteString("valid_until"u8, StixVocabulary.Instant(there.Expires.Value));
        json.WriteString("created"u8, StixVocabulary.Instant(from));
        json.WriteEndObject();
        return true;
    }

    private static RemoteIndicator Indicator(JsonElement item, JsonElement properties)
    {
        var id = properties.Text("externalId");
        var (type, value) = SentinelPattern.Read(properties.Text("pattern") ?? "");
        var markings = properties.List("objectMarkingRefs")?.Where(one => one.ValueKind == JsonValueKind.String).Select(
            one => one.GetString()!).ToList();
        var raw = item.OneLine();
        return new RemoteIndicator(
            id ?? item.Text("name"),
            KeyOf(id),
            raw,
            type,
            value,
            StixVocabulary.TlpOf(markings ?? []),
            Action: null,
            properties.Instant("validUntil"),
            Revoked: properties.Find("revoked") is { ValueKind: JsonValueKind.True })
        {
            Label = SentinelPattern.LabelOf(type, value),
            Canonical = properties.Text("pattern"),
            Created = properties.Instant("created"),
            Modified = properties.Instant("externalLastUpdatedTimeUtc"),
            Events = MentionedEvents.In(raw),
        };
    }

    private static Guid? KeyOf(string? id) =>
        id?.StartsWith(IdPrefix, StringComparison.OrdinalIgnoreCase) == true
            && Guid.TryParseExact(id.AsSpan(IdPrefix.Length), "D", out var key)
            ? key
            : null;
}
