using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// STIX patterns of exactly one comparison, <c>[path = 'value']</c>: Sentinel matches logs with nothing else, since only such
/// a pattern fills its ObservableKey and ObservableValue.
/// </summary>
internal static class SentinelPattern
{
    /// <summary>Of a single observable that is not skipped.</summary>
    public static string Of(IReadOnlyList<Observable> observables) => observables is [var single] && Of(single) is { } pattern
        ? pattern
        : throw new InvalidOperationException($"No pattern for {string.Join(" and ", observables.Select(o => o.GetType().Name))}.");

    /// <summary>Null where STIX has no path for it, or one that would match far too much.</summary>
    public static string? Of(Observable observable) => PathOf(observable) is { } path ? $"[{path} = {Literal(observable)}]" : null;

    /// <summary>The STIX object path (mapping page, Sentinel's column); null where there is none.</summary>
    public static string? PathOf(Observable observable) => observable switch
    {
        Observable.DomainName => "domain-name:value",
        Observable.Url => "url:value",
        Observable.NetworkAddress o => AddressPath(o.Value),
        Observable.EmailSourceAddress o => AddressPath(o.Value),
        Observable.CidrBlock o => AddressPath(o.Value.BaseAddress),
        Observable.EmailAddress => "email-addr:value",
        Observable.EmailSenderName => "email-addr:display_name",
        Observable.EmailSubject => "email-message:subject",
        Observable.EmailMessageId => "email-message:message_id",
        Observable.EmailXMailer => "email-message:additional_header_fields.'X-Mailer'",
        Observable.FileHash o => HashName(o.Algorithm) is { } name ? "file:hashes." + name : null,
        Observable.CertificateFingerprint o => HashName(o.Algorithm) is { } name ? "x509-certificate:hashes." + name : null,
        Observable.FileName => "file:name",
        Observable.Mutex => "mutex:name",
        Observable.UserAgent => "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
        Observable.RegistryKey => "windows-registry-key:key",
        Observable.MacAddress => "mac-addr:value",
        Observable.AutonomousSystem => "autonomous-system:number",
        Observable.EmailSourceDomain or Observable.FilePath or Observable.FileSize or Observable.FileType => null,
        Observable.FileCompiled or Observable.FileCreated or Observable.Port or Observable.Protocol => null,
        _ => throw new InvalidOperationException($"No path is named for {observable.GetType().Name}."),
    };

    /// <summary>Path and value of a pattern of one comparison; of any other, <c>pattern</c> and the pattern itself.</summary>
    public static (string Path, string Value) Read(string pattern)
    {
        if (pattern is ['[', .. var comparison, ']'] && comparison.IndexOf('=', StringComparison.Ordinal) is > 0 and var sign)
        {
            var literal = comparison.AsSpan(sign + 1).Trim();
            if (Unquote(literal) is { } value) return (comparison[..sign].TrimEnd(), value);
        }
        return ("pattern", pattern);
    }

    /// <summary>A path and its value in MISP's words; the pattern itself where there are none.</summary>
    public static IndicatorLabel LabelOf(string path, string value) => path switch
    {
        "domain-name:value" => new("domain", value),
        "url:value" => new("url", value),
        "ipv4-addr:value" or "ipv6-addr:value" => new("ip", value),
        "email-addr:value" => new("email", value),
        "email-addr:display_name" => new("email-src-display-name", value),
        "email-message:subject" => new("email-subject", value),
        "email-message:message_id" => new("email-message-id", value),
        "email-message:additional_header_fields.'X-Mailer'" => new("email-x-mailer", value),
        "file:name" => new("filename", value),
        "mutex:name" => new("mutex", value),
        "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'" => new("user-agent", value),
        "windows-registry-key:key" => new("regkey", value),
        "mac-addr:value" => new("mac-address", value),
        "autonomous-system:number" => new("AS", "AS" + value),
        _ when HashOf(path, "file:hashes.") is { } hash => new(hash, value),
        _ when HashOf(path, "x509-certificate:hashes.") is { } digest => new("x509-fingerprint-" + digest, value),
        _ => new(path, value),
    };

    private static string? HashOf(string path, string prefix)
    {
        if (!path.StartsWith(prefix, StringComparison.Ordinal)) return null;
        foreach (var algorithm in Enum.GetValues<HashAlgorithm>())
        {
            if (HashName(algorithm) is { } name && path.AsSpan(prefix.Length).SequenceEqual(name)) return IndicatorLabel.TypeOf(algorithm);
        }

        return null;
    }

    private static string Literal(Observable observable) => observable switch
    {
        Observable.AutonomousSystem o => o.Value.ToString(),
        Observable.DomainName o => Quote(o.Value),
        Observable.Url o => Quote(o.Value),
        Observable.NetworkAddress o => Quote(o.Value.ToString()),
        Observable.EmailSourceAddress o => Quote(o.Value.ToString()),
        Observable.CidrBlock o => Quote(o.Value.ToString()),
        Observable.EmailAddress o => Quote(o.Value),
        Observable.EmailSenderName o => Quote(o.Value),
        Observable.EmailSubject o => Quote(o.Value),
        Observable.EmailMessageId o => Quote(o.Value),
        Observable.EmailXMailer o => Quote(o.Value),
        Observable.FileHash o => Quote(o.Value),
        Observable.CertificateFingerprint o => Quote(o.Value),
        Observable.FileName o => Quote(o.Value),
        Observable.Mutex o => Quote(o.Value),
        Observable.UserAgent o => Quote(o.Value),
        Observable.RegistryKey o => Quote(o.Value),
        Observable.MacAddress o => Quote(o.Value),
        _ => throw new InvalidOperationException($"No literal for {observable.GetType().Name}."),
    };

    private static string AddressPath(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? "ipv6-addr:value" : "ipv4-addr:value";

    /// <summary>STIX 2.1's hash vocabulary; a name with a hyphen has to be quoted.</summary>
    private static string? HashName(HashAlgorithm algorithm) => algorithm switch
    {
        HashAlgorithm.Md5 => "MD5",
        HashAlgorithm.Sha1 => "'SHA-1'",
        HashAlgorithm.Sha256 => "'SHA-256'",
        HashAlgorithm.Sha512 => "'SHA-512'",
        HashAlgorithm.Sha3Of256 => "'SHA3-256'",
        HashAlgorithm.Sha3Of512 => "'SHA3-512'",
        HashAlgorithm.Ssdeep => "SSDEEP",
        HashAlgorithm.Tlsh => "TLSH",
        _ => null,
    };

    /// <summary>A backslash and a quotation mark are the only two that STIX escapes.</summary>
    private static string Quote(string value) => value.AsSpan().IndexOfAny('\\', '\'') < 0
        ? $"'{value}'"
        : $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    /// <summary>The value of one literal, a number included; null when it is none, or when more follows.</summary>
    private static string? Unquote(ReadOnlySpan<char> literal)
    {
        if (literal is not ['\'', .., '\''])
            return literal.Length > 0 && literal.IndexOfAnyExceptInRange('0', '9') < 0 ? literal.ToString() : null;
        var value = new StringBuilder(literal.Length);
        for (var i = 1; i < literal.Length - 1; i++)
        {
            if (literal[i] == '\'') return null;
            if (literal[i] == '\\' && ++i == literal.Length - 1) return null;
            value.Append(literal[i]);
        }
        return value.ToString();
    }
}
