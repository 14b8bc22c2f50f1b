using MispGraphSync.Core.Planning;
using MispGraphSync.Destinations;
using MispGraphSync.Ledger;
using MispGraphSync.Settings;

namespace MispGraphSync.Hits;

/// <summary>A destination whose alerts are looked at.</summary>
/// <param name="Eligibility">Which sources of an indicator count there.</param>
/// <param name="Row">Null: nothing has been pushed there.</param>
/// <param name="Routes">In the order in which they are tried; each opens its reader.</param>
internal sealed record HitDestination(
    DestinationSettings Settings, AlertFeed? Feed, Eligibility Eligibility, DestinationRow? Row,
    IReadOnlyList<(string Name, Func<AlertReader> Open)> Routes)
{
    public string Name => Settings.Name;
}

/// <summary>The look at one destination's alerts.</summary>
internal sealed record LookReport
{
    public required string Destination { get; init; }

    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset Until { get; init; }

    /// <summary>The route that was read; null: none.</summary>
    public string? Route { get; init; }

    /// <summary>Why alerts may be missing; null: the look is complete.</summary>
    public string? Gap { get; init; }

    /// <summary>What ended the look early; null for nothing.</summary>
    public RunFailedException? Failure { get; init; }

    /// <summary>Alerts that may come from indicators and do not count, by reason.</summary>
    public IReadOnlyList<UncountedAlert> Uncounted { get; init; } = [];

    /// <summary>Why no alert does not mean no hit.</summary>
    public IReadOnlyList<string> BlindSpots { get; init; } = [];

    public RunOutcome Outcome => Failure?.Outcome ?? (Gap is null ? RunOutcome.Done : RunOutcome.Incomplete);
}

/// <param name="Title">Never kept.</param>
internal sealed record UncountedAlert(Core.Hits.NotCounted Reason, string? Title, string? Link);
