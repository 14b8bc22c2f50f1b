using System.Net;
using System.Net.Sockets;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>IPv4 addresses inside IPv6: traffic to the one is, or becomes, traffic to the other.</summary>
public static class EmbeddedIPv4
{
    // Offset: the bit at which the IPv4 address begins.
    private static readonly (IPNetwork Prefix, int Offset, bool IsInverted)[] Forms =
    [
        // Compatible and mapped (RFC 4291), translated (RFC 2765), NAT64 (RFC 6052)
        (IPNetwork.Parse("::/96"), 96, false),
        (IPNetwork.Parse("::ffff:0:0/96"), 96, false),
        (IPNetwork.Parse("::ffff:0:0:0/96"), 96, false),
        (IPNetwork.Parse("64:ff9b::/96"), 96, false),
        // 6to4 (RFC 3056)
        (IPNetwork.Parse("2002::/16"), 16, false),
        // Teredo (RFC 4380): the server, and the client with its bits inverted
        (IPNetwork.Parse("2001::/32"), 32, false),
        (IPNetwork.Parse("2001::/32"), 96, true),
    ];

    /// <summary>The IPv4 ranges that an IPv6 range reaches; none for IPv4. A single address is a range of 128 bits.</summary>
    public static IEnumerable<IPNetwork> In(IPNetwork range)
    {
        if (range.BaseAddress.AddressFamily != AddressFamily.InterNetworkV6) yield break;

        foreach (var (prefix, offset, isInverted) in Forms)
        {
            var isWider = range.PrefixLength < prefix.PrefixLength;
            if (isWider && Holds(range, prefix.BaseAddress)) yield return new IPNetwork(IPAddress.Any, 0);
            if (!isWider && Holds(prefix, range.BaseAddress)) yield return Extract(range, offset, isInverted);
        }

        if (range.PrefixLength >= 96 && IsIsatap(range.BaseAddress)) yield return Extract(range, 96, isInverted: false);
    }

    // IPNetwork.Contains takes an IPv4-mapped address for a member of networks that do not have it.
    private static bool Holds(IPNetwork network, IPAddress address) =>
        IpAddresses.Mask(address, network.PrefixLength).Equals(network.BaseAddress);

    private static IPNetwork Extract(IPNetwork range, int offset, bool isInverted)
    {
        var known = Math.Clamp(range.PrefixLength - offset, 0, 32);
        Span<byte> bytes = stackalloc byte[16];
        range.BaseAddress.TryWriteBytes(bytes, out _);
        var inside = bytes.Slice(offset / 8, 4);
        for (var i = 0; isInverted && i < inside.Length; i++) inside[i] ^= 0xFF;
        return new(IpAddresses.Mask(new IPAddress(inside), known), known);
    }

    // An interface of RFC 5214: 0:5efe: or 200:5efe: before the address.
    private static bool IsIsatap(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out _) && bytes[8..12] is [0 or 2, 0, 0x5E, 0xFE];
    }
}
