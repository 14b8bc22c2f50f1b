using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>E-mail addresses: the domain part in lower case, the local part as it is.</summary>
public static class EmailAddresses
{
    private const string Scheme = "mailto:";

    /// <summary>RFC 5322: these stand in an address only inside quotes. What has them is several addresses, or none.</summary>
    private static readonly SearchValues<char> OnlyQuoted = SearchValues.Create("()<>[]:;@\\,\"");

    /// <summary>
    /// One address; without <c>mailto:</c>, and without the display name before it (<c>Alice &lt;alice@example.com&gt;</c>).
    /// False for several, for one without a local part, and where no host follows the @. What lacks an @ is given back as
    /// it is. <paramref name="domain"/> is the host, null where that is an address or missing.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out string? address, out string? domain)
    {
        address = domain = null;
        if (text is [.., '>'])
        {
            var open = text.LastIndexOf('<');
            if (open < 0 || !IsDisplayName(text.AsSpan(0, open))) return false;
            text = text[(open + 1)..^1].Trim();
        }

        text = WithoutScheme(text);
        if (text.Length is 0 or > ValueText.MaxLength) return false;

        var at = text.LastIndexOf('@');
        if (!IsLocalPart(at < 0 ? text : text.AsSpan(0, at))) return false;
        if (at < 0)
        {
            address = text;
            return true;
        }

        var host = text[(at + 1)..];
        if (!DomainNames.TryParse(host, out domain) && !IsAddressLiteral(host)) return false;
        var folded = domain ?? host.ToLowerInvariant();
        address = host == folded ? text : string.Concat(text.AsSpan(0, at + 1), folded);
        return true;
    }

    /// <summary>A link may carry a subject behind a question mark.</summary>
    private static string WithoutScheme(string text)
    {
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return text;
        var end = text.IndexOf('?', StringComparison.Ordinal);
        return (end < 0 ? text[Scheme.Length..] : text[Scheme.Length..end]).Trim();
    }

    /// <summary>
    /// A name may hold a comma (<c>Doe, John</c>) or look like an address, as spammers' do; outside quotes not both, for
    /// that is a list.
    /// </summary>
    private static bool IsDisplayName(ReadOnlySpan<char> text)
    {
        var (isQuoted, hasAt, hasSeparator) = (false, false, false);
        foreach (var c in text)
        {
            if (c == '"') isQuoted = !isQuoted;
            if (isQuoted) continue;
            if (c is '<' or '>') return false;
            hasAt |= c == '@';
            hasSeparator |= c is ',' or ';';
        }

        return !(hasAt && hasSeparator);
    }

    private static bool IsLocalPart(ReadOnlySpan<char> text)
    {
        if (text is ['"', _, .., '"']) return !text[1..^1].Contains('"');
        if (text.IsEmpty || text.ContainsAny(OnlyQuoted)) return false;
        foreach (var c in text)
        {
            if (ValueText.IsUnseen(c)) return false;
        }

        return true;
    }

    /// <summary><c>[192.0.2.7]</c> or <c>[IPv6:2001:db8::7]</c>.</summary>
    private static bool IsAddressLiteral(ReadOnlySpan<char> host)
    {
        if (host is not ['[', .. var inside, ']']) return false;
        if (inside.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase)) inside = inside["IPv6:".Length..];
        return IpAddresses.TryParse(inside, out _);
    }
}
