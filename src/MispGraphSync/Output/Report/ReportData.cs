using MispGraphSync.Destinations;
using MispGraphSync.Ledger;
using MispGraphSync.Output.Explain;

namespace MispGraphSync.Output.Report;

/// <summary>The data of the page, from the ledger at one moment.</summary>
internal sealed record ReportData
{
    public const int PastDays = 30;

    public const int ComingDays = 45;

    public const int RecentRuns = 20;

    public required StatusReport Status { get; init; }

    /// <summary>The days with a run, of the last <see cref="PastDays"/>.</summary>
    public required IReadOnlyList<RunDay> Days { get; init; }

    /// <summary>Attributes that became no indicator, by the reason's slug.</summary>
    public required IReadOnlyList<(string Reason, long Count)> Skipped { get; init; }

    public required Breakdown Breakdown { get; init; }

    /// <summary>In the order of <see cref="Breakdown.Skipped"/>.</summary>
    public required IReadOnlyList<ExplainedDestination> Destinations { get; init; }

    /// <summary>What expires today, tomorrow and so on; last, what expires later.</summary>
    public required IReadOnlyList<long> Expiries { get; init; }

    public required RejectedItems Rejected { get; init; }

    /// <summary>The first day of <see cref="Days"/>.</summary>
    public DateOnly FirstDay => FirstDayOf(Status.Now);

    public static ReportData Gather(
        LedgerFile ledger, StatusReport status, IReadOnlyList<ExplainedDestination> destinations, string logFolder, DestinationKinds kinds) => new()
        {
            Status = status,
            Days = new LedgerStatus(ledger).RunDays(FirstDayOf(status.Now)),
            Skipped = new LedgerStatus(ledger).SkippedByReason(),
            Breakdown = Breakdown.Count(ledger, destinations),
            Destinations = destinations,
            Expiries = new LedgerStatus(ledger).ExpiriesByDay(status.Now, ComingDays),
            Rejected = RejectedItems.Of(
                new Rejections(ledger).List(run: null, destination: null).Select(one => RejectedItem.Of(one, logFolder, kinds))),
        };

    private static DateOnly FirstDayOf(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime).AddDays(1 - PastDays);
}

/// <param name="Reasons">The most frequent first.</param>
/// <param name="Others">Rejections for other reasons.</param>
/// <param name="Suppressed">Sent again after a change of body, settings or mapping, or by <c>errors --retry</c>.</param>
/// <param name="Retried">Sent again by the next push.</param>
/// <param name="Listed">The first of the suppressed.</param>
internal sealed record RejectedItems(
    IReadOnlyList<RejectionGroup> Reasons, long Others, long Suppressed, long Retried, IReadOnlyList<RejectedItem> Listed)
{
    private const int MaxReasons = 200;
    private const int MaxListed = 50;

    public static RejectedItems Of(IEnumerable<RejectedItem> items)
    {
        var (groups, listed) = (new RejectionGroups(), new List<RejectedItem>());
        var (suppressed, retried) = (0L, 0L);
        foreach (var item in items)
        {
            groups.Add(item);
            if (item.IsRetried) retried++;
            else if (++suppressed <= MaxListed) listed.Add(item);
        }

        var reasons = groups.MostFrequent.Take(MaxReasons).ToList();
        return new RejectedItems(reasons, suppressed + retried - reasons.Sum(group => group.Count), suppressed, retried, listed);
    }
}
