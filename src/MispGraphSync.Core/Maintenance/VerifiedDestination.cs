using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Runs;

namespace MispGraphSync.Core.Maintenance;

/// <summary>What comparing one destination with the ledger gave.</summary>
public sealed record VerifiedDestination
{
    public required string Name { get; init; }

    public required string Kind { get; init; }

    /// <summary>Partial when there are faults that were not put right.</summary>
    public RunOutcome Outcome { get; init; }

    public string? Error { get; init; }

    public string? Remedy { get; init; }

    /// <summary>In the ledger before the comparison.</summary>
    public long Held { get; init; }

    /// <summary>At the destination, live; null when it was not listed to its end.</summary>
    public long? There { get; init; }

    public long AsSent { get; init; }

    /// <summary>Held but not compared: a push is about to change or remove it, or it is left to run out.</summary>
    public long Pending { get; init; }

    public IReadOnlyDictionary<FindingKind, long> Found { get; init; } = new Dictionary<FindingKind, long>();

    /// <summary>Null: nothing was to be repaired, or it was not reached.</summary>
    public RepairReport? Repair { get; init; }

    public RequestCounts Requests { get; init; }

    public long Faults => Findings.Faults.Sum(kind => Found.GetValueOrDefault(kind));

    /// <summary>A repair as a run's history has it.</summary>
    public DestinationReport ToReport() => new()
    {
        Name = Name,
        Kind = Kind,
        Status = DestinationRun.StatusOf(Outcome),
        Outcome = Outcome,
        Error = Error,
        Remedy = Remedy,
        Planned = Repair?.Planned ?? PlanCounts.None,
        Unchanged = AsSent,
        Suppressed = Repair?.Suppressed ?? 0,
        Held = Repair?.Held ?? Held,
        Tally = Repair?.Tally ?? default,
        Requests = Requests,
    };
}

/// <param name="Suppressed">Not sent, since the very same was turned down before.</param>
/// <param name="Held">In the ledger after the repair.</param>
public sealed record RepairReport(PlanCounts Planned, StepTally Tally, long Suppressed, long Held);
