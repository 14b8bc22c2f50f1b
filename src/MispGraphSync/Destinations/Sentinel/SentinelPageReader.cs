using System.Text;
using System.Text.Json;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>One page of the list.</summary>
/// <param name="Indicators">Those of our source.</param>
/// <param name="First">The name of the page's first item, of any source; null when the page is empty.</param>
/// <param name="Next">Where the next page is; null on the last.</param>
internal sealed record SentinelPage(List<RemoteIndicator> Indicators, string? First, string? Next);

/// <summary>Reads one page of the management API's <c>queryIndicators</c>.</summary>
internal static class SentinelPageReader
{
    /// <summary>Null when the answer is no page.</summary>
    public static SentinelPage? Read(ReadOnlyMemory<byte> answer, string source)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("value"u8, out var value)
                || value.ValueKind != JsonValueKind.Array) return null;
            var indicators = new List<RemoteIndicator>(value.GetArrayLength());
            string? first = null;
            foreach (var item in value.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Object) return null;
                first ??= Text(item, "name") ?? Text(item, "id") ?? "";
                if (!item.TryGetProperty("properties"u8, out var properties) || properties.ValueKind != JsonValueKind.Object) continue;
                if (IsOf(properties, source)) indicators.Add(Indicator(item, properties));
            }
            return new SentinelPage(indicators, first, Text(json.RootElement, "nextLink"));
        }
        // InvalidOperationException: half a surrogate pair, escaped.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The request asks for our source only; a service that does not listen must not make others' ours.</summary>
    private static bool IsOf(JsonElement properties, string source) =>
        Text(properties, "source") is not { } name || name.Equals(source, StringComparison.OrdinalIgnoreCase);

    private static RemoteIndicator Indicator(JsonElement item, JsonElement properties)
    {
        var id = Text(properties, "externalId");
        var (type, value) = SentinelPattern.Read(Text(properties, "pattern") ?? "");
        return new RemoteIndicator(
            id ?? Text(item, "name"),
            KeyOf(id),
            Encoding.UTF8.GetBytes(item.GetRawText()),
            type,
            value,
            StixVocabulary.TlpOf(Texts(properties, "objectMarkingRefs")),
            Action: null,
            properties.TryGetProperty("validUntil"u8, out var until) && until.ValueKind == JsonValueKind.String
                && until.TryGetDateTimeOffset(out var at) ? at : null,
            Revoked: properties.TryGetProperty("revoked"u8, out var revoked) && revoked.ValueKind == JsonValueKind.True);
    }

    private static Guid? KeyOf(string? id)
    {
        const string Prefix = "indicator--";
        if (id is null || !id.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return null;
        return Guid.TryParseExact(id.AsSpan(Prefix.Length), "D", out var key) ? key : null;
    }

    private static List<string> Texts(JsonElement item, string name)
    {
        var texts = new List<string>();
        if (!item.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array) return texts;
        foreach (var text in list.EnumerateArray())
        {
            if (text.ValueKind == JsonValueKind.String) texts.Add(text.GetString()!);
        }
        return texts;
    }

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
