using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace MispGraphSync.Sandbox.Defender;

/// <summary>Which values each indicator type takes.</summary>
internal static partial class DefenderValues
{
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3",
            "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork[] Documentation =
        [.. new[] { "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32" }.Select(IPNetwork.Parse)];

    /// <returns>The error code, or null when the value is good.</returns>
    public static string? Fault(string type, string value, bool documentationToo) => type switch
    {
        "FileMd5" => Hex().IsMatch(value) && value.Length == 32 ? null : "InvalidHashValue",
        "FileSha1" => Hex().IsMatch(value) && value.Length == 40 ? null : "InvalidHashValue",
        "FileSha256" => Hex().IsMatch(value) && value.Length == 64 ? null : "InvalidHashValue",
        "CertificateThumbprint" => Hex().IsMatch(value) ? null : "InvalidHashValue",
        "DomainName" => Host().IsMatch(value) && value.Length <= 253 ? null : "InvalidDomainName",
        "Url" => IsUrl(value) ? null : "InvalidUrl",
        _ => IsPublic(value, documentationToo) ? null : "InvalidIpAddress",
    };

    private static bool IsUrl(string value) => Uri.TryCreate(value, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && !value.Contains('*', StringComparison.Ordinal);

    /// <summary>One public address; IPv6 with all its eight groups written out.</summary>
    private static bool IsPublic(string value, bool documentationToo)
    {
        if (!IPAddress.TryParse(value, out var address)) return false;
        return IsWrittenOut(address.AddressFamily, value)
            && !Covered(NotPublic, address)
            && (documentationToo || !Covered(Documentation, address));
    }

    private static bool IsWrittenOut(AddressFamily family, string value) => family == AddressFamily.InterNetwork
        ? value.Split('.').Length == 4
        : value.Split(':').Length == 8 && !value.Contains("::", StringComparison.Ordinal);

    private static bool Covered(IPNetwork[] networks, IPAddress address) =>
        Array.Exists(networks, network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address));

    [GeneratedRegex("^[0-9A-Fa-f]+$")]
    private static partial Regex Hex();

    [GeneratedRegex("^(?![-_])[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})+$")]
    private static partial Regex Host();
}
