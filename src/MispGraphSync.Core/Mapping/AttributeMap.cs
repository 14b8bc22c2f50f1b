using System.Collections.Frozen;
using System.Collections.Immutable;
using static MispGraphSync.Core.Domain.Direction;
using static MispGraphSync.Core.Domain.HashAlgorithm;
using static MispGraphSync.Core.Mapping.ValueParsers;

namespace MispGraphSync.Core.Mapping;

/// <summary>The mapping of all of MISP's attribute types, each in one place.</summary>
public static class AttributeMap
{
    private static readonly Dictionary<string, HashAlgorithm> Algorithms = new()
    {
        ["md5"] = Md5,
        ["sha1"] = Sha1,
        ["sha224"] = Sha224,
        ["sha256"] = Sha256,
        ["sha384"] = Sha384,
        ["sha512"] = Sha512,
        ["sha512/224"] = Sha512Of224,
        ["sha512/256"] = Sha512Of256,
        ["sha3-224"] = Sha3Of224,
        ["sha3-256"] = Sha3Of256,
        ["sha3-384"] = Sha3Of384,
        ["sha3-512"] = Sha3Of512,
        ["authentihash"] = Authentihash,
        ["ssdeep"] = Ssdeep,
        ["tlsh"] = Tlsh,
        ["imphash"] = Imphash,
        ["impfuzzy"] = Impfuzzy,
        ["pehash"] = Pehash,
        ["vhash"] = Vhash,
        ["telfhash"] = Telfhash,
        ["cdhash"] = Cdhash,
    };

    // The hash alone, or after a file name; MISP has no such types for telfhash and cdhash.
    private static readonly Dictionary<string, ValueParser> FileHashes = new(
    [
        .. Algorithms.Select(pair => KeyValuePair.Create(pair.Key, Hash(pair.Value))),
        .. Algorithms.ExceptBy(["telfhash", "cdhash"], pair => pair.Key)
            .Select(pair => KeyValuePair.Create("filename|" + pair.Key, NameAnd(Hash(pair.Value)))),
        new("malware-sample", NameAnd(Hash(Md5))),
    ]);

    // The parser decides which indicators have a field for the value.
    private static readonly Dictionary<string, ValueParser> Others = new()
    {
        // Files and hosts
        ["filename"] = FileNameAndPath,
        ["size-in-bytes"] = FileSizeAlone,
        ["mutex"] = Mutex,
        ["regkey"] = RegistryKey,
        ["x509-fingerprint-md5"] = Certificate(Md5),
        ["x509-fingerprint-sha1"] = Certificate(Sha1),
        ["x509-fingerprint-sha256"] = Certificate(Sha256),

        // Network
        ["ip-src"] = Address(Source),
        ["ip-dst"] = Address(Destination),
        ["ip-src|port"] = WithPort(Address(Source), Source),
        ["ip-dst|port"] = WithPort(Address(Destination), Destination),
        ["domain"] = HostName,
        ["hostname"] = HostName,
        ["onion-address"] = HostName,
        ["domain|ip"] = Pair(HostName, Address(Unknown)),
        ["hostname|port"] = WithPort(HostName, Unknown),
        ["port"] = Port(Unknown),
        ["AS"] = AutonomousSystem,
        ["mac-address"] = Mac,
        ["url"] = Url,
        ["uri"] = Uri,
        ["user-agent"] = UserAgent,

        // E-mail
        ["email"] = Email,
        ["email-src"] = Sender,
        ["email-dst"] = Recipient,
        ["email-reply-to"] = ReplyTo,
        ["email-src-display-name"] = SenderName,
        ["email-subject"] = Subject,
        ["email-attachment"] = FileName,
        ["email-x-mailer"] = XMailer,
        ["email-message-id"] = MessageId,

        ["stix2-pattern"] = StixPattern.Parse,
    };

    // Types that describe the whole event; EventNotes reads some of them.
    private static readonly string[] EventLevel = ["comment", "threat-actor", "campaign-name", "campaign-id", "malware-type"];

    // Types that are never an indicator, by reason.
    private static readonly Dictionary<SkipReason, string[]> Excluded = new()
    {
        [SkipReason.PersonalData] = [
            "identity-card-number", "first-name", "middle-name", "last-name", "full-name", "date-of-birth", "place-of-birth", "gender",
            "passport-number", "passport-country", "passport-expiration", "redress-number", "nationality", "visa-number",
            "issue-date-of-the-visa", "primary-residence", "country-of-residence", "special-service-request", "frequent-flyer-number",
            "travel-details", "payment-details", "place-port-of-original-embarkation", "place-port-of-clearance",
            "place-port-of-onward-foreign-destination", "passenger-name-record-locator-number",
        ],
        [SkipReason.VictimData] = [
            "target-user", "target-email", "target-machine", "target-org", "target-location", "target-external",
            "email-dst-display-name",
        ],
        [SkipReason.FinancialData] = [
            "btc", "dash", "xmr", "iban", "bic", "bank-account-nr", "aba-rtn", "bin", "cc-number", "prtn", "phone-number",
        ],
        [SkipReason.RegistrationData] = [
            "whois-registrant-email", "whois-registrant-phone", "whois-registrant-name", "whois-registrant-org", "whois-registrar",
            "whois-creation-date", "dns-soa-email",
        ],
        [SkipReason.KeyMaterial] = ["pgp-public-key", "pgp-private-key"],
        [SkipReason.AccountName] = [
            "eppn", "git-commit-id", "github-username", "github-repository", "github-organisation", "jabber-id", "twitter-id",
        ],
        [SkipReason.ApplicationId] = ["mobile-application-id", "azure-application-id", "chrome-extension-id", "edge-extension-id"],
        [SkipReason.DescribesTarget] = ["vulnerability", "cpe", "weakness"],
        [SkipReason.Fingerprint] = [
            "ja3-fingerprint-md5", "jarm-fingerprint", "favicon-mmh3", "hassh-md5", "hasshserver-md5", "community-id", "dom-hash",
            "ssh-fingerprint", "dkim", "dkim-signature",
        ],
        [SkipReason.Rule] = [
            "snort", "suricata", "yara", "sigma", "bro", "zeek", "pattern-in-file", "pattern-in-traffic", "pattern-in-memory",
            "filename-pattern", "kusto-query",
        ],
        [SkipReason.FreeText] = ["email-body", "email-header", "email-mime-boundary", "email-thread-index"],
        [SkipReason.Untyped] = [
            "text", "other", "attachment", "link", "hex", "float", "counter", "integer", "datetime", "boolean", "uuid", "cortex",
            "anonymised",
        ],
        [SkipReason.UnsupportedType] = [
            "pdb", "http-method", "gene", "mime-type", "cookie", "named pipe", "process-state", "windows-scheduled-task",
            "windows-service-name", "windows-service-displayname", "mac-eui-64",
            // The key without its value matches too much, and no service matches both.
            "regkey|value",
        ],
    };

    private static readonly FrozenDictionary<string, TypeRule> Rules = FileHashes.Concat(Others)
        .Select(pair => (Type: pair.Key, Rule: new TypeRule(pair.Value)))
        .Concat(EventLevel.Select(type => (Type: type, Rule: default(TypeRule))))
        .Concat(from pair in Excluded from type in pair.Value select (Type: type, Rule: new TypeRule(null, pair.Key)))
        .ToFrozenDictionary(row => row.Type, row => row.Rule, StringComparer.Ordinal);

    /// <summary>Every type known here; all others get <see cref="SkipReason.UnknownType"/>.</summary>
    public static IReadOnlyCollection<string> Types => Rules.Keys;

    /// <summary>Every type that can be detected.</summary>
    internal static ImmutableArray<string> DetectableTypes { get; } = [.. FileHashes.Keys, .. Others.Keys];

    internal static ImmutableArray<string> FileHashTypes { get; } = [.. FileHashes.Keys];

    /// <summary>Every type that is the name of a host.</summary>
    internal static ImmutableArray<string> HostNameTypes { get; } =
        [.. Others.Where(row => row.Value == (ValueParser)HostName).Select(row => row.Key)];

    /// <summary>Every type that holds a name or an address of a host.</summary>
    internal static ImmutableArray<string> HostTypes { get; } =
        [.. HostNameTypes, "domain|ip", "hostname|port", "ip-src", "ip-dst", "ip-src|port", "ip-dst|port"];

    internal static TypeRule Find(string type) =>
        Rules.TryGetValue(type, out var rule) ? rule : new TypeRule(null, SkipReason.UnknownType);
}

/// <summary>How attributes of one type are mapped: a parser, a reason to skip them, or neither for what describes the event.</summary>
internal readonly record struct TypeRule(ValueParser? Parser, SkipReason? Reason = null)
{
    public bool IsEventLevel => Parser is null && Reason is null;
}
