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
    private static readonly FrozenDictionary<string, Reader> Paths = new Dictionary<string, Reader>
    {
        ["file:hashes.md5"] = Readers.Hash(HashAlgorithm.Md5),
        ["file:hashes.sha-1"] = Readers.Hash(HashAlgorithm.Sha1),
        ["file:hashes.sha-256"] = Readers.Hash(HashAlgorithm.Sha256),
        ["file:hashes.sha-512"] = Readers.Hash(HashAlgorithm.Sha512),
        ["file:hashes.sha3-256"] = Readers.Hash(HashAlgorithm.Sha3Of256),
        ["file:hashes.sha3-512"] = Readers.Hash(HashAlgorithm.Sha3Of512),
        ["file:hashes.ssdeep"] = Readers.Hash(HashAlgorithm.Ssdeep),
        ["file:hashes.tlsh"] = Readers.Hash(HashAlgorithm.Tlsh),
        ["file:name"] = Readers.FileName,
        ["ipv4-addr:value"] = Readers.Address(Direction.Unknown),
        ["ipv6-addr:value"] = Readers.Address(Direction.Unknown),
        ["domain-name:value"] = Readers.HostName,
        ["url:value"] = Readers.Url,
        ["email-addr:value"] = Readers.Email,
        ["email-addr:display_name"] = Readers.SenderName,
        ["email-message:subject"] = Readers.Subject,
        ["email-message:message_id"] = Readers.MessageId,
        ["email-message:additional_header_fields.x-mailer"] = Readers.XMailer,
        ["network-traffic:extensions.http-request-ext.request_header.user-agent"] = Readers.UserAgent,
        ["windows-registry-key:key"] = Readers.RegistryKey,
        ["autonomous-system:number"] = Readers.AutonomousSystem,
        ["mutex:name"] = Readers.Mutex,
        ["mac-addr:value"] = Readers.Mac,
        ["x509-certificate:hashes.md5"] = Readers.Certificate(HashAlgorithm.Md5),
        ["x509-certificate:hashes.sha-1"] = Readers.Certificate(HashAlgorithm.Sha1),
        ["x509-certificate:hashes.sha-256"] = Readers.Certificate(HashAlgorithm.Sha256),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool TryRead(string pattern, [NotNullWhen(true)] out Observable? observable)
    {
        observable = null;
        if (pattern.Length > Text.MaxLength || pattern is not ['[', .., ']']) return false;

        var comparison = pattern.AsSpan(1, pattern.Length - 2);
        var equals = comparison.IndexOf('=');
        if (equals <= 0) return false;

        var path = comparison[..equals].Trim().ToString().Replace("'", "", StringComparison.Ordinal).ToLowerInvariant();
        if (!Paths.TryGetValue(path, out var read)) return false;
        // The only number among them; STIX writes it without quotes.
        var literal = comparison[(equals + 1)..].Trim();
        var value = path == "autonomous-system:number" && literal is not ['\'', ..] ? literal.ToString() : Unquote(literal);
        if (value is null || (value = Text.Trim(value)).Length == 0 || Text.HasBreak(value)) return false;

        if (read(value) is not { Alone: [var found] }) return false;
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
