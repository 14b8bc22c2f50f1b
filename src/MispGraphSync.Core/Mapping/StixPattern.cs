using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Mapping;

/// <summary>
/// Reads a STIX 2.1 pattern of exactly one comparison, <c>[path = 'value']</c>, as the observable it means, so that it merges
/// with what other attributes say of the same thing. More than that cannot be matched by the services.
/// </summary>
internal static class StixPattern
{
    /// <summary>Object paths, lower case and without quotes.</summary>
    private static readonly FrozenDictionary<string, ValueParser> Paths = new Dictionary<string, ValueParser>
    {
        ["file:hashes.md5"] = ValueParsers.Hash(HashAlgorithm.Md5),
        ["file:hashes.sha-1"] = ValueParsers.Hash(HashAlgorithm.Sha1),
        ["file:hashes.sha-256"] = ValueParsers.Hash(HashAlgorithm.Sha256),
        ["file:hashes.sha-512"] = ValueParsers.Hash(HashAlgorithm.Sha512),
        ["file:hashes.sha3-256"] = ValueParsers.Hash(HashAlgorithm.Sha3Of256),
        ["file:hashes.sha3-512"] = ValueParsers.Hash(HashAlgorithm.Sha3Of512),
        ["file:hashes.ssdeep"] = ValueParsers.Hash(HashAlgorithm.Ssdeep),
        ["file:hashes.tlsh"] = ValueParsers.Hash(HashAlgorithm.Tlsh),
        ["file:name"] = ValueParsers.FileName,
        ["ipv4-addr:value"] = ValueParsers.Address(Direction.Unknown),
        ["ipv6-addr:value"] = ValueParsers.Address(Direction.Unknown),
        ["domain-name:value"] = ValueParsers.HostName,
        ["url:value"] = ValueParsers.Url,
        ["email-addr:value"] = ValueParsers.Email,
        ["email-addr:display_name"] = ValueParsers.SenderName,
        ["email-message:subject"] = ValueParsers.Subject,
        ["email-message:message_id"] = ValueParsers.MessageId,
        ["email-message:additional_header_fields.x-mailer"] = ValueParsers.XMailer,
        ["network-traffic:extensions.http-request-ext.request_header.user-agent"] = ValueParsers.UserAgent,
        ["windows-registry-key:key"] = ValueParsers.RegistryKey,
        ["autonomous-system:number"] = ValueParsers.AutonomousSystem,
        ["mutex:name"] = ValueParsers.Mutex,
        ["mac-addr:value"] = ValueParsers.Mac,
        ["x509-certificate:hashes.md5"] = ValueParsers.Certificate(HashAlgorithm.Md5),
        ["x509-certificate:hashes.sha-1"] = ValueParsers.Certificate(HashAlgorithm.Sha1),
        ["x509-certificate:hashes.sha-256"] = ValueParsers.Certificate(HashAlgorithm.Sha256),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool TryParse(string pattern, [NotNullWhen(true)] out Observable? observable)
    {
        observable = null;
        if (pattern.Length > ValueText.MaxLength || pattern is not ['[', .., ']']) return false;

        var comparison = pattern.AsSpan(1, pattern.Length - 2);
        var equals = comparison.IndexOf('=');
        if (equals <= 0) return false;

        var path = comparison[..equals].Trim().ToString().Replace("'", "", StringComparison.Ordinal).ToLowerInvariant();
        if (!Paths.TryGetValue(path, out var read)) return false;
        // The only number among them; STIX writes it without quotes.
        var literal = comparison[(equals + 1)..].Trim();
        var value = path == "autonomous-system:number" && literal is not ['\'', ..] ? literal.ToString() : Unquote(literal);
        if (value is null || (value = ValueText.Trim(value)).Length == 0 || ValueText.HasBreak(value)) return false;

        if (read(value) is not { Singles: [var found] }) return false;
        observable = found;
        return true;
    }

    /// <summary>The value of one STIX string literal; null when it is not one, or more follows.</summary>
    private static string? Unquote(ReadOnlySpan<char> literal)
    {
        if (literal.Length < 2 || literal[0] != '\'' || literal[^1] != '\'') return null;

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
