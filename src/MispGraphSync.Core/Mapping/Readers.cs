using System.Globalization;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping.Normalise;
using static MispGraphSync.Core.Mapping.Reading;

namespace MispGraphSync.Core.Mapping;

/// <summary>The words of the mapping tables: one reader for each kind of value.</summary>
internal static class Readers
{
    // Names and addresses

    /// <summary>A name that is an address is read as a destination.</summary>
    public static Reading HostName(string text)
    {
        if (DomainNames.TryRead(text, out var domain)) return Of(new Observable.DomainName(domain));
        return Addresses.TryRead(text, out var address)
            ? Of(new Observable.NetworkAddress(address, Direction.Destination))
            : Failed(SkipReason.InvalidDomain);
    }

    public static Reader Address(Direction direction) => text =>
    {
        if (!Addresses.TryRead(text, out var address, out var range)) return Failed(SkipReason.InvalidAddress);
        return range is { } block
            ? Of(new Observable.CidrBlock(block, direction))
            : Of(new Observable.NetworkAddress(address!, direction));
    };

    public static Reader Port(Direction direction) => text => Numbers.TryReadPort(text, out var port)
        ? Joined(new Observable.Port(port, direction))
        : Failed(SkipReason.InvalidValue);

    public static Reading AutonomousSystem(string text) => Numbers.TryReadAutonomousSystem(text, out var number)
        ? Of(new Observable.AutonomousSystem(number, Direction.Unknown))
        : Failed(SkipReason.InvalidValue);

    public static Reading Mac(string text) => MacAddresses.TryRead(text, out var address)
        ? Single(new Observable.MacAddress(address))
        : Failed(SkipReason.InvalidValue);

    /// <summary>The names that MISP's objects use, or the number itself.</summary>
    public static Reading Protocol(string text)
    {
        int? number = text.ToLowerInvariant() switch
        {
            "tcp" => 6,
            "udp" => 17,
            "icmp" => 1,
            "icmpv6" or "ipv6-icmp" => 58,
            _ => Numbers.TryRead(text, byte.MaxValue, out var written) ? (int)written : null,
        };
        return number is { } known ? Joined(new Observable.Protocol(known)) : Failed(SkipReason.InvalidValue);
    }

    // Web

    /// <summary>Graph takes absolute http, https and ftp addresses only.</summary>
    public static Reading Url(string text)
    {
        if (HoldsSeveralUrls(text) || !Urls.TryRead(text, out var url, out _)) return Failed(SkipReason.InvalidUrl);
        var observable = new Observable.Url(url);
        return observable.HasScheme ? Of(observable) : Single(observable);
    }

    /// <summary>A blank in a path is one address; a blank and another scheme are two.</summary>
    private static bool HoldsSeveralUrls(string text)
    {
        for (var at = text.IndexOf("://", StringComparison.Ordinal); at > 0; at = text.IndexOf("://", at + 3, StringComparison.Ordinal))
        {
            var start = at;
            while (start > 0 && char.IsAsciiLetter(text[start - 1])) start--;
            if (start > 0 && start < at && Text.IsUnseen(text[start - 1])) return true;
        }

        return false;
    }

    /// <summary>A path alone is on every server, so only an absolute address counts.</summary>
    public static Reading Uri(string text) =>
        Urls.TryRead(text, out _, out var hasScheme) && hasScheme ? Url(text) : Failed(SkipReason.InvalidUrl);

    // Files

    public static Reader Hash(HashAlgorithm algorithm) => text =>
    {
        if (!Hashes.TryRead(algorithm, text, out var hash)) return Failed(SkipReason.InvalidHash);
        var observable = new Observable.FileHash(algorithm, hash);
        return HasStixKey(algorithm) ? Of(observable) : Joined(observable);
    };

    public static Reader Certificate(HashAlgorithm algorithm) => text =>
        Hashes.TryReadFingerprint(algorithm, text, out var hash)
            ? Single(new Observable.CertificateFingerprint(algorithm, hash))
            : Failed(SkipReason.InvalidHash);

    /// <summary>The last part of what may be a path.</summary>
    public static Reading FileName(string text) => Name(text) is { } name ? Of(name) : Failed(SkipReason.InvalidValue);

    /// <summary>The last part and, where it is a path, the whole.</summary>
    public static Reading FileNameAndPath(string text)
    {
        if (Name(text) is not { } name) return Failed(SkipReason.InvalidValue);
        return Paths.IsPath(text) ? new([name, new Observable.FilePath(text)], [name]) : Of(name);
    }

    public static Reading FilePath(string text) => Fits(text, Joined(new Observable.FilePath(text)));

    public static Reading FileType(string text) => Fits(text, Joined(new Observable.FileType(text)));

    public static Reading FileSize(string text) => Numbers.TryRead(text, long.MaxValue, out var size)
        ? Joined(new Observable.FileSize(size))
        : Failed(SkipReason.InvalidValue);

    /// <summary>Files of one size are many, so a size needs a file object around it.</summary>
    public static Reading FileSizeAlone(string text) =>
        FileSize(text).Fault is { } fault ? Failed(fault) : Failed(SkipReason.WeakAlone);

    public static Reading Compiled(string text) => Moment(text) is { } moment
        ? Joined(new Observable.FileCompiled(moment))
        : Failed(SkipReason.InvalidValue);

    public static Reading Created(string text) => Moment(text) is { } moment
        ? Joined(new Observable.FileCreated(moment))
        : Failed(SkipReason.InvalidValue);

    public static Reading Mutex(string text) => Fits(text, Of(new Observable.Mutex(text)));

    public static Reading RegistryKey(string text) => Fits(text, Single(new Observable.RegistryKey(text)));

    // E-mail

    public static Reading Sender(string text)
    {
        if (!EmailAddresses.TryRead(text, out var address, out var domain)) return Failed(SkipReason.InvalidValue);
        var sender = new Observable.EmailAddress(address, EmailRole.Sender);
        return domain is null ? Of(sender) : new([sender, new Observable.EmailSourceDomain(domain)], [sender]);
    }

    /// <summary>An address whose direction MISP does not tell: sent as the sender, but its domain is not.</summary>
    public static Reading Email(string text) => EmailAddresses.TryRead(text, out var address, out _)
        ? Of(new Observable.EmailAddress(address, EmailRole.Sender))
        : Failed(SkipReason.InvalidValue);

    public static Reading Recipient(string text) => EmailAddresses.TryRead(text, out var address, out _)
        ? Of(new Observable.EmailAddress(address, EmailRole.Recipient))
        : Failed(SkipReason.InvalidValue);

    public static Reading ReplyTo(string text) => EmailAddresses.TryRead(text, out var address, out _)
        ? Single(new Observable.EmailAddress(address, EmailRole.ReplyTo))
        : Failed(SkipReason.InvalidValue);

    public static Reading SourceDomain(string text) => DomainNames.TryRead(text, out var domain)
        ? Joined(new Observable.EmailSourceDomain(domain))
        : Failed(SkipReason.InvalidDomain);

    /// <summary>For Graph a property of the mail, for the others an address like any.</summary>
    public static Reading MailServer(string text)
    {
        if (!Addresses.TryRead(text, out var address, out var range)) return Failed(SkipReason.InvalidAddress);
        if (range is { } block) return Single(new Observable.CidrBlock(block, Direction.Source));
        return new([new Observable.EmailSourceAddress(address!)], [new Observable.NetworkAddress(address!, Direction.Source)]);
    }

    public static Reading SenderName(string text) => Fits(text, Of(new Observable.EmailSenderName(text)));

    public static Reading Subject(string text) => Fits(text, Of(new Observable.EmailSubject(text)));

    public static Reading XMailer(string text) => Fits(text, Of(new Observable.EmailXMailer(text)));

    public static Reading MessageId(string text) => Fits(text, Single(new Observable.EmailMessageId(text)));

    public static Reading UserAgent(string text) => Fits(text, Of(new Observable.UserAgent(text)));

    // Patterns

    public static Reading Pattern(string text) => StixPattern.TryRead(text, out var observable)
        ? Single(observable)
        : Failed(SkipReason.InvalidPattern);

    /// <summary>The last part of what may be a path; null when there is none, or it is too long.</summary>
    internal static Observable.FileName? Name(string text)
    {
        var name = Paths.LastPart(text);
        return name.Length is 0 or > Text.MaxLength ? null : new Observable.FileName(name);
    }

    private static Reading Fits(string text, Reading reading) =>
        text.Length <= Text.MaxLength ? reading : Failed(SkipReason.InvalidValue);

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
