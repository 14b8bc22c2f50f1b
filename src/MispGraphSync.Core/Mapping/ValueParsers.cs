using System.Globalization;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping.Normalise;
using static MispGraphSync.Core.Mapping.ParseResult;

namespace MispGraphSync.Core.Mapping;

/// <summary>The words of the mapping tables: one reader for each kind of value.</summary>
internal static class ValueParsers
{
    // Names and addresses

    /// <summary>A name that is an address is read as a destination.</summary>
    public static ParseResult HostName(string text)
    {
        if (DomainNames.TryParse(text, out var domain)) return Of(new Observable.DomainName(domain));
        return IpAddresses.TryParse(text, out var address)
            ? Of(new Observable.NetworkAddress(address, Direction.Destination))
            : Failed(SkipReason.InvalidDomain);
    }

    public static ValueParser Address(Direction direction) => text =>
    {
        if (!IpAddresses.TryParse(text, out var address, out var range)) return Failed(SkipReason.InvalidAddress);
        return range is { } block
            ? Of(new Observable.CidrBlock(block, direction))
            : Of(new Observable.NetworkAddress(address!, direction));
    };

    public static ValueParser Port(Direction direction) => text => Numbers.TryParsePort(text, out var port)
        ? OnlyCombined(new Observable.Port(port, direction))
        : Failed(SkipReason.InvalidValue);

    public static ParseResult AutonomousSystem(string text) => Numbers.TryParseAutonomousSystem(text, out var number)
        ? Of(new Observable.AutonomousSystem(number, Direction.Unknown))
        : Failed(SkipReason.InvalidValue);

    public static ParseResult Mac(string text) => MacAddresses.TryParse(text, out var address)
        ? OnlySingle(new Observable.MacAddress(address))
        : Failed(SkipReason.InvalidValue);

    /// <summary>The names that MISP's objects use, or the number itself.</summary>
    public static ParseResult Protocol(string text)
    {
        int? number = text.ToLowerInvariant() switch
        {
            "tcp" => 6,
            "udp" => 17,
            "icmp" => 1,
            "icmpv6" or "ipv6-icmp" => 58,
            _ => Numbers.TryParse(text, byte.MaxValue, out var written) ? (int)written : null,
        };
        return number is { } known ? OnlyCombined(new Observable.Protocol(known)) : Failed(SkipReason.InvalidValue);
    }

    // Web

    /// <summary>Graph takes absolute http, https and ftp addresses only.</summary>
    public static ParseResult Url(string text)
    {
        if (HoldsSeveralUrls(text) || !Urls.TryParse(text, out var url, out _)) return Failed(SkipReason.InvalidUrl);
        var observable = new Observable.Url(url);
        return observable.HasScheme ? Of(observable) : OnlySingle(observable);
    }

    /// <summary>A blank in a path is one address; a blank and another scheme are two.</summary>
    private static bool HoldsSeveralUrls(string text)
    {
        for (var at = text.IndexOf("://", StringComparison.Ordinal); at > 0; at = text.IndexOf("://", at + 3, StringComparison.Ordinal))
        {
            var start = at;
            while (start > 0 && char.IsAsciiLetter(text[start - 1])) start--;
            if (start > 0 && start < at && ValueText.IsUnseen(text[start - 1])) return true;
        }

        return false;
    }

    /// <summary>A path alone is on every server, so only an absolute address counts.</summary>
    public static ParseResult Uri(string text) =>
        Urls.TryParse(text, out _, out var hasScheme) && hasScheme ? Url(text) : Failed(SkipReason.InvalidUrl);

    // Files

    public static ValueParser Hash(HashAlgorithm algorithm) => text =>
    {
        if (!Hashes.TryParse(algorithm, text, out var hash)) return Failed(SkipReason.InvalidHash);
        var observable = new Observable.FileHash(algorithm, hash);
        return HasStixKey(algorithm) ? Of(observable) : OnlyCombined(observable);
    };

    public static ValueParser Certificate(HashAlgorithm algorithm) => text =>
        Hashes.TryParseFingerprint(algorithm, text, out var hash)
            ? OnlySingle(new Observable.CertificateFingerprint(algorithm, hash))
            : Failed(SkipReason.InvalidHash);

    /// <summary>The last part of what may be a path.</summary>
    public static ParseResult FileName(string text) => Name(text) is { } name ? Of(name) : Failed(SkipReason.InvalidValue);

    /// <summary>The last part and, where it is a path, the whole.</summary>
    public static ParseResult FileNameAndPath(string text)
    {
        if (Name(text) is not { } name) return Failed(SkipReason.InvalidValue);
        return FilePaths.IsPath(text) ? new([name, new Observable.FilePath(text)], [name]) : Of(name);
    }

    public static ParseResult FilePath(string text) => Fits(text, OnlyCombined(new Observable.FilePath(text)));

    public static ParseResult FileType(string text) => Fits(text, OnlyCombined(new Observable.FileType(text)));

    public static ParseResult FileSize(string text) => Numbers.TryParse(text, long.MaxValue, out var size)
        ? OnlyCombined(new Observable.FileSize(size))
        : Failed(SkipReason.InvalidValue);

    /// <summary>Files of one size are many, so a size needs a file object around it.</summary>
    public static ParseResult FileSizeAlone(string text) =>
        FileSize(text).Reason is { } fault ? Failed(fault) : Failed(SkipReason.WeakAlone);

    public static ParseResult Compiled(string text) => Moment(text) is { } moment
        ? OnlyCombined(new Observable.FileCompiled(moment))
        : Failed(SkipReason.InvalidValue);

    public static ParseResult Created(string text) => Moment(text) is { } moment
        ? OnlyCombined(new Observable.FileCreated(moment))
        : Failed(SkipReason.InvalidValue);

    public static ParseResult Mutex(string text) => Fits(text, Of(new Observable.Mutex(text)));

    public static ParseResult RegistryKey(string text) => Fits(text, OnlySingle(new Observable.RegistryKey(text)));

    // E-mail

    public static ParseResult Sender(string text)
    {
        if (!EmailAddresses.TryParse(text, out var address, out var domain)) return Failed(SkipReason.InvalidValue);
        var sender = new Observable.EmailAddress(address, EmailRole.Sender);
        return domain is null ? Of(sender) : new([sender, new Observable.EmailSourceDomain(domain)], [sender]);
    }

    /// <summary>An address whose direction MISP does not tell: sent as the sender, but its domain is not.</summary>
    public static ParseResult Email(string text) => EmailAddresses.TryParse(text, out var address, out _)
        ? Of(new Observable.EmailAddress(address, EmailRole.Sender))
        : Failed(SkipReason.InvalidValue);

    public static ParseResult Recipient(string text) => EmailAddresses.TryParse(text, out var address, out _)
        ? Of(new Observable.EmailAddress(address, EmailRole.Recipient))
        : Failed(SkipReason.InvalidValue);

    public static ParseResult ReplyTo(string text) => EmailAddresses.TryParse(text, out var address, out _)
        ? OnlySingle(new Observable.EmailAddress(address, EmailRole.ReplyTo))
        : Failed(SkipReason.InvalidValue);

    public static ParseResult SourceDomain(string text) => DomainNames.TryParse(text, out var domain)
        ? OnlyCombined(new Observable.EmailSourceDomain(domain))
        : Failed(SkipReason.InvalidDomain);

    /// <summary>For Graph a property of the mail, for the others an address like any.</summary>
    public static ParseResult MailServer(string text)
    {
        if (!IpAddresses.TryParse(text, out var address, out var range)) return Failed(SkipReason.InvalidAddress);
        if (range is { } block) return OnlySingle(new Observable.CidrBlock(block, Direction.Source));
        return new([new Observable.EmailSourceAddress(address!)], [new Observable.NetworkAddress(address!, Direction.Source)]);
    }

    public static ParseResult SenderName(string text) => Fits(text, Of(new Observable.EmailSenderName(text)));

    public static ParseResult Subject(string text) => Fits(text, Of(new Observable.EmailSubject(text)));

    public static ParseResult XMailer(string text) => Fits(text, Of(new Observable.EmailXMailer(text)));

    public static ParseResult MessageId(string text) => Fits(text, OnlySingle(new Observable.EmailMessageId(text)));

    public static ParseResult UserAgent(string text) => Fits(text, Of(new Observable.UserAgent(text)));

    // Patterns

    public static ParseResult Pattern(string text) => StixPattern.TryParse(text, out var observable)
        ? OnlySingle(observable)
        : Failed(SkipReason.InvalidPattern);

    /// <summary>The last part of what may be a path; null when there is none, or it is too long.</summary>
    internal static Observable.FileName? Name(string text)
    {
        var name = FilePaths.LastPart(text);
        return name.Length is 0 or > ValueText.MaxLength ? null : new Observable.FileName(name);
    }

    private static ParseResult Fits(string text, ParseResult reading) =>
        text.Length <= ValueText.MaxLength ? reading : Failed(SkipReason.InvalidValue);

    /// <summary>Whether STIX's vocabulary of hash algorithms has a name for it.</summary>
    private static bool HasStixKey(HashAlgorithm algorithm) => algorithm is
        HashAlgorithm.Md5 or HashAlgorithm.Sha1 or HashAlgorithm.Sha256 or HashAlgorithm.Sha512
        or HashAlgorithm.Sha3Of256 or HashAlgorithm.Sha3Of512 or HashAlgorithm.Ssdeep or HashAlgorithm.Tlsh;

    /// <summary>
    /// MISP writes <c>2026-01-02T03:04:05.000000+0000</c>; a time without an offset is UTC. What lacks a year or a day would
    /// be read as this year's or today's, another one at each run.
    /// </summary>
    private static DateTimeOffset? Moment(string text) =>
        text is [_, _, _, _, '-', _, _, '-', _, _, ..] && char.IsAsciiDigit(text[0]) && DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)
            ? moment
            : null;
}
