using MispGraphSync.Core.Hits;

namespace MispGraphSync.Hits;

/// <summary>What fired, where it was looked for, and what became of the sightings.</summary>
internal sealed record HitsReport
{
    public required DateTimeOffset Since { get; init; }

    public required IReadOnlyList<LookReport> Looks { get; init; }

    public required IReadOnlyList<Hit> Hits { get; init; }

    /// <summary>Null: no sighting was to be written.</summary>
    public SightingsReport? Sightings { get; init; }

    public RunOutcome Outcome => RunOutcomes.Worst(
        [.. Looks.Select(look => look.Outcome), Sightings?.Outcome ?? RunOutcome.Done]);
}

/// <param name="Waiting">Over this run's share.</param>
/// <param name="Failures">What ended the writing early, at each server where something did.</param>
/// <param name="Planned">On a dry run, what would be written.</param>
internal sealed record SightingsReport(
    int Written, int Refused, int Waiting, IReadOnlyList<RunFailedException> Failures, IReadOnlyList<PlannedSighting> Planned)
{
    public RunOutcome Outcome => RunOutcomes.Worst(
        [.. Failures.Select(one => one.Outcome), Refused > 0 || Waiting > 0 ? RunOutcome.Incomplete : RunOutcome.Done]);
}

/// <summary>An indicator that fired at a destination.</summary>
/// <param name="Label">Null where an earlier version did not keep it.</param>
/// <param name="Latest">The last alert, if this run read it.</param>
/// <param name="Events">The MISP events behind it, each once.</param>
/// <param name="Waiting">Sightings that are due.</param>
/// <param name="Reason">Why there is no sighting, or fewer than sources; null for no reason.</param>
internal sealed record Hit(
    string Destination, IndicatorLabel? Label, long Alerts, long FalsePositives, DateTimeOffset First, DateTimeOffset Last, HitMatch Match,
    Alert? Latest, IReadOnlyList<HitSource> Events, SightingState State, int Written, int Waiting, NoSighting? Reason);
