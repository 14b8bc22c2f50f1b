using System.Collections.Frozen;
using System.Text.Json;

namespace MispGraphSync.Sandbox.Graph;

/// <summary>
/// The declared properties of tiIndicator (Graph beta metadata). The type is open: what is not declared is kept and given
/// back. A declared one of the wrong JSON type makes the whole body unreadable.
/// </summary>
internal static class TiProperties
{
    public enum Kind
    {
        Text,
        TextList,
        Int32,
        Int64,
        Boolean,
        Instant,
        Enumeration,
        ReadOnly,
    }

    public static readonly string[] Action = ["unknown", "allow", "block", "alert"];

    /// <summary>Compared with their case; a string in the metadata, so a wrong one is the item's fault.</summary>
    public static readonly string[] ThreatTypes =
    [
        "Botnet", "C2", "CryptoMining", "Darknet", "DDoS", "MaliciousUrl", "Malware", "Phishing", "Proxy", "PUA", "WatchList",
    ];

    public static readonly string[] KillChain =
        ["Actions", "C2", "Delivery", "Exploitation", "Installation", "Reconnaissance", "Weaponization"];

    public static readonly string[] Products = ["Azure Sentinel", "Microsoft Defender ATP"];

    public static readonly FrozenDictionary<string, string[]> Enumerations = new Dictionary<string, string[]>
    {
        ["action"] = Action,
        ["diamondModel"] = ["unknown", "adversary", "capability", "infrastructure", "victim"],
        ["tlpLevel"] = ["unknown", "white", "green", "amber", "red"],
        ["fileHashType"] = ["unknown", "sha1", "sha256", "md5", "authenticodeHash256", "lsHash", "ctph"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static readonly FrozenDictionary<string, Kind> Declared = Declare();

    public static readonly FrozenSet<string> Observables = Declared.Keys
        .Where(name => name is "domainName" or "url" or "userAgent"
            || name.StartsWith("email", StringComparison.Ordinal)
            || name.StartsWith("network", StringComparison.Ordinal)
            || name.StartsWith("file", StringComparison.Ordinal))
        .Where(name => name != "fileHashType")
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What an update may carry besides id and the always required ones.</summary>
    public static readonly FrozenSet<string> EditableForSentinel = new[]
    {
        "action", "activityGroupNames", "additionalInformation", "confidence", "description", "diamondModel",
        "expirationDateTime", "externalId", "isActive", "killChain", "knownFalsePositives", "lastReportedDateTime",
        "malwareFamilyNames", "passiveOnly", "severity", "tags", "tlpLevel",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static readonly FrozenSet<string> EditableForDefender =
        new[] { "expirationDateTime", "severity", "description" }.ToFrozenSet(StringComparer.Ordinal);

    public static bool Fits(Kind kind, JsonElement value) => value.ValueKind == JsonValueKind.Null || kind switch
    {
        Kind.Text or Kind.Enumeration => value.ValueKind == JsonValueKind.String,
        Kind.TextList => value.ValueKind == JsonValueKind.Array
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String),
        Kind.Int32 => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _),
        Kind.Int64 => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        Kind.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        Kind.Instant => value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out _),
        _ => true,
    };

    private static FrozenDictionary<string, Kind> Declare()
    {
        var kinds = new Dictionary<string, Kind>();
        void Add(Kind kind, string names)
        {
            foreach (var name in names.Split(' ')) kinds.Add(name, kind);
        }

        Add(Kind.ReadOnly, "id azureTenantId ingestedDateTime");
        Add(Kind.Enumeration, "action diamondModel tlpLevel fileHashType");
        Add(Kind.TextList, "activityGroupNames killChain malwareFamilyNames tags");
        Add(Kind.Boolean, "isActive passiveOnly");
        Add(Kind.Instant, "expirationDateTime lastReportedDateTime fileCompileDateTime fileCreatedDateTime");
        Add(Kind.Int32, "confidence severity networkPort networkDestinationPort networkSourcePort networkProtocol");
        Add(Kind.Int64, "fileSize networkDestinationAsn networkSourceAsn");
        Add(Kind.Text, "additionalInformation description externalId knownFalsePositives targetProduct threatType");
        Add(Kind.Text, "emailEncoding emailLanguage emailRecipient emailSenderAddress emailSenderName emailSourceDomain");
        Add(Kind.Text, "emailSourceIpAddress emailSubject emailXMailer");
        Add(Kind.Text, "fileHashValue fileMutexName fileName filePacker filePath fileType");
        Add(Kind.Text, "domainName networkCidrBlock networkDestinationCidrBlock networkSourceCidrBlock url userAgent");
        Add(Kind.Text, "networkIPv4 networkIPv6 networkDestinationIPv4 networkDestinationIPv6 networkSourceIPv4 networkSourceIPv6");
        return kinds.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
