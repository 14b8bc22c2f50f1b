namespace MispGraphSync.Sources.Filters;

/// <summary>Finds the word that was meant.</summary>
internal static class Spelling
{
    /// <summary>The word with the fewest letters to change, case ignored; of several as near, the first in ordinal order.</summary>
    public static string Nearest(string word, IEnumerable<string> words) =>
        words.Order(StringComparer.Ordinal).MinBy(w => Distance(word.ToLowerInvariant(), w.ToLowerInvariant()))!;

    /// <summary>Letters to insert, remove or replace (Levenshtein).</summary>
    private static int Distance(string from, string to)
    {
        from = from.Length > 100 ? from[..100] : from;
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = corner + (from[i - 1] == to[j - 1] ? 0 : 1);
                corner = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
