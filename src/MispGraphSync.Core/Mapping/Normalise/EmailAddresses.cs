using System.Diagnostics.CodeAnalysis;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>E-mail addresses: the domain part in lower case, the local part as it is.</summary>
public static class EmailAddresses
{
    /// <summary>
    /// The address alone where a display name stands before it (<c>Alice &lt;alice@example.com&gt;</c>). What lacks an @ is
    /// given back as it is. <paramref name="domain"/> is what follows the last @, null where that is no host name.
    /// </summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? address, out string? domain)
    {
        address = domain = null;
        if (text is [.., '>'] && text.LastIndexOf('<') is var open and >= 0) text = text[(open + 1)..^1].Trim();
        if (text.Length is 0 or > Text.MaxLength) return false;

        var at = text.LastIndexOf('@');
        if (at < 0)
        {
            address = text;
            return true;
        }

        var host = text[(at + 1)..];
        var isName = DomainNames.TryRead(host, out domain);
        var folded = isName ? domain : host.ToLowerInvariant();
        address = host == folded ? text : string.Concat(text.AsSpan(0, at + 1), folded);
        return true;
    }
}
