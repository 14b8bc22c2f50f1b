namespace MispGraphSync.Ledger;

/// <summary>How many held indicators of one destination come up when, for their expiry or for their renewal.</summary>
internal sealed class Terms(LedgerFile file)
{
    public ExpirySummary Expiries(long destination, DateTimeOffset now) => Count("expires", "", destination, now);

    /// <summary>What is never renewed, for its events have aged, is not counted.</summary>
    public ExpirySummary Renewals(long destination, DateTimeOffset now) => Count("renew_at", "AND renew_at < expires", destination, now);

    private ExpirySummary Count(string column, string condition, long destination, DateTimeOffset now)
    {
        var tomorrow = new DateTimeOffset(now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
        var query = file.Statement(
            $"""
            SELECT TOTAL({column} <= ?2), TOTAL({column} > ?2 AND {column} < ?3), TOTAL({column} > ?2 AND {column} <= ?4),
                TOTAL({column} > ?2 AND {column} <= ?5), MIN(CASE WHEN {column} > ?2 THEN {column} END)
            FROM held WHERE destination = ?1 {condition}
            """).Bind(1, destination).Bind(2, now).Bind(3, tomorrow).Bind(4, now.AddDays(7)).Bind(5, now.AddDays(30));
        query.Read();
        var term = new ExpirySummary(query.Long(0), query.Long(1), query.Long(2), query.Long(3), query.TimeOrNull(4));
        query.Reset();
        return term;
    }
}

/// <summary>Each span includes the shorter ones, but not what is past.</summary>
/// <param name="Past">Come up already: the next push renews or forgets them.</param>
/// <param name="Today">Before the next midnight, UTC.</param>
/// <param name="Next">The first one to come; null for none.</param>
internal sealed record ExpirySummary(long Past, long Today, long Within7Days, long Within30Days, DateTimeOffset? Next)
{
    public static ExpirySummary None { get; } = new(0, 0, 0, 0, null);
}
