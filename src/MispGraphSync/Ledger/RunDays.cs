namespace MispGraphSync.Ledger;

/// <summary>What the runs of each day did, added up from the reports that they left. Days are UTC's.</summary>
internal sealed class RunDays(LedgerFile file)
{
    private const long Day = 86_400_000;

    /// <summary>The days from <paramref name="first"/> on that had a run, in order.</summary>
    public IReadOnlyList<RunDay> Since(DateOnly first)
    {
        var days = new List<RunDay>();
        // A report that is no JSON counts as none: the run is still one.
        var query = file.Statement(
            $"""
            SELECT r.started / {Day}, COUNT(DISTINCT r.id), TOTAL(json_extract(d.value, '$.accepted')),
                TOTAL(json_extract(d.value, '$.deleted')), TOTAL(json_extract(d.value, '$.rejected'))
            FROM run r LEFT JOIN json_each(CASE WHEN json_valid(r.report) THEN r.report ELSE '[]' END, '$.destinations') d
            WHERE r.started >= ? GROUP BY 1 ORDER BY 1
            """).Bind(1, new DateTimeOffset(first, TimeOnly.MinValue, TimeSpan.Zero));
        while (query.Read())
        {
            var removed = query.Long(3);
            var day = DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(query.Long(0)));
            days.Add(new RunDay(day, query.Long(1), query.Long(2) - removed, removed, query.Long(4)));
        }

        return days;
    }
}

/// <param name="Sent">Creations, updates and renewals that were accepted.</param>
/// <param name="Deleted">Deletions that were accepted.</param>
internal sealed record RunDay(DateOnly Day, long Runs, long Sent, long Deleted, long Rejected);
