using System.Globalization;
using MispGraphSync.Core.Mapping.Normalise;
using static MispGraphSync.Core.Domain.SkipReason;
using static MispGraphSync.Core.Mapping.ParseResult;

namespace MispGraphSync.Core.Mapping;

/// <summary>One parser for each kind of value; the mapping tables are written in these words.</summary>
internal static class ValueParsers
{
    // Names and addresses

    /// <summary>An address instead of a name counts as a destination.</summary>
    public static ParseResult HostName(string text)
    {
        if (DomainNames.Normalise(text) is { } domain) return Of(new Observable.DomainName(domain));
        return IpAddresses.Parse(text) is { } address ? Of(new Observable.NetworkAddress(address, Direction.Destination)) : InvalidDomain;
    }

    public static ValueParser Address(Direction direction) => text =>
        AddressOrRange(text, direction) is { } observable ? Of(observable) : InvalidAddress;

    public static ValueParser Port(Direction direction) => text =>
        Numbers.ParsePort(text) is { } port ? OnlyCombined(new Observable.Port(port, direction)) : InvalidValue;

    public static ParseResult AutonomousSystem(string text) => Numbers.ParseAutonomousSystem(text) is { } number
        ? Of(new Observable.AutonomousSystem(number, Direction.Unknown))
        : InvalidValue;

    public static ParseResult Mac(string text) =>
        MacAddresses.Normalise(text) is { } address ? OnlySingle(new Observable.MacAddress(address)) : InvalidValue;

    /// <summary>The names that MISP's objects use, or the number itself.</summary>
    public static ParseResult Protocol(string text)
    {
        var number = text.ToLowerInvariant() switch
        {
            "tcp" => 6,
            "udp" => 17,
            "icmp" => 1,
            "icmpv6" or "ipv6-icmp" => 58,
            _ => Numbers.Parse(text, byte.MaxValue),
        };
        return number is { } known ? OnlyCombined(new Observable.Protocol((int)known)) : InvalidValue;
    }

    // Web

    /// <summary>Combined indicators have a field for absolute http, https and ftp addresses only.</summary>
    public static ParseResult Url(string text)
    {
        if (HoldsSeveralUrls(text) || Urls.Normalise(text) is not { } url) return InvalidUrl;
        var observable = new Observable.Url(url);
        return observable.HasScheme ? Of(observable) : OnlySingle(observable);
    }

    /// <summary>A path alone is on every server, so only an absolute address counts.</summary>
    public static ParseResult Uri(string text) => Urls.HasScheme(text) ? Url(text) : InvalidUrl;

    // Files

    public static ValueParser Hash(HashAlgorithm algorithm) => text =>
    {
        if (Hashes.Normalise(algorithm, text) is not { } hash) return InvalidHash;
        var observable = new Observable.FileHash(algorithm, hash);
        return HasStixName(algorithm) ? Of(observable) : OnlyCombined(observable);
    };

    public static ValueParser Certificate(HashAlgorithm algorithm) => text =>
        Hashes.NormaliseFingerprint(algorithm, text) is { } hash
            ? OnlySingle(new Observable.CertificateFingerprint(algorithm, hash))
            : InvalidHash;

    /// <summary>The last part of a name or path.</summary>
    public static ParseResult FileName(string text) => NameIn(text) is { } name ? Of(name) : InvalidValue;

    /// <summary>The last part and, where it is a path, the whole.</summary>
    public static ParseResult FileNameAndPath(string text)
    {
        if (NameIn(text) is not { } name) return InvalidValue;
        return name.Value.Length < text.Length ? new([name, new Observable.FilePath(text)], [name]) : Of(name);
    }

    public static ParseResult FilePath(string text) => Limited(text, OnlyCombined(new Observable.FilePath(text)));
    public static ParseResult FileType(string text) => Limited(text, OnlyCombined(new Observable.FileType(text)));

    public static ParseResult FileSize(string text) =>
        Numbers.Parse(text, long.MaxValue) is { } size ? OnlyCombined(new Observable.FileSize(size)) : InvalidValue;

    /// <summary>Many files have the same size, so a size needs a file object.</summary>
    public static ParseResult FileSizeAlone(string text) => FileSize(text).Reason ?? WeakAlone;

    public static ParseResult Compiled(string text) =>
        Moment(text) is { } moment ? OnlyCombined(new Observable.FileCompiled(moment)) : InvalidValue;

    public static ParseResult Created(string text) =>
        Moment(text) is { } moment ? OnlyCombined(new Observable.FileCreated(moment)) : InvalidValue;

    public static ParseResult Mutex(string text) => Limited(text, Of(new Observable.Mutex(text)));
    public static ParseResult RegistryKey(string text) => Limited(text, OnlySingle(new Observable.RegistryKey(text)));

    // E-mail

    public static ParseResult Sender(string text)
    {
        if (EmailAddresses.Normalise(text) is not { } email) return InvalidValue;
        var sender = new Observable.EmailAddress(email.Address, EmailRole.Sender);
        return email.Domain is { } domain ? new([sender, new Observable.EmailSourceDomain(domain)], [sender]) : Of(sender);
    }

    /// <summary>Without a direction in MISP: sent as the sender, but without its domain.</summary>
    public static ParseResult Email(string text) => Mailbox(text, EmailRole.Sender) is { } address ? Of(address) : InvalidValue;

    public static ParseResult Recipient(string text) =>
        Mailbox(text, EmailRole.Recipient) is { } address ? Of(address) : InvalidValue;

    public static ParseResult ReplyTo(string text) =>
        Mailbox(text, EmailRole.ReplyTo) is { } address ? OnlySingle(address) : InvalidValue;

    public static ParseResult SourceDomain(string text) =>
        DomainNames.Normalise(text) is { } domain ? OnlyCombined(new Observable.EmailSourceDomain(domain)) : InvalidDomain;

    /// <summary>In a combined indicator a property of the mail, alone an address like any.</summary>
    public static ParseResult MailServer(string text) => AddressOrRange(text, Direction.Source) switch
    {
        null => InvalidAddress,
        Observable.NetworkAddress address => new([new Observable.EmailSourceAddress(address.Value)], [address]),
        var range => OnlySingle(range),
    };

    public static ParseResult SenderName(string text) => Limited(text, Of(new Observable.EmailSenderName(text)));
    public static ParseResult Subject(string text) => Limited(text, Of(new Observable.EmailSubject(text)));
    public static ParseResult XMailer(string text) => Limited(text, Of(new Observable.EmailXMailer(text)));
    public static ParseResult MessageId(string text) => Limited(text, OnlySingle(new Observable.EmailMessageId(text)));
    public static ParseResult UserAgent(string text) => Limited(text, Of(new Observable.UserAgent(text)));

    // Composite values

    /// <summary>A file name before the last bar (names may hold bars), another value after it.</summary>
    public static ValueParser NameAnd(ValueParser parser) => text =>
        text.LastIndexOf('|') is >= 0 and var bar ? Both(NameIfAny, parser, text, bar) : InvalidValue;

    /// <summary>Two values with the only bar between them.</summary>
    public static ValueParser Pair(ValueParser first, ValueParser second) => text =>
        text.IndexOf('|') is >= 0 and var bar && bar == text.LastIndexOf('|') ? Both(first, second, text, bar) : InvalidValue;

    /// <summary>A host and its port, with a bar or one colon between them. An invalid port is dropped.</summary>
    public static ValueParser WithPort(ValueParser host, Direction direction)
    {
        var port = Port(direction);
        return text =>
        {
            var mark = text.Contains('|') ? '|' : ':';
            var at = text.IndexOf(mark);
            return at >= 0 && at == text.LastIndexOf(mark) ? Both(host, PortIfAny, text, at) : InvalidValue;
        };

        ParseResult PortIfAny(string text) => port(text) is { Reason: null } found ? found : Nothing;
    }

    private static ParseResult Both(ValueParser first, ValueParser second, string text, int at)
    {
        var one = first(ValueText.Trim(text[..at]));
        if (one.Reason is not null) return one;
        var two = second(ValueText.Trim(text[(at + 1)..]));
        return two.Reason is not null ? two : new([.. one.Combined, .. two.Combined], [.. one.Singles, .. two.Singles]);
    }

    // A name with a hash is a detail, not a condition, and matches too much alone.
    private static ParseResult NameIfAny(string text) => NameIn(text) is { } name ? OnlyCombined(name) : Nothing;

    private static Observable? AddressOrRange(string text, Direction direction) => IpAddresses.ParseRange(text) switch
    {
        null => null,
        { } range when IpAddresses.IsSingle(range) => new Observable.NetworkAddress(range.BaseAddress, direction),
        { } range => new Observable.CidrBlock(range, direction),
    };

    // A blank in a path is one address; a blank and another scheme are two.
    private static bool HoldsSeveralUrls(string text)
    {
        for (var at = text.IndexOf("://", StringComparison.Ordinal); at > 0; at = text.IndexOf("://", at + 3, StringComparison.Ordinal))
        {
            var start = at;
            while (start > 0 && char.IsAsciiLetter(text[start - 1])) start--;
            if (start > 0 && start < at && ValueText.IsInvisible(text[start - 1])) return true;
        }

        return false;
    }

    /// <summary>The last part of a Windows or Unix path, or a bare name; null when it is empty or too long.</summary>
    private static Observable.FileName? NameIn(string text)
    {
        var name = text[(text.AsSpan().LastIndexOfAny('\\', '/') + 1)..].Trim();
        return name.Length is 0 or > ValueText.MaxLength ? null : new Observable.FileName(name);
    }

    private static Observable.EmailAddress? Mailbox(string text, EmailRole role) =>
        EmailAddresses.Normalise(text) is { } email ? new Observable.EmailAddress(email.Address, role) : null;

    private static ParseResult Limited(string text, ParseResult result) => text.Length <= ValueText.MaxLength ? result : InvalidValue;

    // STIX's vocabulary of hash algorithms has no others.
    private static bool HasStixName(HashAlgorithm algorithm) => algorithm is
        HashAlgorithm.Md5 or HashAlgorithm.Sha1 or HashAlgorithm.Sha256 or HashAlgorithm.Sha512
        or HashAlgorithm.Sha3Of256 or HashAlgorithm.Sha3Of512 or HashAlgorithm.Ssdeep or HashAlgorithm.Tlsh;

    // MISP writes 2026-01-02T03:04:05.000000+0000; a time without an offset is UTC. A time without a date would be today's, another
    // one at each run.
    private static DateTimeOffset? Moment(string text) =>
        text is [_, _, _, _, '-', _, _, '-', _, _, ..] && char.IsAsciiDigit(text[0]) && DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            ? moment
            : null;
}
