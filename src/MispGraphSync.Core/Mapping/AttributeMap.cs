using System.Collections.Frozen;
using System.Collections.Immutable;
using MispGraphSync.Core.Domain;
using static MispGraphSync.Core.Domain.Direction;
using static MispGraphSync.Core.Domain.HashAlgorithm;
using static MispGraphSync.Core.Mapping.Composites;
using static MispGraphSync.Core.Mapping.ValueParsers;

namespace MispGraphSync.Core.Mapping;

/// <summary>What each of MISP's attribute types is: all of them, and each in one place.</summary>
public static class AttributeMap
{
    /// <summary>MISP type = what its value is. A reader knows which services have a field for it.</summary>
    private static readonly Dictionary<string, ValueParser> FileHashes = new()
    {
        ["md5"] = Hash(Md5),
        ["sha1"] = Hash(Sha1),
        ["sha224"] = Hash(Sha224),
        ["sha256"] = Hash(Sha256),
        ["sha384"] = Hash(Sha384),
        ["sha512"] = Hash(Sha512),
        ["sha512/224"] = Hash(Sha512Of224),
        ["sha512/256"] = Hash(Sha512Of256),
        ["sha3-224"] = Hash(Sha3Of224),
        ["sha3-256"] = Hash(Sha3Of256),
        ["sha3-384"] = Hash(Sha3Of384),
        ["sha3-512"] = Hash(Sha3Of512),
        ["authentihash"] = Hash(Authentihash),
        ["ssdeep"] = Hash(Ssdeep),
        ["tlsh"] = Hash(Tlsh),
        ["imphash"] = Hash(Imphash),
        ["impfuzzy"] = Hash(Impfuzzy),
        ["pehash"] = Hash(Pehash),
        ["vhash"] = Hash(Vhash),
        ["telfhash"] = Hash(Telfhash),
        ["cdhash"] = Hash(Cdhash),

        // The same with a file name in front
        ["filename|md5"] = NameAnd(Hash(Md5)),
        ["filename|sha1"] = NameAnd(Hash(Sha1)),
        ["filename|sha224"] = NameAnd(Hash(Sha224)),
        ["filename|sha256"] = NameAnd(Hash(Sha256)),
        ["filename|sha384"] = NameAnd(Hash(Sha384)),
        ["filename|sha512"] = NameAnd(Hash(Sha512)),
        ["filename|sha512/224"] = NameAnd(Hash(Sha512Of224)),
        ["filename|sha512/256"] = NameAnd(Hash(Sha512Of256)),
        ["filename|sha3-224"] = NameAnd(Hash(Sha3Of224)),
        ["filename|sha3-256"] = NameAnd(Hash(Sha3Of256)),
        ["filename|sha3-384"] = NameAnd(Hash(Sha3Of384)),
        ["filename|sha3-512"] = NameAnd(Hash(Sha3Of512)),
        ["filename|authentihash"] = NameAnd(Hash(Authentihash)),
        ["filename|ssdeep"] = NameAnd(Hash(Ssdeep)),
        ["filename|tlsh"] = NameAnd(Hash(Tlsh)),
        ["filename|imphash"] = NameAnd(Hash(Imphash)),
        ["filename|impfuzzy"] = NameAnd(Hash(Impfuzzy)),
        ["filename|pehash"] = NameAnd(Hash(Pehash)),
        ["filename|vhash"] = NameAnd(Hash(Vhash)),
        ["malware-sample"] = NameAnd(Hash(Md5)),
    };

    /// <summary>The same for everything else that can be watched.</summary>
    private static readonly Dictionary<string, ValueParser> Others = new()
    {
        // Files and what runs
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

        ["stix2-pattern"] = Pattern,
    };

    /// <summary>Types that say something about the whole event; <see cref="EventNotes"/> reads some of them.</summary>
    private static readonly string[] AboutTheEvent = ["comment", "threat-actor", "campaign-name", "campaign-id", "malware-type"];

    /// <summary>Types that are never an indicator, by reason.</summary>
    private static readonly Dictionary<SkipReason, string[]> Never = new()
    {
        [SkipReason.PersonalData] =
        [
            "identity-card-number", "first-name", "middle-name", "last-name", "full-name", "date-of-birth", "place-of-birth",
            "gender", "passport-number", "passport-country", "passport-expiration", "redress-number", "nationality",
            "visa-number", "issue-date-of-the-visa", "primary-residence", "country-of-residence", "special-service-request",
            "frequent-flyer-number", "travel-details", "payment-details", "place-port-of-original-embarkation",
            "place-port-of-clearance", "place-port-of-onward-foreign-destination", "passenger-name-record-locator-number",
        ],
        [SkipReason.VictimData] =
        [
            "target-user", "target-email", "target-machine", "target-org", "target-location", "target-external",
            "email-dst-display-name",
        ],
        [SkipReason.FinancialData] =
        [
            "btc", "dash", "xmr", "iban", "bic", "bank-account-nr", "aba-rtn", "bin", "cc-number", "prtn", "phone-number",
        ],
        [SkipReason.RegistrationData] =
        [
            "whois-registrant-email", "whois-registrant-phone", "whois-registrant-name", "whois-registrant-org",
            "whois-registrar", "whois-creation-date", "dns-soa-email",
        ],
        [SkipReason.KeyMaterial] = ["pgp-public-key", "pgp-private-key"],
        [SkipReason.AccountName] =
        [
            "eppn", "git-commit-id", "github-username", "github-repository", "github-organisation", "jabber-id", "twitter-id",
        ],
        [SkipReason.ApplicationId] =
        [
            "mobile-application-id", "azure-application-id", "chrome-extension-id", "edge-extension-id",
        ],
        [SkipReason.DescribesTarget] = ["vulnerability", "cpe", "weakness"],
        [SkipReason.Fingerprint] =
        [
            "ja3-fingerprint-md5", "jarm-fingerprint", "favicon-mmh3", "hassh-md5", "hasshserver-md5", "community-id",
            "dom-hash", "ssh-fingerprint", "dkim", "dkim-signature",
        ],
        [SkipReason.Rule] =
        [
            "snort", "suricata", "yara", "sigma", "bro", "zeek", "pattern-in-file", "pattern-in-traffic", "pattern-in-memory",
            "filename-pattern", "kusto-query",
        ],
        [SkipReason.FreeText] = ["email-body", "email-header", "email-mime-boundary", "email-thread-index"],
        [SkipReason.Untyped] =
        [
            "text", "other", "attachment", "link", "hex", "float", "counter", "integer", "datetime", "boolean", "uuid",
            "cortex", "anonymised",
        ],
        [SkipReason.UnsupportedType] =
        [
            "pdb", "http-method", "gene", "mime-type", "cookie", "named pipe", "process-state", "windows-scheduled-task",
            "windows-service-name", "windows-service-displayname", "mac-eui-64",
            // The key without its value matches too much, and no service matches both.
            "regkey|value",
        ],
    };

    private static readonly FrozenDictionary<string, TypeRule> Rows = Gather();

    /// <summary>Every type known here; <see cref="SkipReason.UnknownType"/> is what all others get.</summary>
    public static IReadOnlyCollection<string> Types => Rows.Keys;

    /// <summary>Every type that can be watched.</summary>
    internal static ImmutableArray<string> DetectableTypes { get; } = [.. FileHashes.Keys, .. Others.Keys];

    /// <summary>Every type that holds the hash of a file.</summary>
    internal static ImmutableArray<string> FileHashTypes { get; } = [.. FileHashes.Keys];

    /// <summary>Every type that holds a name or an address of a host.</summary>
    internal static ImmutableArray<string> HostTypes { get; } =
    [
        "domain", "hostname", "onion-address", "domain|ip", "hostname|port", "ip-src", "ip-dst", "ip-src|port", "ip-dst|port",
    ];

    internal static TypeRule Find(string type) => Rows.TryGetValue(type, out var row) ? row : TypeRule.Excluded.Unknown;

    private static FrozenDictionary<string, TypeRule> Gather()
    {
        var rows = new Dictionary<string, TypeRule>();
        foreach (var (type, reader) in FileHashes) rows.Add(type, new TypeRule.Detectable(reader));
        foreach (var (type, reader) in Others) rows.Add(type, new TypeRule.Detectable(reader));
        foreach (var type in AboutTheEvent) rows.Add(type, TypeRule.EventLevel.Instance);
        foreach (var (reason, types) in Never)
        {
            foreach (var type in types) rows.Add(type, new TypeRule.Excluded(reason));
        }

        return rows.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

/// <summary>What an attribute type is to us.</summary>
internal abstract record TypeRule
{
    private TypeRule() { }

    public sealed record Detectable(ValueParser Parser) : TypeRule;

    public sealed record EventLevel : TypeRule
    {
        public static EventLevel Instance { get; } = new();
    }

    public sealed record Excluded(SkipReason Reason) : TypeRule
    {
        public static Excluded Unknown { get; } = new(SkipReason.UnknownType);
    }
}
