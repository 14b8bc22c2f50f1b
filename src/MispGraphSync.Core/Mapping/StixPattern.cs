using System.Collections.Frozen;
using System.Text;
using MispGraphSync.Core.Mapping.Normalise;
using static MispGraphSync.Core.Domain.HashAlgorithm;

namespace MispGraphSync.Core.Mapping;

/// <summary>STIX 2.1 patterns of exactly one comparison, <c>[path = 'value']</c>: the services cannot match more.</summary>
internal static class StixPattern
{
    // The only path with a number; STIX writes numbers without quotes.
    private const string AsNumber = "autonomous-system:number";

    // Object paths, lower case and without quotes.
    private static readonly FrozenDictionary<string, ValueParser> Paths = new Dictionary<string, ValueParser>
    {
        ["file:hashes.md5"] = ValueParsers.Hash(Md5),
        ["file:hashes.sha-1"] = ValueParsers.Hash(Sha1),
        ["file:hashes.sha-256"] = ValueParsers.Hash(Sha256),
        ["file:hashes.sha-512"] = ValueParsers.Hash(Sha512),
        ["file:hashes.sha3-256"] = ValueParsers.Hash(Sha3Of256),
        ["file:hashes.sha3-512"] = ValueParsers.Hash(Sha3Of512),
        ["file:hashes.ssdeep"] = ValueParsers.Hash(Ssdeep),
        ["file:hashes.tlsh"] = ValueParsers.Hash(Tlsh),
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
        [AsNumber] = ValueParsers.AutonomousSystem,
        ["mutex:name"] = ValueParsers.Mutex,
        ["mac-addr:value"] = ValueParsers.Mac,
        ["x509-certificate:hashes.md5"] = ValueParsers.Certificate(Md5),
        ["x509-certificate:hashes.sha-1"] = ValueParsers.Certificate(Sha1),
        ["x509-certificate:hashes.sha-256"] = ValueParsers.Certificate(Sha256),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static ParseResult Parse(string pattern)
    {
        if (pattern.Length > ValueText.MaxLength || pattern is not ['[', .. var comparison, ']']) return SkipReason.InvalidPattern;
        if (comparison.IndexOf('=') is not (> 0 and var equals)) return SkipReason.InvalidPattern;

        var path = comparison[..equals].Trim().Replace("'", "", StringComparison.Ordinal).ToLowerInvariant();
        if (!Paths.TryGetValue(path, out var parser)) return SkipReason.InvalidPattern;
        var literal = comparison[(equals + 1)..].Trim();
        var value = path == AsNumber && literal is not ['\'', ..] ? literal : Unquote(literal);
        if (value is null || (value = ValueText.Trim(value)).Length == 0 || ValueText.HasBreak(value)) return SkipReason.InvalidPattern;
        return parser(value) is { Singles: [var observable] } ? ParseResult.OnlySingle(observable) : SkipReason.InvalidPattern;
    }

    // The value of one STIX string literal; null when it is not one, or when more follows.
    private static string? Unquote(string literal)
    {
        if (literal is not ['\'', .. var inside, '\'']) return null;
        var value = new StringBuilder(inside.Length);
        for (var i = 0; i < inside.Length; i++)
        {
            if (inside[i] == '\'') return null;
            if (inside[i] == '\\' && ++i == inside.Length) return null;
            value.Append(inside[i]);
        }

        return value.ToString();
    }
}
