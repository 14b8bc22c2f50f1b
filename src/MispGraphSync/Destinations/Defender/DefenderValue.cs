using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MispGraphSync.Destinations.Defender;

/// <summary>The words of <c>indicatorType</c>; their case counts.</summary>
internal static class DefenderTypes
{
    public const string FileMd5 = "FileMd5";
    public const string FileSha1 = "FileSha1";
    public const string FileSha256 = "FileSha256";
    public const string CertificateThumbprint = "CertificateThumbprint";
    public const string IpAddress = "IpAddress";
    public const string DomainName = "DomainName";
    public const string Url = "Url";
}

/// <summary>One thing to watch for in Defender's words. Two values that the service takes for one are equal here.</summary>
/// <param name="Type">One of <see cref="DefenderTypes"/>.</param>
internal readonly record struct DefenderValue(string Type, string Text)
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Null when Defender has no type for it.</summary>
    public static DefenderValue? Of(Observable observable) => observable switch
    {
        Observable.DomainName o => new(DefenderTypes.DomainName, o.Value),
        Observable.Url o => new(DefenderTypes.Url, o.Value),
        Observable.NetworkAddress o => new(DefenderTypes.IpAddress, Write(o.Value)),
        Observable.EmailSourceAddress o => new(DefenderTypes.IpAddress, Write(o.Value)),
        Observable.FileHash { Algorithm: HashAlgorithm.Md5 } o => new(DefenderTypes.FileMd5, o.Value),
        Observable.FileHash { Algorithm: HashAlgorithm.Sha1 } o => new(DefenderTypes.FileSha1, o.Value),
        Observable.FileHash { Algorithm: HashAlgorithm.Sha256 } o => new(DefenderTypes.FileSha256, o.Value),
        // Windows names certificates by their SHA-1; Microsoft does not say which digest Defender means.
        Observable.CertificateFingerprint { Algorithm: HashAlgorithm.Sha1 } o => new(DefenderTypes.CertificateThumbprint, o.Value),
        _ => null,
    };

    /// <summary>What the service lists, in the spelling that <see cref="Of"/> would give it.</summary>
    public static DefenderValue Listed(string type, string text) => new(type, Tidy(type, text.Trim()));

    /// <summary>The canonical text of the stable key.</summary>
    public override string ToString() => $"{Type}:{Text}";

    /// <summary>In MISP's words; IPv6 in its short form.</summary>
    public IndicatorLabel Label => Type switch
    {
        DefenderTypes.DomainName => new("domain", Text),
        DefenderTypes.Url => new("url", Text),
        DefenderTypes.IpAddress => new("ip", IPAddress.TryParse(Text, out var address) ? address.ToString() : Text),
        DefenderTypes.FileMd5 => new("md5", Text),
        DefenderTypes.FileSha1 => new("sha1", Text),
        DefenderTypes.FileSha256 => new("sha256", Text),
        DefenderTypes.CertificateThumbprint => new("x509-fingerprint-sha1", Text),
        _ => new(Type, Text),
    };

    /// <summary>From the canonical text.</summary>
    public static DefenderValue Parse(string canonical)
    {
        var colon = canonical.IndexOf(':', StringComparison.Ordinal);
        return new(canonical[..Math.Max(colon, 0)], canonical[(colon + 1)..]);
    }

    /// <summary>The service may list a URL with a slash for its empty path.</summary>
    public DefenderValue? WithoutEmptyPath =>
        Type == DefenderTypes.Url && Text.EndsWith('/') && Text.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme
        && Text.IndexOf('/', scheme + 3) == Text.Length - 1
            ? this with { Text = Text[..^1] }
            : null;

    /// <summary>
    /// The same text for all spellings that mean the same: for finding an answer's item again, never to be sent. Letters in any case, all
    /// forms of an address, a name with its root dot, a digest with separators, a URL with what its standard adds or takes away.
    /// </summary>
    public static string ComparisonKey(string text)
    {
        text = text.Trim();
        if (IPAddress.TryParse(text.Trim('[', ']'), out var address))
            return Write(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        if (text.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(text, UriKind.Absolute, out var url))
            return $"{url.Scheme}://{ComparisonKey(url.IdnHost)}:{url.Port}{url.PathAndQuery}{url.Fragment}".ToLowerInvariant();
        var plain = text.Replace(":", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        return (plain.Length >= 32 && plain.AsSpan().IndexOfAnyExcept(HexDigits) < 0 ? plain : text.TrimEnd('.')).ToLowerInvariant();
    }

    private static string Tidy(string type, string text) => type switch
    {
        DefenderTypes.IpAddress => IPAddress.TryParse(text, out var address) ? Write(address) : text,
        DefenderTypes.Url => WithLowerHost(text),
        _ => text.ToLowerInvariant(),
    };

    /// <summary>IPv6 in all its eight groups, four digits each: the service takes no <c>::</c>.</summary>
    private static string Write(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        Span<char> text = stackalloc char[39];
        for (var group = 0; group < 8; group++)
        {
            BinaryPrimitives.ReadUInt16BigEndian(bytes[(group * 2)..]).TryFormat(
                text[(group * 5)..], out _, "x4", CultureInfo.InvariantCulture);
            if (group < 7) text[(group * 5) + 4] = ':';
        }
        return text.ToString();
    }

    private static string WithLowerHost(string url)
    {
        var host = url.IndexOf("://", StringComparison.Ordinal);
        if (host < 0) return url;
        var end = url.AsSpan(host + 3).IndexOfAny('/', '?', '#');
        return end < 0 ? url.ToLowerInvariant() : string.Concat(url[..(host + 3 + end)].ToLowerInvariant(), url.AsSpan(host + 3 + end));
    }
}
