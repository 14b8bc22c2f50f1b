using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Destinations.Defender;

/// <summary>One thing to watch for in Defender's words. Two values that the service takes for one are equal here.</summary>
/// <param name="Type">One of <see cref="DefenderTypes"/>.</param>
internal readonly record struct DefenderValue(string Type, string Text)
{
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

    /// <summary>Spelled alike, for finding an answer's item again.</summary>
    public static string Tidy(string type, string text) => type switch
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
            BinaryPrimitives.ReadUInt16BigEndian(bytes[(group * 2)..]).TryFormat(text[(group * 5)..], out _, "x4", CultureInfo.InvariantCulture);
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
