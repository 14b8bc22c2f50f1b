using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>IP addresses and ranges.</summary>
public static class IpAddresses
{
    private static readonly SearchValues<char> InIPv6 = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>
    /// One address: brackets and zone stripped, IPv4-mapped IPv6 as IPv4. IPv4 in four plain decimal parts only: readers
    /// disagree about what 010.1.2.3 and 127.1 are.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text is ['[', .., ']']) text = text[1..^1];
        if (!text.Contains(':')) return TryReadIPv4(text, out address);

        var zone = text.IndexOf('%');
        if (zone >= 0) text = text[..zone];
        if (text.ContainsAnyExcept(InIPv6) || !IPAddress.TryParse(text, out address)) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return true;
    }

    /// <summary>
    /// An address, or a range in network form (host bits dropped). A range of one address is that address; a range of
    /// everything (<c>/0</c>) is refused. Exactly one of the two is set where it returns true.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IPAddress? address, out IPNetwork? range)
    {
        range = null;
        if (text is ['[', .., ']'] && text.Contains('/')) text = text[1..^1];
        var slash = text.IndexOf('/');
        if (slash < 0) return TryParse(text, out address);

        var written = text[..slash];
        if (!TryParse(written, out address) || !Numbers.TryParse(text[(slash + 1)..], 128, out var prefix)) return false;

        var size = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        if (size == 32 && written.Contains(':')) prefix -= 96;
        if (prefix <= 0 || prefix > size) return false;
        if (prefix == size) return true;

        range = new IPNetwork(Mask(address, (int)prefix), (int)prefix);
        address = null;
        return true;
    }

    private static bool TryReadIPv4(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.Length is < 7 or > 15) return false;

        Span<byte> bytes = stackalloc byte[4];
        var part = 0;
        var value = -1;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (value < 0 || part == 3) return false;
                bytes[part++] = (byte)value;
                value = -1;
                continue;
            }

            if (!char.IsAsciiDigit(c) || value == 0) return false;
            value = Math.Max(value, 0) * 10 + (c - '0');
            if (value > 255) return false;
        }

        if (part != 3 || value < 0) return false;
        bytes[3] = (byte)value;
        address = new IPAddress(bytes);
        return true;
    }

    /// <summary>
    /// The host of a URL as browsers read it: in brackets, or IPv4 of one to four parts, each decimal, octal or hexadecimal, the
    /// last one filling what is left (<c>0x7f.1</c>).
    /// </summary>
    public static bool TryParseUrlHost(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        if (text is ['[', .., ']']) return TryParse(text, out address);

        address = null;
        if (text is [.., '.']) text = text[..^1];
        Span<Range> parts = stackalloc Range[5];
        var count = text.Split(parts, '.');
        if (count > 4) return false;

        var value = 0L;
        for (var i = 0; i < count; i++)
        {
            var most = i < count - 1 ? byte.MaxValue : (1L << 8 * (5 - count)) - 1;
            if (!Numbers.TryParseAnyBase(text[parts[i]], most, out var part)) return false;
            value = i < count - 1 ? (value << 8) + part : (value << 8 * (5 - count)) + part;
        }

        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)value);
        address = new IPAddress(bytes);
        return true;
    }

    /// <summary>The address with only its first bits.</summary>
    internal static IPAddress Mask(IPAddress address, int prefix)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        for (var i = 0; i < length; i++)
        {
            var kept = Math.Clamp(prefix - i * 8, 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - kept));
        }

        return new IPAddress(bytes[..length]);
    }
}
