using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Mapping;

/// <summary>Other ways to write a text that somebody looks up. For lookups only; the mapping takes values as they are.</summary>
public static class ValueVariants
{
    private static readonly (string Defanged, string Plain)[] Marks =
    [
        ("[://]", "://"), ("[:]//", "://"), ("[:]", ":"),
        ("[.]", "."), ("(.)", "."), ("{.}", "."), ("[dot]", "."), ("(dot)", "."),
        ("[@]", "@"), ("(@)", "@"), ("[at]", "@"), ("(at)", "@"),
    ];

    /// <summary>The text first, then without quotes, not defanged, with or without scheme, slash and port; each once.</summary>
    public static IReadOnlyList<string> Of(string text) => Distinct(All(text));

    /// <summary>The forms in which MISP may hold a skipped value: the ledger has only its hash.</summary>
    public static IReadOnlyList<string> InMisp(string text) => Distinct(Of(text).SelectMany(FormsOf));

    /// <summary>Undoes defanging. The mapping never does: a defanged value in MISP was perhaps meant to be harmless.</summary>
    public static string Refang(string text)
    {
        if (text.StartsWith("hxxp", StringComparison.OrdinalIgnoreCase)) text = $"{text[0]}tt{text[3..]}";
        foreach (var (defanged, plain) in Marks) text = text.Replace(defanged, plain, StringComparison.OrdinalIgnoreCase);
        return text;
    }

    private static IEnumerable<string> All(string text)
    {
        yield return text;
        var bare = ValueText.Clean(text).Trim('"', '\'', '`', '<', '>', ' ');
        yield return bare;
        var plain = Refang(bare);
        yield return plain;
        if (plain.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)) yield return plain["mailto:".Length..];
        foreach (var variant in OfUrl(plain)) yield return variant;
    }

    private static IEnumerable<string> FormsOf(string variant)
    {
        var defanged = variant.Replace(".", "[.]", StringComparison.Ordinal);
        string[] forms = [variant, variant.ToLowerInvariant(), variant.ToUpperInvariant(), defanged];
        return variant.StartsWith("http", StringComparison.OrdinalIgnoreCase)
            ? [.. forms, "hxxp" + variant[4..], "hxxp" + defanged[4..]]
            : forms;
    }

    private static IEnumerable<string> OfUrl(string plain)
    {
        var mark = plain.IndexOf("://", StringComparison.Ordinal);
        var rest = mark < 0 ? plain : plain[(mark + 3)..];
        var end = rest.IndexOfAny(['/', '?', '#']);
        if (mark < 0 && end > 0)
        {
            yield return "http://" + plain;
            yield return "https://" + plain;
        }

        if (mark >= 0 && end < 0) yield return plain + "/";
        if (mark >= 0 && end == rest.Length - 1) yield return plain[..^1];
        // A range has a slash too, and no host before it.
        if (mark < 0 && end >= 0 && IpAddresses.ParseRange(plain) is { } range && !IpAddresses.IsSingle(range)) yield break;
        var host = end < 0 ? rest : rest[..end];
        if (mark >= 0 || end > 0) yield return host;
        if (host.StartsWith('[') && host.IndexOf(']') is > 0 and var bracket) yield return host[1..bracket];
        else if (host.IndexOf(':') is > 0 and var colon && colon == host.LastIndexOf(':')) yield return host[..colon];
    }

    private static IReadOnlyList<string> Distinct(IEnumerable<string> texts) =>
        [.. texts.Where(text => text.Length > 0).Distinct(StringComparer.Ordinal)];
}
