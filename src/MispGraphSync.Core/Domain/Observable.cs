using System.Net;

namespace MispGraphSync.Core.Domain;

/// <summary>The bare value seen, parsed and normalised (see <c>Mapping/Normalise</c>). A closed union.</summary>
public abstract record Observable
{
    private Observable() { }

    /// <summary>Lower case, punycode, no trailing dot, at most 253 characters.</summary>
    public sealed record DomainName(string Value) : Observable;

    /// <summary>Scheme and host in lower case, the rest unchanged. May lack a scheme: see <see cref="HasScheme"/>.</summary>
    public sealed record Url(string Value) : Observable
    {
        /// <summary>True for an absolute http, https or ftp address.</summary>
        public bool HasScheme => Value.StartsWith("http://", StringComparison.Ordinal)
            || Value.StartsWith("https://", StringComparison.Ordinal)
            || Value.StartsWith("ftp://", StringComparison.Ordinal);
    }

    /// <summary>One address; IPv4-mapped IPv6 is already IPv4, no zone.</summary>
    public sealed record NetworkAddress(IPAddress Value, Direction Direction) : Observable;

    /// <summary>A range in network-address form; never /32, /128 or /0.</summary>
    public sealed record CidrBlock(IPNetwork Value, Direction Direction) : Observable;

    /// <summary>1–65535.</summary>
    public sealed record Port(int Value, Direction Direction) : Observable;

    /// <summary>Number of the IP protocol, 0–255: tcp 6, udp 17, icmp 1, icmpv6 58.</summary>
    public sealed record Protocol(int Value) : Observable;

    /// <summary>0–4294967295.</summary>
    public sealed record AutonomousSystem(long Value, Direction Direction) : Observable;

    /// <summary>Lower-case hex, or the algorithm's own text form for ssdeep, impfuzzy and vhash.</summary>
    public sealed record FileHash(HashAlgorithm Algorithm, string Value) : Observable;

    /// <summary>The last part of a path, without separators.</summary>
    public sealed record FileName(string Value) : Observable;
    public sealed record FilePath(string Value) : Observable;

    /// <summary>Bytes.</summary>
    public sealed record FileSize(long Value) : Observable;
    public sealed record FileType(string Value) : Observable;
    public sealed record FileCompiled(DateTimeOffset Value) : Observable;
    public sealed record FileCreated(DateTimeOffset Value) : Observable;
    public sealed record Mutex(string Value) : Observable;

    /// <summary>Domain part in lower case. May lack an <c>@</c>.</summary>
    public sealed record EmailAddress(string Value, EmailRole Role) : Observable;
    public sealed record EmailSourceDomain(string Value) : Observable;
    public sealed record EmailSourceAddress(IPAddress Value) : Observable;
    public sealed record EmailSenderName(string Value) : Observable;
    public sealed record EmailSubject(string Value) : Observable;
    public sealed record EmailXMailer(string Value) : Observable;
    public sealed record EmailMessageId(string Value) : Observable;
    public sealed record UserAgent(string Value) : Observable;
    public sealed record RegistryKey(string Value) : Observable;

    /// <summary>Lower case, colons.</summary>
    public sealed record MacAddress(string Value) : Observable;

    /// <summary>Md5, Sha1 or Sha256 only; lower-case hex.</summary>
    public sealed record CertificateFingerprint(HashAlgorithm Algorithm, string Value) : Observable;
}

/// <summary>Which end of a connection; Unknown where MISP does not say.</summary>
public enum Direction { Unknown, Source, Destination }

/// <summary>What an e-mail address was seen as.</summary>
public enum EmailRole { Sender, Recipient, ReplyTo }

/// <summary>Every file hash that MISP has a type for.</summary>
public enum HashAlgorithm
{
    Md5, Sha1, Sha224, Sha256, Sha384, Sha512, Sha512Of224, Sha512Of256,
    Sha3Of224, Sha3Of256, Sha3Of384, Sha3Of512,
    Authentihash, Ssdeep, Tlsh, Imphash, Impfuzzy, Pehash, Vhash, Telfhash, Cdhash,
}
