namespace MispGraphSync.Ledger;

/// <summary>How many attributes became no indicator anywhere, by reason.</summary>
internal sealed class SkipCounts(LedgerFile file)
{
    /// <summary>The reasons' slugs, the most frequent first.</summary>
    public IReadOnlyList<(string Reason, long Count)> List()
    {
        var counts = new List<(string, long)>();
        var query = file.Statement("SELECT reason, COUNT(*) FROM skipped GROUP BY reason ORDER BY 2 DESC, 1");
        while (query.Read()) counts.Add((query.Text(0), query.Long(1)));
        return counts;
    }
}
