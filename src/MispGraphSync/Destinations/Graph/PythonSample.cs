using System.Text.Json;
using MispGraphSync.Core.Mapping;

namespace MispGraphSync.Destinations.Graph;

/// <summary>
/// Knows the tiIndicators of Microsoft's Python sample: their externalId is the UUID of the MISP event. Which attribute they
/// were follows from their fields. An indicator with other fields than one attribute gives is not one of them, or ambiguous.
/// </summary>
internal static class PythonSample
{
    /// <summary>The fields of one indicator, in the order of the MISP value's parts, and the MISP type that gave them.</summary>
    private static readonly (string[] Fields, string Type)[] Rows =
    [
        (["domainName"], "domain"),
        (["domainName", "networkIPv4"], "domain|ip"),
        (["domainName", "networkIPv6"], "domain|ip"),
        (["url"], "url"),
        (["networkDestinationIPv4"], "ip-dst"),
        (["networkDestinationIPv6"], "ip-dst"),
        (["networkSourceIPv4"], "ip-src"),
        (["networkSourceIPv6"], "ip-src"),
        (["networkDestinationIPv4", "networkDestinationPort"], "ip-dst|port"),
        (["networkDestinationIPv6", "networkDestinationPort"], "ip-dst|port"),
        (["networkSourceIPv4", "networkSourcePort"], "ip-src|port"),
        (["networkSourceIPv6", "networkSourcePort"], "ip-src|port"),
        (["fileHashValue"], ""),
        (["fileName", "fileHashValue"], "filename|"),
        (["fileName"], "filename"),
        (["fileMutexName"], "mutex"),
        (["userAgent"], "user-agent"),
        (["emailSenderAddress"], "email-src"),
        (["emailRecipient"], "email-dst"),
        (["emailSenderName"], "email-src-display-name"),
        (["emailSubject"], "email-subject"),
        (["emailXMailer"], "email-x-mailer"),
        (["networkSourceAsn"], "AS"),
    ];

    public static TakeoverSource Source { get; } = new(
        "python-sample", "python-sample (at Graph)", tool => tool == "python-sample",
        (tool, destination, _, _) => new ForeignTool(tool, destination, there => Recognise(there, destination.Capabilities.Shape)));

    public static LegacyIndicator? Recognise(RemoteIndicator there, IndicatorShape form)
    {
        if (there.Key is not { } @event || there.Id is null) return null;
        using var json = JsonDocument.Parse(there.Raw);
        var fields = json.RootElement.EnumerateObject()
            .Where(field => GraphPage.IsObservable(field.Name) && field.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number
                && field.Value.ToString().Length > 0)
            .ToDictionary(field => field.Name, field => field.Value.ToString(), StringComparer.Ordinal);
        // Made from the sender's address, not from an attribute.
        if (fields.ContainsKey("emailSenderAddress")) fields.Remove("emailSourceDomain");
        // Defender wants a destination address in both fields.
        RemoveTwin(fields, "networkDestinationIPv4", "networkIPv4");
        RemoveTwin(fields, "networkDestinationIPv6", "networkIPv6");
        var row = Rows.FirstOrDefault(row => row.Fields.Length == fields.Count && row.Fields.All(fields.ContainsKey));
        if (row.Fields is null) return null;
        var type = row.Fields[^1] == "fileHashValue" ? row.Type + HashType(fields["fileHashValue"]) : row.Type;
        var value = string.Join('|', row.Fields.Select(field => fields[field]));
        foreach (var support in TypeGuesses.As(value, type).Sources)
        {
            if (form == IndicatorShape.Single && support.Single is { } single)
                return new LegacyIndicator(there, ObservableKey.OfSingle(single), @event);
            if (form == IndicatorShape.Combined && !support.Combined.IsEmpty)
                return new LegacyIndicator(there, ObservableKey.OfCombination(support.Combined), @event);
        }

        return null;
    }

    private static void RemoveTwin(Dictionary<string, string> fields, string name, string twin)
    {
        if (fields.TryGetValue(name, out var value) && fields.TryGetValue(twin, out var same) && value == same) fields.Remove(twin);
    }

    private static string HashType(string digits) => digits.Length switch
    {
        32 => "md5",
        40 => "sha1",
        56 => "sha224",
        96 => "sha384",
        128 => "sha512",
        _ => "sha256",
    };
}
