namespace MispGraphSync.Text;

/// <summary>Finds the word that was probably meant.</summary>
internal static class DidYouMean
{
    private const int LongestWord = 64;

    /// <summary>The nearest of the words, when near enough; null otherwise. Case, hyphens and underscores count for nothing.</summary>
    public static string? Nearest(string written, IEnumerable<string> words)
    {
        if (written.Length is 0 or > LongestWord) return null;

        return ByDistance(written, words)
            .Where(found => found.Distance <= Math.Max(1, Math.Min(Bare(written).Length, found.Word.Length) / 3))
            .Select(found => found.Word)
            .FirstOrDefault();
    }

    /// <summary>A sentence with the nearest of the words, or with all of them when none is near enough.</summary>
    public static string OrAll(string written, IReadOnlyCollection<string> words) => Nearest(written, words) is { } nearest
        ? $"Did you mean \"{nearest}\"?"
        : $"There are: {string.Join(", ", words)}.";

    /// <summary>The nearest of the words, however far it is.</summary>
    public static string AlwaysNearest(string written, IEnumerable<string> words) =>
        ByDistance(written.Length > LongestWord ? written[..LongestWord] : written, words).First().Word;

    /// <summary>The nearest first; of several as near, the first in ordinal order.</summary>
    private static IEnumerable<(string Word, int Distance)> ByDistance(string written, IEnumerable<string> words)
    {
        var given = Bare(written);
        return words
            .Select(word => (Word: word, Distance: Distance(given, Bare(word))))
            .OrderBy(found => found.Distance)
            .ThenBy(found => found.Word, StringComparer.Ordinal);
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.</summary>
    private static int Distance(string a, string b)
    {
        var costs = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) costs[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) costs[0, j] = j;

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = costs[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                costs[i, j] = Math.Min(replace, Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    costs[i, j] = Math.Min(costs[i, j], costs[i - 2, j - 2] + 1);
            }
        }

        return costs[a.Length, b.Length];
    }

    /// <summary>Two names for one thing: <c>days_to_expire</c> and <c>daysToExpire</c>.</summary>
    public static bool IsSameWord(string a, string b) => Bare(a) == Bare(b);

    private static string Bare(string word) =>
        word.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
}
