using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MispGraphSync.Tests;

/// <summary>
/// Rules for Graph's tiIndicator, written independently of the sending code: exact case, UTC, lower-case hashes, nothing
/// undeclared, one kind of observable for Defender. Gives the faults, one sentence each; none for a good item.
/// </summary>
internal static partial class TiIndicatorRules
{
    private static readonly string[] Required = ["action", "description", "expirationDateTime", "targetProduct", "threatType", "tlpLevel"];
    private static readonly string[] RequiredForUpdate = ["id", "expirationDateTime", "targetProduct"];

    private static readonly string[] EditableAtSentinel =
    [
        "action", "activityGroupNames", "additionalInformation", "confidence", "description", "diamondModel", "expirationDateTime",
        "externalId", "isActive", "killChain", "knownFalsePositives", "lastReportedDateTime", "malwareFamilyNames", "passiveOnly",
        "severity",
        "tags", "tlpLevel",
    ];

    private static readonly string[] EditableAtDefender = ["expirationDateTime", "severity", "description"];
    private static readonly string[] KindsForDefender =
        ["domainName", "url", "networkDestinationIPv4", "networkDestinationIPv6", "fileHashValue"];

    private static readonly Dictionary<string, string[]> Words = new()
    {
        ["action"] = ["unknown", "allow", "block", "alert"],
        ["diamondModel"] = ["unknown", "adversary", "capability", "infrastructure", "victim"],
        ["targetProduct"] = ["Azure Sentinel", "Microsoft Defender ATP"],
        ["threatType"] =
            ["Botnet", "C2", "CryptoMining", "Darknet", "DDoS", "MaliciousUrl", "Malware", "Phishing", "Proxy", "PUA", "WatchList"],
        ["tlpLevel"] = ["unknown", "white", "green", "amber", "red"],
        ["fileHashType"] = ["unknown", "sha1", "sha256", "md5", "authenticodeHash256", "lsHash", "ctph"],
    };

    private static readonly Dictionary<string, (long Least, long Most)> Numbers = new()
    {
        ["confidence"] = (0, 100),
        ["severity"] = (0, 5),
        ["networkPort"] = (1, 65535),
        ["networkSourcePort"] = (1, 65535),
        ["networkDestinationPort"] = (1, 65535),
        ["networkProtocol"] = (0, 255),
        ["networkSourceAsn"] = (0, 4294967295),
        ["networkDestinationAsn"] = (0, 4294967295),
        ["fileSize"] = (0, 9007199254740991),
    };

    private static readonly string[] Lists = ["activityGroupNames", "malwareFamilyNames", "tags", "killChain"];
    private static readonly string[] KillChain =
        ["Actions", "C2", "Delivery", "Exploitation", "Installation", "Reconnaissance", "Weaponization"];
    private static readonly string[] Dates = ["expirationDateTime", "lastReportedDateTime", "fileCompileDateTime", "fileCreatedDateTime"];

    private static readonly string[] Texts =
    [
        "additionalInformation", "description", "externalId", "emailEncoding", "emailLanguage", "emailRecipient", "emailSenderAddress",
        "emailSenderName", "emailSourceDomain", "emailSourceIpAddress", "emailSubject", "emailXMailer", "fileHashValue", "fileMutexName",
        "fileName",
        "filePacker", "filePath", "fileType", "domainName", "url", "userAgent", "networkCidrBlock", "networkSourceCidrBlock",
        "networkDestinationCidrBlock", "networkIPv4", "networkSourceIPv4", "networkDestinationIPv4", "networkIPv6", "networkSourceIPv6",
        "networkDestinationIPv6",
    ];

    private static readonly string[] NoObservable =
        ["additionalInformation", "description", "externalId", "confidence", "severity", "expirationDateTime", "lastReportedDateTime",
            "fileHashType"];

    /// <summary>Faults of an item of submitTiIndicators.</summary>
    public static IReadOnlyList<string> OfCreate(JsonElement item)
    {
        var faults = Common(item);
        foreach (var name in Required) if (!item.TryGetProperty(name, out _)) faults.Add($"{name} is missing.");
        if (item.TryGetProperty("id", out _)) faults.Add("id is the service's.");
        if (item.TryGetProperty("fileHashType", out _) != item.TryGetProperty("fileHashValue", out _)) faults.Add(
            "A hash needs value and type.");
        var observables = Observables(item);
        if (observables.Count == 0) faults.Add("Nothing to watch for.");
        if (Text(item, "targetProduct") == "Microsoft Defender ATP")
        {
            foreach (var version in (string[])["IPv4", "IPv6"])
            {
                if (!observables.Contains($"networkDestination{version}")) continue;
                if (!observables.Remove($"network{version}")) faults.Add($"Defender wants network{version} beside the destination.");
                else if (Text(item, $"network{version}") != Text(item, $"networkDestination{version}")) faults.Add("The addresses differ.");
            }
            if (observables.Count != 1 || !KindsForDefender.Contains(observables[0])) faults.Add(
                $"Defender takes one kind, not {string.Join(", ", observables)}.");
            if (Text(item, "fileHashType") is { } type && type is not ("md5" or "sha1" or "sha256")) faults.Add(
                $"Defender takes no {type}.");
        }
        return faults;
    }

    /// <summary>Faults of an item of updateTiIndicators.</summary>
    public static IReadOnlyList<string> OfUpdate(JsonElement item)
    {
        var faults = Common(item);
        foreach (var name in RequiredForUpdate) if (!item.TryGetProperty(name, out _)) faults.Add($"{name} is missing.");
        var editable = Text(item, "targetProduct") == "Microsoft Defender ATP" ? EditableAtDefender : EditableAtSentinel;
        foreach (var property in item.EnumerateObject())
        {
            if (property.Name is not ("id" or "targetProduct") && !editable.Contains(property.Name)) faults.Add(
                $"{property.Name} cannot be edited.");
        }
        return faults;
    }

    private static List<string> Common(JsonElement item)
    {
        var faults = new List<string>();
        var seen = new HashSet<string>();
        foreach (var property in item.EnumerateObject())
        {
            if (!seen.Add(property.Name)) faults.Add($"{property.Name} comes twice.");
            if (Fault(property.Name, property.Value) is { } fault) faults.Add($"{property.Name}: {fault}");
        }
        if (Text(item, "tlpLevel") == "red"
            && !(item.TryGetProperty("passiveOnly", out var passive) && passive.ValueKind == JsonValueKind.True))
            faults.Add("Red must be passive.");
        if (Text(item, "fileHashType") is { } type && Text(item, "fileHashValue") is { } hash && HexLength(type) is { } length
            && !(hash.Length == length && LowerHex().IsMatch(hash))) faults.Add($"{hash} is no {type}.");
        return faults;
    }

    private static string? Fault(string name, JsonElement value)
    {
        if (Words.TryGetValue(name, out var words))
            return value.ValueKind == JsonValueKind.String && words.Contains(value.GetString()) ? null : $"{value} is none of its words.";
        if (Numbers.TryGetValue(name, out var range))
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var n) && n >= range.Least && n <= range.Most
                ? null
                : $"{value} is out of range.";
        if (Dates.Contains(name)) return value.ValueKind == JsonValueKind.String && Utc().IsMatch(value.GetString()!)
            ? null
            : $"{value} is no UTC instant.";
        if (Lists.Contains(name)) return ListFault(name, value);
        if (name is "passiveOnly" or "isActive") return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "no boolean.";
        if (name == "id") return value.ValueKind == JsonValueKind.String && Guid.TryParse(value.GetString(), out _) ? null : "no GUID.";
        if (!Texts.Contains(name)) return "no property of tiIndicator.";
        if (value.ValueKind != JsonValueKind.String || value.GetString()!.Length == 0) return "no text.";
        return TextFault(name, value.GetString()!);
    }

    private static string? TextFault(string name, string text) => name switch
    {
        "description" => text.Length <= 100 ? null : "longer than 100 characters.",
        "domainName" or "emailSourceDomain" => Domain().IsMatch(text) ? null : $"{text} is no domain.",
        "url" => Absolute().IsMatch(text) ? null : $"{text} is no absolute address.",
        _ when name.EndsWith("CidrBlock", StringComparison.Ordinal) =>
            text.Contains('/') && IPNetwork.TryParse(text, out _) ? null : $"{text} is no range.",
        _ when name.EndsWith("IPv4", StringComparison.Ordinal) =>
            text.Contains('.') && IPAddress.TryParse(text, out _) ? null : $"{text} is no IPv4.",
        _ when name.EndsWith("IPv6", StringComparison.Ordinal) =>
            text.Contains(':') && IPAddress.TryParse(text, out _) ? null : $"{text} is no IPv6.",
        "emailSourceIpAddress" => IPAddress.TryParse(text, out _) ? null : $"{text} is no address.",
        _ => null,
    };

    private static string? ListFault(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array) return "no list.";
        var texts = value.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.String ? v.GetString()! : "").ToArray();
        if (texts.Any(string.IsNullOrWhiteSpace)) return "holds a blank.";
        if (texts.Distinct(StringComparer.Ordinal).Count() != texts.Length) return "repeats itself.";
        return name == "killChain" && texts.Except(KillChain).Any() ? "holds an unknown phase." : null;
    }

    private static List<string> Observables(JsonElement item) =>
        [.. item.EnumerateObject().Select(p => p.Name)
            .Where(n => !NoObservable.Contains(n) && (Texts.Contains(n) || Numbers.ContainsKey(n) || Dates.Contains(n)))];

    private static int? HexLength(string type) => type switch
    {
        "md5" => 32,
        "sha1" => 40,
        "sha256" or "authenticodeHash256" => 64,
        _ => null,
    };

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$")]
    private static partial Regex Utc();

    [GeneratedRegex("^[0-9a-f]+$")]
    private static partial Regex LowerHex();

    [GeneratedRegex(@"^(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$")]
    private static partial Regex Domain();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#]+")]
    private static partial Regex Absolute();
}
