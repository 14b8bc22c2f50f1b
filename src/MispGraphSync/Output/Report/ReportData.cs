using MispGraphSync.Destinations;
using MispGraphSync.Ledger;
using MispGraphSync.Output.Explain;

namespace MispGraphSync.Output.Report;

/// <summary>Everything that the page tells, from the ledger as it stands at one moment.</summary>
internal sealed record ReportData
{
    public const int PastDays = 30;

    public const int ComingDays = 45;

    public required StatusReport Status { get; init; }

    /// <summary>The days with a run, of the last <see cref="PastDays"/>.</summary>
    public required IReadOnlyList<RunDay> Days { get; init; }

    /// <summary>Attributes that became no indicator, by the reason's slug.</summary>
    public required IReadOnlyList<(string Reason, long Count)> Skipped { get; init; }

    public required Breakdown Breakdown { get; init; }

    /// <summary>In the order of <see cref="Breakdown.Skipped"/>.</summary>
    public required IReadOnlyList<ExplainedDestination> Destinations { get; init; }

    /// <summary>What runs out today, tomorrow and so on; last, what runs out later.</summary>
    public required IReadOnlyList<long> Expiries { get; init; }

    public required RejectedItems Rejected { get; init; }

    /// <summary>The first day of <see cref="Days"/>.</summary>
    public DateOnly FirstDay => FirstDayOf(Status.Now);

    public static ReportData Gather(LedgerFile ledger, StatusReport status, IReadOnlyList<ExplainedDestination> destinations, string logFolder, DestinationKinds kinds) => new()
    {
        Status = status,
        Days = new RunDays(ledger).Since(FirstDayOf(status.Now)),
        Skipped = new SkipCounts(ledger).List(),
        Breakdown = Breakdown.Count(ledger, destinations),
        Destinations = destinations,
        Expiries = new ExpiryDays(ledger).From(status.Now, ComingDays),
        Rejected = RejectedItems.Count(ledger, logFolder, kinds),
    };

    private static DateOnly FirstDayOf(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime).AddDays(1 - PastDays);
}
