namespace MispGraphSync.Ledger;

/// <summary>How many indicators, at all destinations together, run out on which day (UTC) unless they are renewed.</summary>
internal sealed class ExpiryDays(LedgerFile file)
{
    private const long Day = 86_400_000;

    /// <param name="now">What ran out before is not counted.</param>
    /// <param name="days">How many days to tell one by one, today first; the last number is all that is later.</param>
    public IReadOnlyList<long> From(DateTimeOffset now, int days)
    {
        var counts = new long[days + 1];
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var query = file.Statement($"SELECT MIN((expires - ?1) / {Day}, ?2), COUNT(*) FROM held WHERE expires > ?3 GROUP BY 1")
            .Bind(1, today).Bind(2, days).Bind(3, now);
        while (query.Read()) counts[query.Int(0)] = query.Long(1);
        return counts;
    }
}
