namespace MispGraphSync.Sources.Filters;

/// <summary>When MISP reads a text of a filter as a pattern of SQL's LIKE.</summary>
internal enum Wildcards
{
    /// <summary>Never: <c>%</c> is a normal character.</summary>
    None,

    /// <summary>When <c>%</c> is its first or its last character.</summary>
    AtAnEnd,

    /// <summary>Always: each <c>%</c> and each <c>_</c> counts.</summary>
    Anywhere,
}

/// <summary>Texts of a filter, some of them patterns: <c>%</c> is any number of characters, <c>_</c> is one.</summary>
internal sealed class TextSet
{
    private const int AnyNumber = -1;
    private const int AnyOne = -2;

    private readonly HashSet<string> _exact;
    private readonly int[][] _patterns;
    private readonly bool _ignoresCase;

    public TextSet(IEnumerable<string> texts, StringComparer comparer, Wildcards wildcards)
    {
        _ignoresCase = ReferenceEquals(comparer, StringComparer.OrdinalIgnoreCase);
        var all = texts.ToLookup(text => IsPattern(text, wildcards));
        _exact = all[false].Select(EventView.Normalise).ToHashSet(comparer);
        _patterns = [.. all[true].Select(Parse)];
    }

    public bool Has(string text) => _exact.Contains(text) || Array.Exists(_patterns, pattern => IsLike(text, pattern));

    private static bool IsPattern(string text, Wildcards wildcards) => wildcards switch
    {
        Wildcards.None => false,
        Wildcards.AtAnEnd => text.StartsWith('%') || text.EndsWith('%'),
        _ => text.AsSpan().ContainsAny('%', '_', '\\'),
    };

    /// <summary>A backslash escapes a wildcard.</summary>
    private static int[] Parse(string pattern)
    {
        var parts = new List<int>(pattern.Length);
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] is '\\' && i + 1 < pattern.Length && pattern[i + 1] is '%' or '_' or '\\') parts.Add(pattern[++i]);
            else parts.Add(pattern[i] switch { '%' => AnyNumber, '_' => AnyOne, var letter => letter });
        }
        return [.. parts];
    }

    /// <summary>Each <c>%</c> takes as little as possible, and one more whenever the rest does not fit.</summary>
    private bool IsLike(string text, int[] pattern)
    {
        var (at, next) = (0, 0);
        var (resumeAt, resumeNext) = (0, -1);
        while (at < text.Length)
        {
            if (next < pattern.Length && pattern[next] == AnyNumber) (resumeAt, resumeNext) = (at, ++next);
            else if (next < pattern.Length && Fits(text[at], pattern[next])) (at, next) = (at + 1, next + 1);
            else if (resumeNext >= 0) (at, next) = (++resumeAt, resumeNext);
            else return false;
        }
        return Array.TrueForAll(pattern[next..], part => part == AnyNumber);
    }

    private bool Fits(char letter, int part) =>
        part == AnyOne || letter == part
        || (_ignoresCase && part >= 0 && char.ToUpperInvariant(letter) == char.ToUpperInvariant((char)part));
}
