using System.Collections.Frozen;
using static MispGraphSync.Core.Domain.Direction;
using static MispGraphSync.Core.Mapping.Readers;
using static MispGraphSync.Core.Mapping.Use;

namespace MispGraphSync.Core.Mapping;

/// <summary>
/// How the attributes of an object combine, by object name and role. Objects that are not here, and roles that are not named,
/// map each attribute by its type: so do <c>registry-key</c> and <c>asn</c>, whose key, number and subnets stand alone.
/// </summary>
internal static class ObjectMap
{
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
            Main(Address(Unknown), "ip"),
            WithEach(Port(Unknown), "port")),

        ["ip-port"] = new(
            Main(Address(Destination), "ip", "ip-dst"),
            Main(Address(Source), "ip-src"),
            Main(HostName, "domain", "hostname"),
            WithEach(Port(Destination), "dst-port"),
            WithEach(Port(Source), "src-port"),
            With(Joined(AutonomousSystem), "AS"),
            Unused("ptr-record")),

        // The host is often shared with others, so it is never watched by itself.
        ["url"] = new(
            Main(Url, "url"),
            With(Joined(HostName), "domain", "host"),
            With(Port(Unknown), "port"),
            Unused("ip")),

        // Addresses first: the other properties of a mail are weak, and only carry it where there is no address.
        ["email"] = new(
            With(SourceDomain, "from-domain"),
            MainFirstOf(Sender, "from", "return-path"),
            Main(MailServer, "ip-src", "received-header-ip"),
            MainIfAlone(SenderName, "from-display-name"),
            MainIfAlone(Subject, "subject"),
            MainIfAlone(XMailer, "x-mailer"),
            MainIfAlone(FileName, "attachment"),
            WithIfSelected(Joined(Recipient), "to"),
            Unused("cc", "bcc", "received-header-hostname")),

        ["network-connection"] = Connection(),
        ["network-socket"] = Connection(),

        ["http-request"] = new(
            Main(Url, "url"),
            Main(HostName, "host"),
            Main(Address(Destination), "ip-dst"),
            MainIfAlone(UserAgent, "user-agent"),
            Unused("ip-src")),

        // Names and addresses inside a certificate are what its subject claims.
        ["x509"] = new(OnlyWithToIds("ip", "email", "dns_names", "uri")),

        ["process"] = new(Main(FileName, "image")) { OthersUnused = true },
        ["mutex"] = new(Main(Mutex, "name")),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Names => Templates.Keys;

    public static Template? Find(string name) => Templates.TryGetValue(name, out var template) ? template : null;

    /// <summary>Joined only, though it could be watched alone.</summary>
    private static Reader Joined(Reader reader) => text => reader(text) with { Alone = [] };

    private static Template Connection() => new(
        Main(Address(Destination), "ip-dst"),
        Main(Address(Source), "ip-src"),
        Main(HostName, "hostname-dst"),
        WithEach(Port(Destination), "dst-port"),
        WithEach(Port(Source), "src-port"),
        With(Protocol, "layer4-protocol", "protocol"),
        Unused("hostname-src"));
}
