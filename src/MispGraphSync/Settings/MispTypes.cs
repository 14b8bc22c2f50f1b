using System.Collections.Frozen;
using MispGraphSync.Core.Mapping;

namespace MispGraphSync.Settings;

/// <summary>
/// Checks names of MISP's attribute types. A newer MISP may have more types, so an unknown name is allowed; a typing error would
/// silently send too little or too much, so it is a warning.
/// </summary>
internal static class MispTypes
{
    private const int LongestQuote = 30;
    private static readonly FrozenSet<string> AnyCase = AttributeMap.Types.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Null for a known type; otherwise a sentence with the nearest one.</summary>
    public static string? UnknownTypeWarning(string written, bool ignoreCase = false)
    {
        if (ignoreCase ? AnyCase.Contains(written) : AttributeMap.Types.Contains(written)) return null;
        var nearest = InOtherTools(written.ToLowerInvariant()) ?? DidYouMean.Nearest(written, AttributeMap.Types);
        // A longer text may be a secret in the wrong place.
        var quoted = written.Length <= LongestQuote ? $"\"{written}\"" : $"A text of {written.Length} characters";
        return $"{quoted} is not an attribute type of MISP that is known here, so it may match nothing"
            + (nearest is null ? "." : $"; did you mean {nearest}?");
    }

    // Names of STIX and of other tools.
    private static string? InOtherTools(string name) => name switch
    {
        "ip" or "ipv4" or "ipv6" or "ipv4-addr" or "ipv6-addr" => "ip-src or ip-dst",
        "domain-name" or "fqdn" => "domain or hostname",
        "host" => "hostname",
        "email-addr" or "email-address" => "email-src or email-dst",
        "email-message" => "email-src or email-subject",
        "autonomous-system" => "AS",
        "mac-addr" => "mac-address",
        "windows-registry-key" => "regkey",
        "x509-certificate" => "x509-fingerprint-sha1 or x509-fingerprint-sha256",
        "file" or "hash" => "md5, sha1 or sha256",
        "sha-1" or "sha-256" or "sha-512" => name.Replace("-", "", StringComparison.Ordinal),
        _ => null,
    };
}
