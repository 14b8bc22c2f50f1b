using MispGraphSync.Core.Planning;

namespace MispGraphSync.Ledger;

/// <summary>What status and report show: destinations, sources, open work and expiries.</summary>
internal sealed class LedgerStatus(LedgerFile file)
{
    private const long Day = 86_400_000;

    /// <summary>What never expires is not counted.</summary>
    private static readonly long Never = ContextPlanner.Never.ToUnixTimeMilliseconds();

    public IReadOnlyList<SourceRow> Sources() => file.All(
        """
        SELECT s.name, s.read_at, s.full_read_at, COUNT(e.id), TOTAL(e.aged_at IS NOT NULL)
        FROM source s LEFT JOIN event e ON e.source = s.id GROUP BY s.id ORDER BY s.name
        """,
        static row => new SourceRow(row.Text(0), row.TimeOrNull(1), row.TimeOrNull(2), row.Long(3), row.Long(4)));

    /// <inheritdoc cref="HitFigures.Of"/>
    public HitSummary? Hits(long destination, DateTimeOffset now) => new HitFigures(file).Of(destination, now);

    /// <summary>Changed keys that the next push plans.</summary>
    public long Pending(long destination) => file.Scalar("SELECT COUNT(*) FROM dirty WHERE destination = ?", destination);

    /// <summary>Rejected and not accepted since.</summary>
    public long Rejected(long destination) => file.Scalar("SELECT COUNT(*) FROM rejected WHERE destination = ?", destination);

    public IReadOnlyList<UnconfirmedRequests> Unconfirmed(long destination) => file.All(
        "SELECT run, COUNT(*) FROM intent WHERE destination = ? GROUP BY run ORDER BY run",
        static row => new UnconfirmedRequests(row.Long(0), row.Long(1)), destination);

    /// <summary>Deletions that the guards withhold at a destination, by its name and kind; null: they do not.</summary>
    public WithheldDeletions? DeletionsWithheld(DestinationInfo destination) => file.First(
        // Null in a report: that run decided nothing, and an earlier decision stands. Zero: nothing was withheld.
        """
        WITH reported AS (SELECT id, started, CASE WHEN json_valid(report) THEN report END AS report FROM run),
        decided AS (
            SELECT r.id, r.started, json_extract(r.report, d.fullkey || '.deletionsWithheld') AS deletions
            FROM reported r JOIN json_each(r.report, '$.destinations') d
            WHERE json_extract(r.report, d.fullkey || '.name') = ?1 AND json_extract(r.report, d.fullkey || '.kind') = ?2
            AND json_extract(r.report, d.fullkey || '.deletionsWithheld') IS NOT NULL)
        SELECT (SELECT deletions FROM decided ORDER BY id DESC LIMIT 1), id, started FROM decided
        WHERE id > COALESCE((SELECT id FROM decided WHERE deletions = 0 ORDER BY id DESC LIMIT 1), 0) ORDER BY id LIMIT 1
        """,
        static row => new WithheldDeletions(row.Long(0), row.Long(1), row.Time(2)), destination.Name, destination.Kind);

    public ExpirySummary Expiries(long destination, DateTimeOffset now) => Summarise("expires", "", destination, now);

    /// <summary>Without indicators that are never renewed, since their events have aged.</summary>
    public ExpirySummary Renewals(long destination, DateTimeOffset now) =>
        Summarise("renew_at", "AND renew_at < expires", destination, now);

    /// <summary>How many indicators, at all destinations together, expire on which day (UTC) unless they are renewed.</summary>
    /// <param name="days">The number of single days, today first; the last count is all later ones.</param>
    public IReadOnlyList<long> ExpiriesByDay(DateTimeOffset now, int days)
    {
        var counts = new long[days + 1];
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        foreach (var (day, count) in file.All(
            $"SELECT MIN((expires - ?1) / {Day}, ?2), COUNT(*) FROM held WHERE expires > ?3 AND expires <> {Never} GROUP BY 1",
            static row => (row.Int(0), row.Long(1)), today, days, now))
        {
            counts[day >= 0 ? day : throw LedgerFault.Damaged("an expiry is not a time")] = count;
        }

        return counts;
    }

    /// <summary>Attributes that became no indicator anywhere, by the reason's slug, the most frequent first.</summary>
    public IReadOnlyList<(string Reason, long Count)> SkippedByReason() => file.All(
        "SELECT reason, COUNT(*) FROM skipped GROUP BY reason ORDER BY 2 DESC, 1", static row => (row.Text(0), row.Long(1)));

    /// <summary>The days (UTC) from <paramref name="first"/> on that had a run, in order, added up from the runs' reports.</summary>
    public IReadOnlyList<RunDay> RunDays(DateOnly first) => file.All(
        // A report that is not JSON adds nothing; the run still counts.
        $"""
        WITH reported AS (SELECT id, started, CASE WHEN json_valid(report) THEN report END AS report FROM run WHERE started >= ?)
        SELECT MIN(r.started), COUNT(DISTINCT r.id), TOTAL(json_extract(r.report, d.fullkey || '.accepted')),
            TOTAL(json_extract(r.report, d.fullkey || '.deleted')), TOTAL(json_extract(r.report, d.fullkey || '.rejected'))
        FROM reported r LEFT JOIN json_each(r.report, '$.destinations') d
        GROUP BY r.started / {Day} ORDER BY 1
        """,
        static row => new RunDay(
            DateOnly.FromDateTime(row.Time(0).UtcDateTime), row.Long(1), row.Long(2) - row.Long(3), row.Long(3), row.Long(4)),
        new DateTimeOffset(first, TimeOnly.MinValue, TimeSpan.Zero));

    private ExpirySummary Summarise(string column, string condition, long destination, DateTimeOffset now) => file.First(
        $"""
        SELECT TOTAL({column} <= ?2), TOTAL({column} > ?2 AND {column} < ?3), TOTAL({column} > ?2 AND {column} <= ?4),
            TOTAL({column} > ?2 AND {column} <= ?5), MIN(CASE WHEN {column} > ?2 THEN {column} END)
        FROM held WHERE destination = ?1 AND expires <> {Never} {condition}
        """,
        static row => new ExpirySummary(row.Long(0), row.Long(1), row.Long(2), row.Long(3), row.TimeOrNull(4)),
        destination, now, new DateTimeOffset(now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero), now.AddDays(7), now.AddDays(30))!;
}

/// <summary>A destination in the ledger, including those that are no longer in the settings.</summary>
/// <param name="PlansEverything">The next push plans every key.</param>
internal sealed record DestinationRow(long Id, DestinationInfo Info, IndicatorShape Shape, long Held, bool PlansEverything)
{
    public static IReadOnlyList<DestinationRow> All(LedgerFile file) => file.All(
        "SELECT id, name, kind, place, scope, form, held, plans_everything FROM destination ORDER BY name, id",
        static row => new DestinationRow(
            row.Long(0), new DestinationInfo(row.Text(1), row.Text(2), row.Text(3), row.Text(4)), row.Number<IndicatorShape>(5),
            row.Long(6), row.Flag(7)));

    /// <summary>The same place at the same service, under any name.</summary>
    public bool Is(DestinationInfo? other) =>
        other is not null && Info.Kind == other.Kind && Info.Place == other.Place && Info.Scope == other.Scope;
}

/// <param name="ReadAt">The last complete read, full or of changes; null for none.</param>
/// <param name="FullReadAt">The last complete full read.</param>
/// <param name="Aged">Events that left the filters by age only.</param>
internal sealed record SourceRow(string Name, DateTimeOffset? ReadAt, DateTimeOffset? FullReadAt, long Events, long Aged);

/// <param name="Deletions">As of the last run that decided about deletions.</param>
/// <param name="Run">The first run that withheld them.</param>
/// <param name="Since">Its start.</param>
internal sealed record WithheldDeletions(long Deletions, long Run, DateTimeOffset Since);

/// <param name="Run">The run that sent them.</param>
internal sealed record UnconfirmedRequests(long Run, long Requests);

/// <summary>Each span includes the shorter ones, but not the past.</summary>
/// <param name="Past">Due: the next push renews or forgets them.</param>
/// <param name="Today">Before the next midnight, UTC.</param>
/// <param name="Next">The next one due; null for none.</param>
internal sealed record ExpirySummary(long Past, long Today, long Within7Days, long Within30Days, DateTimeOffset? Next);

/// <param name="Sent">Accepted creations, updates and renewals.</param>
/// <param name="Deleted">Accepted deletions.</param>
internal sealed record RunDay(DateOnly Day, long Runs, long Sent, long Deleted, long Rejected);
