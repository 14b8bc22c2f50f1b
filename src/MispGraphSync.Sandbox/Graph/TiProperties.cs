using System.Collections.Frozen;
using System.Text.Json;

namespace MispGraphSync.Sandbox.Graph;

/// <summary>
/// The declared properties of tiIndicator (Graph beta metadata), each with a number below 64. The type is open: what is not
/// declared is kept and given back. A declared one of the wrong JSON type makes the whole body unreadable.
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

    /// <summary>A string in the metadata, so a wrong one is its item's fault. The case matters.</summary>
    public static readonly string[] ThreatTypes =
    [
        "Botnet", "C2", "CryptoMining", "Darknet", "DDoS", "MaliciousUrl", "Malware", "Phishing", "Proxy", "PUA", "WatchList",
    ];

    public static readonly string[] KillChain =
        ["Actions", "C2", "Delivery", "Exploitation", "Installation", "Reconnaissance", "Weaponization"];

    public static readonly string[] Products = ["Azure Sentinel", "Microsoft Defender ATP"];

    public static readonly FrozenDictionary<string, string[]> Enumerations = new Dictionary<string, string[]>
    {
        ["action"] = ["unknown", "allow", "block", "alert"],
        ["diamondModel"] = ["unknown", "adversary", "capability", "infrastructure", "victim"],
        ["tlpLevel"] = ["unknown", "white", "green", "amber", "red"],
        ["fileHashType"] = ["unknown", "sha1", "sha256", "md5", "authenticodeHash256", "lsHash", "ctph"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly (Kind Kind, string Names)[] Declarations =
    [
        (Kind.ReadOnly, "id azureTenantId ingestedDateTime"),
        (Kind.Enumeration, "action diamondModel tlpLevel fileHashType"),
        (Kind.TextList, "activityGroupNames killChain malwareFamilyNames tags"),
        (Kind.Boolean, "isActive passiveOnly"),
        (Kind.Instant, "expirationDateTime lastReportedDateTime fileCompileDateTime fileCreatedDateTime"),
        (Kind.Int32, "confidence severity networkPort networkDestinationPort networkSourcePort networkProtocol"),
        (Kind.Int64, "fileSize networkDestinationAsn networkSourceAsn"),
        (Kind.Text, "additionalInformation description externalId knownFalsePositives targetProduct threatType"),
        (Kind.Text, "emailEncoding emailLanguage emailRecipient emailSenderAddress emailSenderName emailSourceDomain"),
        (Kind.Text, "emailSourceIpAddress emailSubject emailXMailer"),
        (Kind.Text, "fileHashValue fileMutexName fileName filePacker filePath fileType"),
        (Kind.Text, "domainName networkCidrBlock networkDestinationCidrBlock networkSourceCidrBlock url userAgent"),
        (Kind.Text, "networkIPv4 networkIPv6 networkDestinationIPv4 networkDestinationIPv6 networkSourceIPv4 networkSourceIPv6"),
    ];

    public static readonly string[] Names = [.. Declarations.SelectMany(declaration => declaration.Names.Split(' '))];

    public static readonly Kind[] Kinds =
        [.. Declarations.SelectMany(declaration => declaration.Names.Split(' ').Select(_ => declaration.Kind))];

    private static readonly FrozenDictionary<string, int> ByName =
        Names.Index().ToFrozenDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);

    private static readonly string[][] ValuesOf = [.. Names.Select(name => Enumerations.GetValueOrDefault(name, []))];

    public static FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Numbers { get; } =
        ByName.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>fileHashType alone says nothing, so it is none.</summary>
    public static ulong Observables { get; } = BitsOf(Names.Where(name => name is "domainName" or "url" or "userAgent"
        || name.StartsWith("email", StringComparison.Ordinal)
        || name.StartsWith("network", StringComparison.Ordinal)
        || (name.StartsWith("file", StringComparison.Ordinal) && name != "fileHashType")));

    public static ulong DefenderObservables { get; } =
        BitsOf("domainName", "url", "networkDestinationIPv4", "networkDestinationIPv6", "fileHashValue");

    /// <summary>What an update may carry for Sentinel, besides id and targetProduct.</summary>
    public static ulong EditableForSentinel { get; } = BitsOf(
        "action", "activityGroupNames", "additionalInformation", "confidence", "description", "diamondModel",
        "expirationDateTime", "externalId", "isActive", "killChain", "knownFalsePositives", "lastReportedDateTime",
        "malwareFamilyNames", "passiveOnly", "severity", "tags", "tlpLevel");

    public static ulong EditableForDefender { get; } = BitsOf("expirationDateTime", "severity", "description");

    public static bool IsDeclared(string name) => ByName.ContainsKey(name);

    public static ulong Bit(string name) => 1UL << ByName[name];

    public static ulong BitsOf(params IEnumerable<string> names) => names.Aggregate(0UL, (bits, name) => bits | Bit(name));

    public static bool IsOfEnumeration(int number, JsonElement value) =>
        ValuesOf[number].Length == 0 || value.ValueKind == JsonValueKind.Null || Array.Exists(ValuesOf[number], value.ValueEquals);

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
}
