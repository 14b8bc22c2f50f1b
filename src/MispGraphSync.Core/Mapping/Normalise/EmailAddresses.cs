using System.Buffers;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>E-mail addresses: the domain part in lower case, the local part unchanged.</summary>
public static class EmailAddresses
{
    private const string Scheme = "mailto:";
    // RFC 5322: allowed in an address only inside quotes. A text with one is several addresses, or none.
    private static readonly SearchValues<char> OnlyQuoted = SearchValues.Create("()<>[]:;@\\,\"");

    /// <summary>
    /// One address without <c>mailto:</c> and display name, or a local part alone. Null for several addresses, without a local
    /// part, and with an invalid host. The domain is null where the host is an IP address or missing.
    /// </summary>
    public static (string Address, string? Domain)? Normalise(string text)
    {
        if (text is [.., '>'])
        {
            var open = text.LastIndexOf('<');
            if (open < 0 || !IsDisplayName(text.AsSpan(0, open))) return null;
            text = text[(open + 1)..^1].Trim();
        }

        text = WithoutScheme(text);
        if (text.Length is 0 or > ValueText.MaxLength) return null;
        var at = text.LastIndexOf('@');
        if (!IsLocalPart(at < 0 ? text : text.AsSpan(0, at))) return null;
        if (at < 0) return (text, null);

        var host = text[(at + 1)..];
        var domain = DomainNames.Normalise(host);
        if (domain is null && !IsAddressLiteral(host)) return null;
        var folded = domain ?? host.ToLowerInvariant();
        return (host == folded ? text : string.Concat(text.AsSpan(0, at + 1), folded), domain);
    }

    // A link may carry a subject after a question mark.
    private static string WithoutScheme(string text)
    {
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return text;
        var end = text.IndexOf('?', StringComparison.Ordinal);
        return (end < 0 ? text[Scheme.Length..] : text[Scheme.Length..end]).Trim();
    }

    // A name may hold a comma ("Doe, John") or look like an address, as spammers' do; both outside quotes are a list.
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
            if (ValueText.IsInvisible(c)) return false;
        }

        return true;
    }

    // [192.0.2.7] or [IPv6:2001:db8::7]
    private static bool IsAddressLiteral(ReadOnlySpan<char> host)
    {
        if (host is not ['[', .. var inside, ']']) return false;
        if (inside.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase)) inside = inside["IPv6:".Length..];
        return IpAddresses.Parse(inside) is not null;
    }
}
