namespace MispGraphSync.Ledger;

/// <summary>What status, report and metrics show of hits.</summary>
internal sealed class HitFigures(LedgerFile file)
{
    /// <summary>The days that status and metrics add up.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromDays(30);

    /// <summary>Null: the destination's alerts were never looked at.</summary>
    public HitSummary? Of(long destination, DateTimeOffset now) => file.First(
        """
        SELECT (SELECT COUNT(DISTINCT observables) FROM hit WHERE destination = ?1 AND last >= ?2),
            (SELECT COUNT(DISTINCT alert) FROM hit WHERE destination = ?1 AND last >= ?2),
            (SELECT MAX(last) FROM hit WHERE destination = ?1), (SELECT until FROM look WHERE destination = ?1)
        WHERE EXISTS (SELECT 1 FROM look WHERE destination = ?1) OR EXISTS (SELECT 1 FROM hit WHERE destination = ?1)
        """,
        static row => new HitSummary(row.Long(0), row.Long(1), row.TimeOrNull(2), row.TimeOrNull(3)), destination, now - Span);

    /// <summary>Sightings that MISP has, by the ledger, of the last days.</summary>
    public long CountWritten(DateTimeOffset now) =>
        file.Scalar("SELECT COUNT(*) FROM sighting WHERE written AND at >= ?", now - Span);

    /// <summary>Whether any destination's alerts were ever looked at.</summary>
    public bool HasLooked => file.Any("SELECT 1 FROM look LIMIT 1") || file.Any("SELECT 1 FROM hit LIMIT 1");

    /// <summary>Alerts by the day (UTC) of their first activity, from a day on.</summary>
    public IReadOnlyList<long> ByDay(DateOnly first, int days)
    {
        var counts = new long[days];
        var start = new DateTimeOffset(first, TimeOnly.MinValue, TimeSpan.Zero);
        foreach (var (day, count) in file.All(
            $"SELECT (first - ?1) / {HitLedger.Day}, COUNT(DISTINCT alert) FROM hit WHERE first >= ?1 GROUP BY 1",
            static row => (row.Long(0), row.Long(1)), start))
        {
            if (day < days) counts[day] = count;
        }

        return counts;
    }
}

/// <summary>Of one destination: the indicators that fired in the last 30 days, and their alerts.</summary>
/// <param name="LastActivity">Null: nothing ever fired.</param>
/// <param name="LastCompleteLook">Null: none yet.</param>
internal sealed record HitSummary(long Indicators, long Alerts, DateTimeOffset? LastActivity, DateTimeOffset? LastCompleteLook);
