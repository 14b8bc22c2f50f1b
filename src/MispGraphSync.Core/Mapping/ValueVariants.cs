using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Mapping;

/// <summary>
/// How else a text may be written that somebody asks for: without quotes, not defanged, with or without scheme, slash and
/// port. For looking things up only; the mapping takes values as they are.
/// </summary>
public static class ValueVariants
{
    /// <summary>The text itself first, then what it may mean, each once.</summary>
    public static IReadOnlyList<string> Of(string text)
    {
        var found = new List<string>();
        var bare = ValueText.Clean(text).Trim('"', '\'', '`', '<', '>', ' ');
        Add(found, text);
        Add(found, bare);
        var plain = Refang.Undo(bare);
        Add(found, plain);
        if (plain.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)) Add(found, plain["mailto:".Length..]);
        AddOfUrl(found, plain);
        return found;
    }

    /// <summary>
    /// The forms in which MISP may hold what was skipped, of which the ledger keeps but a hash: as written, in lower and upper
    /// case, and defanged.
    /// </summary>
    public static IReadOnlyList<string> InMisp(string text)
    {
        var found = new List<string>();
        foreach (var spelling in Of(text))
        {
            Add(found, spelling);
            Add(found, spelling.ToLowerInvariant());
            Add(found, spelling.ToUpperInvariant());
            var dotted = spelling.Replace(".", "[.]", StringComparison.Ordinal);
            Add(found, dotted);
            if (!spelling.StartsWith("http", StringComparison.OrdinalIgnoreCase)) continue;
            Add(found, "hxxp" + spelling[4..]);
            Add(found, "hxxp" + dotted[4..]);
        }

        return found;
    }

    private static void AddOfUrl(List<string> found, string plain)
    {
        var mark = plain.IndexOf("://", StringComparison.Ordinal);
        var rest = mark < 0 ? plain : plain[(mark + 3)..];
        var end = rest.IndexOfAny(['/', '?', '#']);
        if (mark < 0 && end > 0)
        {
            Add(found, "http://" + plain);
            Add(found, "https://" + plain);
        }

        if (mark >= 0 && end < 0) Add(found, plain + "/");
        if (mark >= 0 && end == rest.Length - 1) Add(found, plain[..^1]);
        // A range has a slash too, and no host before it.
        if (mark < 0 && end >= 0 && IpAddresses.TryParse(plain, out _, out var range) && range is not null) return;
        var host = end < 0 ? rest : rest[..end];
        if (mark >= 0 || end > 0) Add(found, host);
        if (host.StartsWith('[') && host.IndexOf(']') is > 0 and var bracket) Add(found, host[1..bracket]);
        else if (host.IndexOf(':') is > 0 and var colon && colon == host.LastIndexOf(':')) Add(found, host[..colon]);
    }

    private static void Add(List<string> found, string text)
    {
        if (text.Length > 0 && !found.Contains(text)) found.Add(text);
    }
}
