using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>IP addresses and ranges. Null for any other text.</summary>
public static class IpAddresses
{
    private static readonly SearchValues<char> InIPv6 = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>One address: brackets and zone stripped, IPv4-mapped IPv6 as IPv4.</summary>
    public static IPAddress? Parse(ReadOnlySpan<char> text)
    {
        if (text is ['[', .., ']']) text = text[1..^1];
        if (!text.Contains(':')) return ParseIPv4(text);

        if (text.IndexOf('%') is >= 0 and var zone) text = text[..zone];
        if (text.ContainsAnyExcept(InIPv6) || !IPAddress.TryParse(text, out var address)) return null;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>In four plain decimal parts only: readers disagree about 010.1.2.3 and 127.1.</summary>
    private static IPAddress? ParseIPv4(ReadOnlySpan<char> text)
    {
        Span<char> written = stackalloc char[15];
        if (!IPAddress.TryParse(text, out var address) || !address.TryFormat(written, out var length)) return null;
        return text.SequenceEqual(written[..length]) ? address : null;
    }

    /// <summary>An address (a range of all its bits), or a range without its host bits. Everything (<c>/0</c>) is refused.</summary>
    public static IPNetwork? ParseRange(ReadOnlySpan<char> text)
    {
        if (text is ['[', .., ']'] && text.Contains('/')) text = text[1..^1];
        var slash = text.IndexOf('/');
        var written = slash < 0 ? text : text[..slash];
        if (Parse(written) is not { } address) return null;

        var size = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        if (slash < 0) return new IPNetwork(address, size);
        if (Numbers.Parse(text[(slash + 1)..], 128) is not { } prefix) return null;
        if (size == 32 && written.Contains(':')) prefix -= 96;
        return prefix > 0 && prefix <= size ? new IPNetwork(Mask(address, (int)prefix), (int)prefix) : null;
    }

    public static bool IsSingle(IPNetwork range) =>
        range.PrefixLength == (range.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);

    /// <summary>A URL's host as browsers read it: also <c>0x7f.1</c>, in any base, the last part filling the rest.</summary>
    public static IPAddress? ParseUrlHost(ReadOnlySpan<char> text)
    {
        if (text is ['[', .., ']']) return Parse(text);
        if (text is [.., '.']) text = text[..^1];
        Span<Range> parts = stackalloc Range[5];
        var count = text.Split(parts, '.');
        if (count > 4) return null;

        var value = 0L;
        for (var i = 0; i < count; i++)
        {
            var bits = i < count - 1 ? 8 : 8 * (5 - count);
            if (Numbers.ParseAnyBase(text[parts[i]], (1L << bits) - 1) is not { } part) return null;
            value = (value << bits) + part;
        }

        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)value);
        return new IPAddress(bytes);
    }

    /// <summary>The address with only its first bits.</summary>
    internal static IPAddress Mask(IPAddress address, int prefix)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        for (var i = 0; i < length; i++) bytes[i] &= (byte)(0xFF << (8 - Math.Clamp(prefix - i * 8, 0, 8)));
        return new IPAddress(bytes[..length]);
    }
}
