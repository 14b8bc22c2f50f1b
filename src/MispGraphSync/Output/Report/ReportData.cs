using MispGraphSync.Destinations;
using MispGraphSync.Ledger;
using MispGraphSync.Output.Explain;

namespace MispGraphSync.Output.Report;

/// <summary>The data of the page, from the ledger at one moment.</summary>
/// <param name="Days">The days with a run, of the last <see cref="PastDays"/>.</param>
/// <param name="Skipped">Attributes that became no indicator, by the reason's slug.</param>
/// <param name="Destinations">In the order of <see cref="Breakdown.Skipped"/>.</param>
/// <param name="Expiries">What expires today, tomorrow and so on; last, what expires later.</param>
internal sealed record ReportData(
    StatusReport Status, IReadOnlyList<RunDay> Days, IReadOnlyList<(string Reason, long Count)> Skipped, Breakdown Breakdown,
    IReadOnlyList<ExplainedDestination> Destinations, IReadOnlyList<long> Expiries, RejectedItems Rejected)
{
    public const int PastDays = 30;
    public const int ComingDays = 45;
    public const int RecentRuns = 20;

    /// <summary>Null: no alert was ever looked at.</summary>
    public Fired? Fired { get; init; }

    /// <summary>The first of the <see cref="PastDays"/>.</summary>
    public DateOnly FirstDay => FirstDayOf(Status.Now);

    public static ReportData Gather(
        LedgerFile ledger, StatusReport status, IReadOnlyList<ExplainedDestination> destinations, string logFolder, DestinationKinds kinds)
    {
        var (figures, rejections) = (new LedgerStatus(ledger), new Rejections(ledger).List(run: null, destination: null));
        return new ReportData(
            status, figures.RunDays(FirstDayOf(status.Now)), figures.SkippedByReason(), Breakdown.Count(ledger, destinations), destinations,
            figures.ExpiriesByDay(status.Now, ComingDays),
            RejectedItems.Of(rejections.Select(one => RejectedItem.Of(one, logFolder, kinds))))
        {
            Fired = Fired.Gather(ledger, FirstDayOf(status.Now), PastDays),
        };
    }

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
