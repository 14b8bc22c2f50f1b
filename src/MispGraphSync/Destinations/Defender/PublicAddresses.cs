using System.Net;
using MispGraphSync.Core.Planning;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Defender takes "external" addresses only: what is private, reserved or made for documentation is none.</summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] Reserved =
    [
        .. new[]
        {
            "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32",
            // Unspecified, loopback, and IPv4 written as IPv6.
            "::/80",
        }.Select(IPNetwork.Parse),
    ];

    public static bool Contains(IPAddress address) =>
        !NeverBlock.IsNotPublic(address) && !Array.Exists(Reserved, network => network.Contains(address));
}
