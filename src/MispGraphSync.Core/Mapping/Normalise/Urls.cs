using System.Diagnostics.CodeAnalysis;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>
/// Web addresses. MISP does not check them, so a scheme may be missing. Scheme and host come out in lower case, the host in
/// punycode as it goes over the wire; user, port, path and query stay exactly as they are.
/// </summary>
public static class Urls
{
    /// <summary>
    /// False when there is no host, or when the address was defanged (<c>hxxp</c>, <c>[.]</c>) and so matches nothing.
    /// <paramref name="hasScheme"/> tells of any scheme, http or not.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out string? url, out bool hasScheme)
    {
        url = null;
        hasScheme = false;
        if (text.Length is 0 or > ValueText.MaxLength) return false;

        var (start, host, port, end) = Locate(text);
        hasScheme = start > 0;
        if (hasScheme && text.StartsWith("hxxp", StringComparison.OrdinalIgnoreCase)) return false;

        // To browsers \ is a slash and ends the host; to others it is part of the user's name.
        if (text.AsSpan(start, end - start).Contains('\\')) return false;
        if (!TryReadHost(text[host..port], out var readHost) || !IsPort(text.AsSpan(port, end - port), hasScheme)) return false;

        var scheme = text.AsSpan(0, start);
        if (!scheme.ContainsAnyInRange('A', 'Z') && text.AsSpan(host, port - host).SequenceEqual(readHost)) url = text;
        else url = string.Concat(text[..start].ToLowerInvariant(), text.AsSpan(start, host - start), readHost, text.AsSpan(port));
        return url.Length <= ValueText.MaxLength;
    }

    /// <summary>
    /// The host of what <see cref="TryParse"/> gave: a name, perhaps with a dot at its end, or an address in any notation.
    /// </summary>
    public static ReadOnlySpan<char> HostOf(string url)
    {
        var (_, host, port, _) = Locate(url);
        return url.AsSpan(host, port - host);
    }

    /// <summary>Where what is before the host begins, where the host begins, where it ends, and where the port ends.</summary>
    private static (int Start, int Host, int Port, int End) Locate(string text)
    {
        var mark = text.IndexOf("://", StringComparison.Ordinal);
        var start = mark > 0 && IsScheme(text.AsSpan(0, mark)) ? mark + 3 : 0;
        var length = text.AsSpan(start).IndexOfAny('/', '?', '#');
        var end = length < 0 ? text.Length : start + length;
        var host = start + text.AsSpan(start, end - start).LastIndexOf('@') + 1;
        var port = PortStart(text.AsSpan(host, end - host)) is var p and >= 0 ? host + p : end;
        return (start, host, port, end);
    }

    private static bool IsScheme(ReadOnlySpan<char> text)
    {
        if (!char.IsAsciiLetter(text[0])) return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.')) return false;
        }

        return true;
    }

    /// <summary>Where the colon before the port is, outside an IPv6 address's brackets; -1 without.</summary>
    private static int PortStart(ReadOnlySpan<char> authority)
    {
        var colon = authority.LastIndexOf(':');
        return colon > authority.LastIndexOf(']') ? colon : -1;
    }

    private static bool IsPort(ReadOnlySpan<char> text, bool mayBeEmpty) => text switch
    {
        [] => true,
        [':'] => mayBeEmpty,
        _ => Numbers.TryParse(text[1..], ushort.MaxValue, out _),
    };

    private static bool TryReadHost(string text, [NotNullWhen(true)] out string? host)
    {
        if (DomainNames.TryParse(text, out host))
        {
            // A trailing dot is part of what was asked for.
            if (text.EndsWith('.')) host += ".";
            return true;
        }

        // Addresses stay as they are written: 192.0.2.7, 3221225991, 0xC0000207, [2001:db8::7].
        if (!IpAddresses.TryParseUrlHost(text, out _)) return false;
        host = text.ToLowerInvariant();
        return true;
    }
}
