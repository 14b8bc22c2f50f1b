using System.Text;
using System.Text.Json;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Destinations.Graph;

/// <summary>Reads one page of the list.</summary>
internal static class GraphPage
{
    private static readonly HashSet<string> Observables = new(StringComparer.Ordinal)
    {
        "domainName", "url", "userAgent", "fileHashValue", "fileName", "filePath", "fileSize", "fileType", "fileMutexName",
        "filePacker", "fileCompileDateTime", "fileCreatedDateTime", "networkIPv4", "networkIPv6", "networkSourceIPv4", "networkSourceIPv6",
        "networkDestinationIPv4", "networkDestinationIPv6", "networkCidrBlock", "networkSourceCidrBlock", "networkDestinationCidrBlock",
        "networkPort", "networkSourcePort", "networkDestinationPort", "networkProtocol", "networkSourceAsn", "networkDestinationAsn",
        "emailSenderAddress", "emailRecipient", "emailSenderName", "emailSourceDomain", "emailSourceIpAddress", "emailSubject",
        "emailXMailer", "emailEncoding", "emailLanguage",
    };

    /// <summary>The page's indicators of one product, and where the next page is; null when the answer is no page.</summary>
    public static (List<RemoteIndicator> Indicators, string? Next)? Read(ReadOnlyMemory<byte> answer, GraphProduct product)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("value"u8, out var value)
                || value.ValueKind != JsonValueKind.Array) return null;
            var indicators = new List<RemoteIndicator>(value.GetArrayLength());
            foreach (var item in value.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Object && IsOf(item, product)) indicators.Add(Indicator(item, product));
            }
            return (indicators, Text(json.RootElement, "@odata.nextLink"));
        }
        // InvalidOperationException: half a surrogate pair, escaped.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The list holds what was sent to any product.</summary>
    private static bool IsOf(JsonElement item, GraphProduct product) =>
        Text(item, "targetProduct") is not { } name || name.Equals(product.Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the property names something to watch for.</summary>
    public static bool IsObservable(string property) => Observables.Contains(property);

    private static RemoteIndicator Indicator(JsonElement item, GraphProduct product)
    {
        var (type, value) = FirstObservable(item, product);
        return new RemoteIndicator(
            Text(item, "id"),
            Guid.TryParseExact(Text(item, "externalId"), "D", out var key) ? key : null,
            Encoding.UTF8.GetBytes(item.GetRawText()),
            type,
            value,
            Text(item, "tlpLevel"),
            Text(item, "action"),
            item.TryGetProperty("expirationDateTime"u8, out var expires) && expires.ValueKind == JsonValueKind.String
                && expires.TryGetDateTimeOffset(out var at) ? at : null);
    }

    private static (string Type, string Value) FirstObservable(JsonElement item, GraphProduct product)
    {
        var first = ("", "");
        foreach (var property in item.EnumerateObject())
        {
            if (property.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number) || !Observables.Contains(property.Name))
            {
                continue;
            }
            first = (property.Name, property.Value.ToString());
            // At Defender an address without an end repeats the destination.
            if (!product.IsDefender || property.Name is not ("networkIPv4" or "networkIPv6")) break;
        }

        return first;
    }

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
