using System.Collections.Frozen;
using static MispGraphSync.Core.Domain.Direction;
using static MispGraphSync.Core.Mapping.AttributeRole;

namespace MispGraphSync.Core.Mapping;

/// <summary>
/// How the attributes of an object combine, by object name and role. Objects that are not here, and roles that are not named,
/// map each attribute by its type: so do <c>registry-key</c> and <c>asn</c>, whose key, number and subnets stand alone.
/// </summary>
internal static class ObjectMap
{
    // What the values in roles are, and the types that hold such values.
    private static readonly RoleValue
        HostName = new(ValueParsers.HostName, "domain", "hostname", "onion-address"),
        AnyAddress = new(ValueParsers.Address(Unknown), "ip-src", "ip-dst"),
        SourceAddress = new(ValueParsers.Address(Source), "ip-src", "ip-dst"),
        DestinationAddress = new(ValueParsers.Address(Destination), "ip-src", "ip-dst"),
        AnyPort = new(ValueParsers.Port(Unknown), "port"),
        SourcePort = new(ValueParsers.Port(Source), "port"),
        DestinationPort = new(ValueParsers.Port(Destination), "port"),
        Protocol = new(ValueParsers.Protocol, "text"),
        AutonomousSystem = new(ValueParsers.AutonomousSystem, "AS"),
        Url = new(ValueParsers.Url, "url"),
        UserAgent = new(ValueParsers.UserAgent, "user-agent"),
        FileName = new(ValueParsers.FileName, "filename"),
        FileSize = new(ValueParsers.FileSize, "size-in-bytes"),
        FilePath = new(ValueParsers.FilePath, "text", "filename"),
        FileType = new(ValueParsers.FileType, "text", "mime-type"),
        Compiled = new(ValueParsers.Compiled, "datetime"),
        Created = new(ValueParsers.Created, "datetime"),
        Mutex = new(ValueParsers.Mutex, "text", "mutex"),
        Sender = new(ValueParsers.Sender, "email-src", "email"),
        SenderName = new(ValueParsers.SenderName, "email-src-display-name"),
        SourceDomain = new(ValueParsers.SourceDomain, "domain", "hostname"),
        MailServer = new(ValueParsers.MailServer, "ip-src", "ip-dst"),
        Recipient = new(ValueParsers.Recipient, "email-dst", "email"),
        Subject = new(ValueParsers.Subject, "email-subject"),
        XMailer = new(ValueParsers.XMailer, "email-x-mailer"),
        Attachment = new(ValueParsers.FileName, "email-attachment", "filename");

    private static readonly FrozenDictionary<string, ObjectTemplate> Templates = new Dictionary<string, ObjectTemplate>
    {
        // One for each hash; all of them share the file's name, size and times.
        ["file"] = new(
            Ignored("richpe"),
            EachFileHash(),
            FallbackMain(FileName, "filename"),
            Detail(FileSize, "size-in-bytes"),
            Detail(FilePath, "fullpath", "path"),
            Detail(Compiled, "compilation-timestamp"),
            Detail(Created, "creation-time"),
            Detail(FileType, "mimetype", "magic")),

        // richpe has the type md5 but is the hash of a header; the other names are what the maker wrote into the file.
        ["pe"] = new(
            Ignored("richpe", "internal-filename", "original-filename"),
            EachFileHash(),
            FallbackMain(FileName, "filename"),
            Detail(FileSize, "size-in-bytes"),
            Detail(Compiled, "compilation-timestamp")),

        // One for each pair.
        ["domain-ip"] = new(
            Main(HostName, "domain", "hostname"),
            Main(AnyAddress, "ip"),
            EachDetail(AnyPort, "port")),

        ["ip-port"] = new(
            Main(DestinationAddress, "ip", "ip-dst"),
            Main(SourceAddress, "ip-src"),
            Main(HostName, "domain", "hostname"),
            EachDetail(DestinationPort, "dst-port"),
            EachDetail(SourcePort, "src-port"),
            Detail(AutonomousSystem.Joined, "AS"),
            Ignored("ptr-record")),

        ["url"] = new(
            Main(Url, "url"),
            Detail(AnyPort, "port"),
            HostOfUrl()),

        // Its domain is that of the service which shortens links.
        ["shortened-link"] = new(HostOfUrl()),

        // Addresses first: the other properties of a mail are weak, and only carry it where there is no address.
        ["email"] = new(
            Detail(SourceDomain, "from-domain"),
            PreferredMain(Sender, "from", "return-path"),
            Main(MailServer, "ip-src", "received-header-ip"),
            FallbackMain(SenderName, "from-display-name"),
            FallbackMain(Subject, "subject"),
            FallbackMain(XMailer, "x-mailer"),
            FallbackMain(Attachment, "attachment"),
            Detail(Recipient.Joined, "to"),
            Ignored("cc", "bcc", "received-header-hostname")),

        ["network-connection"] = Connection(),
        ["network-socket"] = Connection(),

        ["http-request"] = new(
            Main(Url, "url"),
            Main(HostName, "host"),
            Main(DestinationAddress, "ip-dst"),
            FallbackMain(UserAgent, "user-agent"),
            Ignored("ip-src")),

        // Names and addresses inside a certificate are what its subject claims; the servers named there are its authority's.
        ["x509"] = new(RequiresToIds("ip", "email", "dns_names", "uri"), Ignored("ocsp_server", "issuing_certificate")),

        ["process"] = new(Main(FileName, "image")) { IgnoresOthers = true },
        ["mutex"] = new(Main(Mutex, "name")),

        // The victim's own, and people's: the types alone do not show it. person_v2 is a name that published events have.
        ["victim"] = new(Victim()),
        ["target-system"] = new(Victim()),
        ["ddos"] = new(Victim("domain-dst", "ip-dst")),
        ["person"] = new(Victim()),
        ["person_v2"] = new(Victim()),
        ["ftm-Person"] = new(Victim()),

        // Roles that MISP's templates mark "to_ids": false; its forms for objects do not heed that.
        ["apivoid-email-verification"] = new(Context("domain", "email")),
        ["cytomic-orion-file"] = new(Context("fileSize")),
        ["ddos-config"] = new(Context("host", "ip")),
        ["flowintel-task"] = new(Context("url")),
        ["network-profile"] = new(Context("dns-server")),
        ["ransom-negotiation"] = new(Context("chatsite")),
        ["trusted-timestamp"] = new(Context("hash-sha256", "hash-sha512")),
        ["virustotal-submission"] = new(Context("filename")),
        ["whois"] = new(Context("nameserver")),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Names => Templates.Keys;

    public static ObjectTemplate? Find(string name) => Templates.TryGetValue(name, out var template) ? template : null;

    private static ObjectTemplate Connection() => new(
        Main(DestinationAddress, "ip-dst"),
        Main(SourceAddress, "ip-src"),
        Main(HostName, "hostname-dst"),
        EachDetail(DestinationPort, "dst-port"),
        EachDetail(SourcePort, "src-port"),
        Detail(Protocol, "layer4-protocol", "protocol"),
        Ignored("hostname-src"));
}
