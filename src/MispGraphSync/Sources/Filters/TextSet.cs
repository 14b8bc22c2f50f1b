namespace MispGraphSync.Sources.Filters;

/// <summary>Texts of a filter, some with <c>%</c> for any number of characters, as SQL's LIKE has it.</summary>
internal sealed class TextSet
{
    private readonly HashSet<string> _exact;
    private readonly string[] _patterns;
    private readonly StringComparison _comparison;

    public TextSet(IEnumerable<string> texts, StringComparer comparer)
    {
        var all = texts.ToLookup(text => text.Contains('%', StringComparison.Ordinal));
        _exact = all[false].Select(EventView.OneSpelling).ToHashSet(comparer);
        _patterns = [.. all[true]];
        _comparison = ReferenceEquals(comparer, StringComparer.Ordinal)
            ? StringComparison.Ordinal
            : StringComparison.OrdinalIgnoreCase;
    }

    public bool Has(string text) => _exact.Contains(text) || Array.Exists(_patterns, pattern => IsLike(text, pattern));

    private bool IsLike(string text, string pattern)
    {
        var parts = pattern.Split('%');
        if (!text.StartsWith(parts[0], _comparison))
        {
            return false;
        }

        var at = parts[0].Length;
        foreach (var part in parts[1..^1])
        {
            var found = text.IndexOf(part, at, _comparison);
            if (found < 0)
            {
                return false;
            }
            at = found + part.Length;
        }
        return text.Length - at >= parts[^1].Length && text.EndsWith(parts[^1], _comparison);
    }
}
