using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Maintenance;

/// <summary>What comparing one destination with the ledger gave.</summary>
public sealed record VerifiedDestination
{
    public required string Name { get; init; }

    public required string Kind { get; init; }

    /// <summary>Incomplete when there are differences that were not repaired.</summary>
    public RunOutcome Outcome { get; init; }

    /// <summary>What ended it early; null when nothing did.</summary>
    public RunFailedException? Failure { get; init; }

    /// <summary>In the ledger before the comparison.</summary>
    public long Held { get; init; }

    /// <summary>At the destination, live; null when it was not listed to its end.</summary>
    public long? There { get; init; }

    public long AsSent { get; init; }

    /// <summary>Held but not compared: the next push changes or deletes it, or it is left to expire.</summary>
    public long Pending { get; init; }

    public IReadOnlyDictionary<FindingKind, long> Found { get; init; } = new Dictionary<FindingKind, long>();

    /// <summary>
    /// Ours, while the ledger knows neither them nor a source of them, as after a loss: only a push that reads and lists everything can
    /// keep or delete them.
    /// </summary>
    public long LeftToPush { get; init; }

    /// <summary>Of the other tool that is taken over, without one of ours beside them: left to expire.</summary>
    public long LegacyKept { get; init; }

    /// <summary>Null where nothing was to be repaired, or the destination was not reached.</summary>
    public RepairReport? Repair { get; init; }

    public RequestCounts Requests { get; init; }

    public long Faults => Findings.Faults.Sum(kind => Found.GetValueOrDefault(kind));

    /// <summary>The repair, for the run history.</summary>
    public DestinationReport ToReport() => new()
    {
        Name = Name,
        Kind = Kind,
        Status = RunReport.StatusOf(Outcome),
        Outcome = Outcome,
        Failure = Failure,
        Planned = Repair?.Planned ?? PlanCounts.None,
        Unchanged = AsSent,
        Suppressed = Repair?.Suppressed ?? 0,
        Held = Repair?.Held ?? Held,
        Tally = Repair?.Tally ?? default,
        Requests = Requests,
    };
}

/// <param name="Suppressed">Not resent: rejected earlier, unchanged.</param>
/// <param name="Held">In the ledger after the repair.</param>
public sealed record RepairReport(PlanCounts Planned, StepTally Tally, long Suppressed, long Held);
