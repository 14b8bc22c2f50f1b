using System.Collections.Frozen;
using System.Text.Json;

namespace MispGraphSync.Destinations.Graph;

/// <summary>One page of the list.</summary>
/// <param name="Indicators">Those of one product.</param>
/// <param name="Next">Where the next page is; null on the last.</param>
/// <param name="IsEmpty">It has none of any product.</param>
internal sealed record GraphPage(List<RemoteIndicator> Indicators, string? Next, bool IsEmpty)
{
    private static readonly FrozenSet<string> Observables = new[]
    {
        "domainName", "url", "userAgent", "fileHashValue", "fileName", "filePath", "fileSize", "fileType", "fileMutexName",
        "filePacker", "fileCompileDateTime", "fileCreatedDateTime", "networkIPv4", "networkIPv6", "networkSourceIPv4", "networkSourceIPv6",
        "networkDestinationIPv4", "networkDestinationIPv6", "networkCidrBlock", "networkSourceCidrBlock", "networkDestinationCidrBlock",
        "networkPort", "networkSourcePort", "networkDestinationPort", "networkProtocol", "networkSourceAsn", "networkDestinationAsn",
        "emailSenderAddress", "emailRecipient", "emailSenderName", "emailSourceDomain", "emailSourceIpAddress", "emailSubject",
        "emailXMailer", "emailEncoding", "emailLanguage",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Null when the response is not a page. The list holds what was sent to any product.</summary>
    public static GraphPage? Read(ReadOnlyMemory<byte> response, GraphProduct product) => ResponseJson.Read(response, root =>
    {
        if (root.List("value") is not { } items) return null;
        var (indicators, isEmpty) = (new List<RemoteIndicator>(), true);
        foreach (var item in items)
        {
            isEmpty = false;
            if (item.ValueKind != JsonValueKind.Object) continue;
            if (item.Text("targetProduct")?.Equals(product.Name, StringComparison.OrdinalIgnoreCase) ?? true)
                indicators.Add(Indicator(item, product));
        }

        return new GraphPage(indicators, root.Text("@odata.nextLink"), isEmpty);
    });

    /// <summary>Whether the property names something to watch for.</summary>
    public static bool IsObservable(string property) => Observables.Contains(property);

    private static RemoteIndicator Indicator(JsonElement item, GraphProduct product)
    {
        var (type, value) = FirstObservable(item, product);
        var raw = item.OneLine();
        return new RemoteIndicator(
            item.Text("id"),
            Guid.TryParseExact(item.Text("externalId"), "D", out var key) ? key : null,
            raw,
            type,
            value,
            item.Text("tlpLevel"),
            item.Text("action"),
            item.Instant("expirationDateTime"))
        {
            Label = LabelOf(item, product),
            Canonical = CanonicalOf(item, product),
            Created = item.Instant("ingestedDateTime"),
            Events = MentionedEvents.In(raw),
        };
    }

    // As GraphDestination writes it: the observable fields, sorted by name. An address without direction repeats the destination's
    // at Defender, and is no part of it there.
    private static string CanonicalOf(JsonElement item, GraphProduct product) => string.Join('\n', FieldsOf(item, product)
        .OrderBy(field => field.Name, StringComparer.Ordinal)
        .Select(field => $"{field.Name}={field.Value}"));

    private static IndicatorLabel LabelOf(JsonElement item, GraphProduct product)
    {
        var hash = item.Text("fileHashType");
        return IndicatorLabel.Of(FieldsOf(item, product)
            .Where(field => field.Name != "fileHashType")
            .Select(field => GraphFields.LabelOf(field.Name, field.Value, hash)));
    }

    private static IEnumerable<(string Name, string Value)> FieldsOf(JsonElement item, GraphProduct product) => item.EnumerateObject()
        .Where(property => IsObservable(property.Name) || property.NameEquals("fileHashType"u8))
        .Where(property => !(product.IsDefender && property.Name is "networkIPv4" or "networkIPv6"))
        .Select(property => (property.Name, Value: ValueOf(property)))
        .Where(field => field.Value.Length > 0);

    private static string ValueOf(JsonProperty property) => property.Value.ValueKind switch
    {
        JsonValueKind.String when property.Name.EndsWith("DateTime", StringComparison.Ordinal)
            && property.Value.TryGetDateTimeOffset(out var at) => GraphFields.Instant(at),
        JsonValueKind.String => property.Value.GetString()!,
        JsonValueKind.Number => property.Value.GetRawText(),
        _ => "",
    };

    private static (string Type, string Value) FirstObservable(JsonElement item, GraphProduct product)
    {
        var first = ("", "");
        foreach (var property in item.EnumerateObject())
        {
            if (property.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number) || !Observables.Contains(property.Name))
                continue;
            first = (property.Name, property.Value.ToString());
            // At Defender an address without direction repeats the destination.
            if (!product.IsDefender || property.Name is not ("networkIPv4" or "networkIPv6")) break;
        }

        return first;
    }
}
