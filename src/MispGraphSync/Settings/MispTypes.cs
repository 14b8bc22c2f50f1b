using System.Collections.Frozen;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Text;

namespace MispGraphSync.Settings;

/// <summary>
/// MISP's attribute types, as far as this version knows them. A newer MISP may have more, so another name is allowed; a
/// slip would silently send nothing, or what should stay, so it is a warning.
/// </summary>
internal static class MispTypes
{
    private const int LongestQuote = 30;

    private static readonly FrozenSet<string> AnyCase = AttributeMap.Types.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names of STIX and of other tools, which people carry over.</summary>
    private static readonly FrozenDictionary<string, string> Meant = new Dictionary<string, string>
    {
        ["ip"] = "ip-src or ip-dst",
        ["ipv4"] = "ip-src or ip-dst",
        ["ipv6"] = "ip-src or ip-dst",
        ["ipv4-addr"] = "ip-src or ip-dst",
        ["ipv6-addr"] = "ip-src or ip-dst",
        ["domain-name"] = "domain or hostname",
        ["fqdn"] = "domain or hostname",
        ["host"] = "hostname",
        ["email-addr"] = "email-src or email-dst",
        ["email-address"] = "email-src or email-dst",
        ["email-message"] = "email-src or email-subject",
        ["autonomous-system"] = "AS",
        ["mac-addr"] = "mac-address",
        ["windows-registry-key"] = "regkey",
        ["x509-certificate"] = "x509-fingerprint-sha1 or x509-fingerprint-sha256",
        ["file"] = "md5, sha1 or sha256",
        ["hash"] = "md5, sha1 or sha256",
        ["sha-1"] = "sha1",
        ["sha-256"] = "sha256",
        ["sha-512"] = "sha512",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Null for a type that is known, in MISP's own spelling; otherwise a sentence with the nearest one.</summary>
    public static string? UnknownTypeWarning(string written) => AttributeMap.Types.Contains(written) ? null : Sentence(written);

    /// <summary>The same where case does not count.</summary>
    public static string? UnknownTypeWarningIgnoringCase(string written) => AnyCase.Contains(written) ? null : Sentence(written);

    private static string Sentence(string written)
    {
        var nearest = Meant.GetValueOrDefault(written) ?? DidYouMean.Nearest(written, AttributeMap.Types);
        // A longer text may be a secret in the wrong place.
        var quoted = written.Length <= LongestQuote ? $"\"{written}\"" : $"A text of {written.Length} characters";
        return $"{quoted} is not an attribute type of MISP that is known here, so it may match nothing"
            + (nearest is null ? "." : $"; did you mean {nearest}?");
    }
}
