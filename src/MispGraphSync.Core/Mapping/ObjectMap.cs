using System.Collections.Frozen;
using static MispGraphSync.Core.Domain.Direction;
using static MispGraphSync.Core.Mapping.Use;

namespace MispGraphSync.Core.Mapping;

/// <summary>
/// How the attributes of an object combine, by object name and role. Objects that are not here, and roles that are not named,
/// map each attribute by its type: so do <c>registry-key</c> and <c>asn</c>, whose key, number and subnets stand alone.
/// </summary>
internal static class ObjectMap
{
    // What the values in roles are, and the types that hold such values.
    private static readonly RoleValue
        HostName = new(Readers.HostName, "domain", "hostname", "onion-address"),
        AnyAddress = new(Readers.Address(Unknown), "ip-src", "ip-dst"),
        SourceAddress = new(Readers.Address(Source), "ip-src", "ip-dst"),
        DestinationAddress = new(Readers.Address(Destination), "ip-src", "ip-dst"),
        AnyPort = new(Readers.Port(Unknown), "port"),
        SourcePort = new(Readers.Port(Source), "port"),
        DestinationPort = new(Readers.Port(Destination), "port"),
        Protocol = new(Readers.Protocol, "text"),
        AutonomousSystem = new(Readers.AutonomousSystem, "AS"),
        Url = new(Readers.Url, "url"),
        UserAgent = new(Readers.UserAgent, "user-agent"),
        FileName = new(Readers.FileName, "filename"),
        FileSize = new(Readers.FileSize, "size-in-bytes"),
        FilePath = new(Readers.FilePath, "text", "filename"),
        FileType = new(Readers.FileType, "text", "mime-type"),
        Compiled = new(Readers.Compiled, "datetime"),
        Created = new(Readers.Created, "datetime"),
        Mutex = new(Readers.Mutex, "text", "mutex"),
        Sender = new(Readers.Sender, "email-src", "email"),
        SenderName = new(Readers.SenderName, "email-src-display-name"),
        SourceDomain = new(Readers.SourceDomain, "domain", "hostname"),
        MailServer = new(Readers.MailServer, "ip-src", "ip-dst"),
        Recipient = new(Readers.Recipient, "email-dst", "email"),
        Subject = new(Readers.Subject, "email-subject"),
        XMailer = new(Readers.XMailer, "email-x-mailer"),
        Attachment = new(Readers.FileName, "email-attachment", "filename");

    private static readonly FrozenDictionary<string, Template> Templates = new Dictionary<string, Template>
    {
        // One for each hash; all of them share the file's name, size and times.
        ["file"] = new(
            Unused("richpe"),
            EachFileHash(),
            MainIfAlone(FileName, "filename"),
            With(FileSize, "size-in-bytes"),
            With(FilePath, "fullpath", "path"),
            With(Compiled, "compilation-timestamp"),
            With(Created, "creation-time"),
            With(FileType, "mimetype", "magic")),

        // richpe has the type md5 but is the hash of a header; the other names are what the maker wrote into the file.
        ["pe"] = new(
            Unused("richpe", "internal-filename", "original-filename"),
            EachFileHash(),
            MainIfAlone(FileName, "filename"),
            With(FileSize, "size-in-bytes"),
            With(Compiled, "compilation-timestamp")),

        // One for each pair.
        ["domain-ip"] = new(
            Main(HostName, "domain", "hostname"),
            Main(AnyAddress, "ip"),
            WithEach(AnyPort, "port")),

        ["ip-port"] = new(
            Main(DestinationAddress, "ip", "ip-dst"),
            Main(SourceAddress, "ip-src"),
            Main(HostName, "domain", "hostname"),
            WithEach(DestinationPort, "dst-port"),
            WithEach(SourcePort, "src-port"),
            With(AutonomousSystem.Joined, "AS"),
            Unused("ptr-record")),

        ["url"] = new(
            Main(Url, "url"),
            With(AnyPort, "port"),
            HostOfUrl()),

        // Its domain is that of the service which shortens links.
        ["shortened-link"] = new(HostOfUrl()),

        // Addresses first: the other properties of a mail are weak, and only carry it where there is no address.
        ["email"] = new(
            With(SourceDomain, "from-domain"),
            MainFirstOf(Sender, "from", "return-path"),
            Main(MailServer, "ip-src", "received-header-ip"),
            MainIfAlone(SenderName, "from-display-name"),
            MainIfAlone(Subject, "subject"),
            MainIfAlone(XMailer, "x-mailer"),
            MainIfAlone(Attachment, "attachment"),
            With(Recipient.Joined, "to"),
            Unused("cc", "bcc", "received-header-hostname")),

        ["network-connection"] = Connection(),
        ["network-socket"] = Connection(),

        ["http-request"] = new(
            Main(Url, "url"),
            Main(HostName, "host"),
            Main(DestinationAddress, "ip-dst"),
            MainIfAlone(UserAgent, "user-agent"),
            Unused("ip-src")),

        // Names and addresses inside a certificate are what its subject claims; the servers named there are its authority's.
        ["x509"] = new(OnlyWithToIds("ip", "email", "dns_names", "uri"), Unused("ocsp_server", "issuing_certificate")),

        ["process"] = new(Main(FileName, "image")) { OthersUnused = true },
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

    public static Template? Find(string name) => Templates.TryGetValue(name, out var template) ? template : null;

    private static Template Connection() => new(
        Main(DestinationAddress, "ip-dst"),
        Main(SourceAddress, "ip-src"),
        Main(HostName, "hostname-dst"),
        WithEach(DestinationPort, "dst-port"),
        WithEach(SourcePort, "src-port"),
        With(Protocol, "layer4-protocol", "protocol"),
        Unused("hostname-src"));
}
