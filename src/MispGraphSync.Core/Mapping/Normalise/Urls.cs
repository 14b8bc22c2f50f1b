namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>Web addresses, perhaps without a scheme. Scheme and host become lower case, the host punycode.</summary>
public static class Urls
{
    /// <summary>Null when there is no host, or when the address was defanged (<c>hxxp</c>, <c>[.]</c>) and so matches nothing.</summary>
    public static string? Normalise(string text)
    {
        if (text.Length is 0 or > ValueText.MaxLength) return null;
        var (start, host, port, end) = Locate(text);
        if (start > 0 && text.StartsWith("hxxp", StringComparison.OrdinalIgnoreCase)) return null;

        // To browsers \ is a slash and ends the host; to others it is part of the user's name.
        if (text.AsSpan(start, end - start).Contains('\\')) return null;
        if (NormaliseHost(text[host..port]) is not { } read || !IsPort(text.AsSpan(port, end - port), start > 0)) return null;

        if (!text.AsSpan(0, start).ContainsAnyInRange('A', 'Z') && text.AsSpan(host, port - host).SequenceEqual(read)) return text;
        var url = string.Concat(text[..start].ToLowerInvariant(), text.AsSpan(start, host - start), read, text.AsSpan(port));
        return url.Length <= ValueText.MaxLength ? url : null;
    }

    /// <summary>True for any scheme, http or not.</summary>
    public static bool HasScheme(string text) => Locate(text).Start > 0;

    /// <summary>The host of a normalised URL: a name, perhaps with a dot at its end, or an address in any notation.</summary>
    public static ReadOnlySpan<char> HostOf(string url)
    {
        var (_, host, port, _) = Locate(url);
        return url.AsSpan(host, port - host);
    }

    // Start: after the scheme. Host: its first character. Port: the colon before it. End: of the authority.
    private static (int Start, int Host, int Port, int End) Locate(string text)
    {
        var mark = text.IndexOf("://", StringComparison.Ordinal);
        var start = mark > 0 && IsScheme(text.AsSpan(0, mark)) ? mark + 3 : 0;
        var length = text.AsSpan(start).IndexOfAny('/', '?', '#');
        var end = length < 0 ? text.Length : start + length;
        var host = start + text.AsSpan(start, end - start).LastIndexOf('@') + 1;
        var authority = text.AsSpan(host, end - host);
        var colon = authority.LastIndexOf(':');
        // An IPv6 address has colons inside its brackets.
        return (start, host, colon > authority.LastIndexOf(']') ? host + colon : end, end);
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

    private static bool IsPort(ReadOnlySpan<char> text, bool mayBeEmpty) => text switch
    {
        [] => true,
        [':'] => mayBeEmpty,
        _ => Numbers.Parse(text[1..], ushort.MaxValue) is not null,
    };

    private static string? NormaliseHost(string text)
    {
        // A trailing dot is part of what was asked for.
        if (DomainNames.Normalise(text) is { } name) return text.EndsWith('.') ? name + "." : name;
        // Addresses stay as they are written: 192.0.2.7, 3221225991, 0xC0000207, [2001:db8::7].
        return IpAddresses.ParseUrlHost(text) is null ? null : text.ToLowerInvariant();
    }
}
