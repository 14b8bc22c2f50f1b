using System.Collections.Frozen;
using static MispGraphSync.Core.Domain.Direction;
using static MispGraphSync.Core.Mapping.RoleKind;

namespace MispGraphSync.Core.Mapping;

/// <summary>How attributes of objects combine, by object name and relation. Others map by their type.</summary>
internal static class ObjectMap
{
    // The kinds of values in roles, with the types that hold them.
    private static readonly RoleValue
        AnyType = new(null, AttributeMap.DetectableTypes),
        AnyFileHash = new(null, AttributeMap.FileHashTypes),
        AnyHost = new(null, AttributeMap.HostTypes),
        HostName = new(ValueParsers.HostName, AttributeMap.HostNameTypes),
        SourceAddress = new(ValueParsers.Address(Source), "ip-src", "ip-dst"),
        DestinationAddress = new(ValueParsers.Address(Destination), "ip-src", "ip-dst"),
        AnyPort = new(ValueParsers.Port(Unknown), "port"),
        SourcePort = new(ValueParsers.Port(Source), "port"),
        DestinationPort = new(ValueParsers.Port(Destination), "port"),
        Url = new(ValueParsers.Url, "url"),
        FileName = new(ValueParsers.FileName, "filename"),
        FileSize = new(ValueParsers.FileSize, "size-in-bytes"),
        Compiled = new(ValueParsers.Compiled, "datetime");

    private static readonly FrozenDictionary<string, ObjectTemplate> Templates = new Dictionary<string, ObjectTemplate>
    {
        // One for each hash; all of them share the file's name, size and times.
        ["file"] = new([
            new(Ignored, AnyType, "richpe"),
            new(Main, AnyFileHash),
            new(FallbackMain, FileName, "filename"),
            new(Detail, FileSize, "size-in-bytes"),
            new(Detail, new(ValueParsers.FilePath, "text", "filename"), "fullpath", "path"),
            new(Detail, Compiled, "compilation-timestamp"),
            new(Detail, new(ValueParsers.Created, "datetime"), "creation-time"),
            new(Detail, new(ValueParsers.FileType, "text", "mime-type"), "mimetype", "magic")]),

        // richpe has the type md5 but is the hash of a header; the other names are what the maker wrote into the file.
        ["pe"] = new([
            new(Ignored, AnyType, "richpe", "internal-filename", "original-filename"),
            new(Main, AnyFileHash),
            new(FallbackMain, FileName, "filename"),
            new(Detail, FileSize, "size-in-bytes"),
            new(Detail, Compiled, "compilation-timestamp")]),

        // One for each pair.
        ["domain-ip"] = new([
            new(Main, HostName, "domain", "hostname"),
            new(Main, new(ValueParsers.Address(Unknown), "ip-src", "ip-dst"), "ip"),
            new(EachDetail, AnyPort, "port")]),

        ["ip-port"] = new([
            new(Main, DestinationAddress, "ip", "ip-dst"),
            new(Main, SourceAddress, "ip-src"),
            new(Main, HostName, "domain", "hostname"),
            new(EachDetail, DestinationPort, "dst-port"),
            new(EachDetail, SourcePort, "src-port"),
            new(Detail, new RoleValue(ValueParsers.AutonomousSystem, "AS").OnlyCombined, "AS"),
            new(Ignored, AnyType, "ptr-record")]),

        ["url"] = new([
            new(Main, Url, "url"),
            new(Detail, AnyPort, "port"),
            new(HostOfUrl, AnyHost)]),

        // Its domain is that of the service which shortens links.
        ["shortened-link"] = new([new(HostOfUrl, AnyHost)]),

        // Addresses first: the other properties of a mail are weak, and carry it only without an address.
        ["email"] = new([
            new(Detail, new(ValueParsers.SourceDomain, "domain", "hostname"), "from-domain"),
            new(PreferredMain, new(ValueParsers.Sender, "email-src", "email"), "from", "return-path"),
            new(Main, new(ValueParsers.MailServer, "ip-src", "ip-dst"), "ip-src", "received-header-ip"),
            new(FallbackMain, new(ValueParsers.SenderName, "email-src-display-name"), "from-display-name"),
            new(FallbackMain, new(ValueParsers.Subject, "email-subject"), "subject"),
            new(FallbackMain, new(ValueParsers.XMailer, "email-x-mailer"), "x-mailer"),
            new(FallbackMain, new(ValueParsers.FileName, "email-attachment", "filename"), "attachment"),
            new(Detail, new RoleValue(ValueParsers.Recipient, "email-dst", "email").OnlyCombined, "to"),
            new(Ignored, AnyType, "cc", "bcc", "received-header-hostname")]),

        ["network-connection"] = Connection(),
        ["network-socket"] = Connection(),

        ["http-request"] = new([
            new(Main, Url, "url"),
            new(Main, HostName, "host"),
            new(Main, DestinationAddress, "ip-dst"),
            new(FallbackMain, new(ValueParsers.UserAgent, "user-agent"), "user-agent"),
            new(Ignored, AnyType, "ip-src")]),

        // Names and addresses inside a certificate are claims of its subject; the servers are its authority's.
        ["x509"] = new([
            new(RequiresToIds, AnyType, "ip", "email", "dns_names", "uri"),
            new(Ignored, AnyType, "ocsp_server", "issuing_certificate")]),

        ["process"] = new([new(Main, FileName, "image")], IgnoresOthers: true),
        ["mutex"] = new([new(Main, new(ValueParsers.Mutex, "text", "mutex"), "name")]),

        // Data of victims and people, which the types alone do not show. Published events also use the name person_v2.
        ["victim"] = new([new(Victim, AnyType)]),
        ["target-system"] = new([new(Victim, AnyType)]),
        ["ddos"] = new([new(Victim, AnyType, "domain-dst", "ip-dst")]),
        ["person"] = new([new(Victim, AnyType)]),
        ["person_v2"] = new([new(Victim, AnyType)]),
        ["ftm-Person"] = new([new(Victim, AnyType)]),

        // MISP's templates mark these roles "to_ids": false; MISP's forms for objects ignore that.
        ["apivoid-email-verification"] = new([new(Context, AnyType, "domain", "email")]),
        ["cytomic-orion-file"] = new([new(Context, AnyType, "fileSize")]),
        ["ddos-config"] = new([new(Context, AnyType, "host", "ip")]),
        ["flowintel-task"] = new([new(Context, AnyType, "url")]),
        ["network-profile"] = new([new(Context, AnyType, "dns-server")]),
        ["ransom-negotiation"] = new([new(Context, AnyType, "chatsite")]),
        ["trusted-timestamp"] = new([new(Context, AnyType, "hash-sha256", "hash-sha512")]),
        ["virustotal-submission"] = new([new(Context, AnyType, "filename")]),
        ["whois"] = new([new(Context, AnyType, "nameserver")]),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Names => Templates.Keys;

    public static ObjectTemplate? Find(string name) => Templates.TryGetValue(name, out var template) ? template : null;

    private static ObjectTemplate Connection() => new([
        new(Main, DestinationAddress, "ip-dst"),
        new(Main, SourceAddress, "ip-src"),
        new(Main, HostName, "hostname-dst"),
        new(EachDetail, DestinationPort, "dst-port"),
        new(EachDetail, SourcePort, "src-port"),
        new(Detail, new(ValueParsers.Protocol, "text"), "layer4-protocol", "protocol"),
        new(Ignored, AnyType, "hostname-src")]);
}
