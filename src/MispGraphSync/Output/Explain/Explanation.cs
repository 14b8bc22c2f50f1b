using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Sources.Misp;

namespace MispGraphSync.Output.Explain;

/// <summary>All that is known of a value or a UUID.</summary>
internal sealed record Explanation
{
    public required string Asked { get; init; }

    /// <summary>MISP's events and attributes that support it.</summary>
    public required IReadOnlyList<ExplainedSource> Sources { get; init; }

    public required IReadOnlyList<ExplainedSkip> Skipped { get; init; }

    /// <summary>What became of it at each destination.</summary>
    public required IReadOnlyList<ExplainedIndicator> Indicators { get; init; }

    /// <summary>There is more than is told here.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>Older request files were not looked at.</summary>
    public bool AreLogsTruncated { get; init; }

    /// <summary>Of something that the ledger does not know: request files that speak of it all the same.</summary>
    public IReadOnlyList<string> Logs { get; init; } = [];

    /// <summary>Of something never seen: what it would be, and what would become of it.</summary>
    public IReadOnlyList<Forecast> Forecasts { get; init; } = [];

    /// <summary>Written as asked for, MISP's attribute would be skipped: it was defanged. Null for what was not.</summary>
    public SkipReason? Defanged { get; init; }

    /// <summary>Events that hold the value in MISP; null when MISP was not asked.</summary>
    public IReadOnlyList<MispHit>? InMisp { get; init; }

    /// <summary>Why MISP was not asked, or did not answer.</summary>
    public string? MispNote { get; init; }

    public bool IsSeen => Sources.Count + Skipped.Count + Indicators.Count > 0;
}

/// <summary>One attribute that supports an indicator, with its event.</summary>
internal sealed record ExplainedSource(EventLink Event, string Info, IReadOnlyList<string> EventTags, bool IsAged, IndicatorSourceRow Row)
{
    public IndicatorSource Source => Row.Source;
}

/// <summary>One attribute that became no indicator at all.</summary>
internal sealed record ExplainedSkip(EventLink Event, Guid Attribute, string Type, string Reason, string Meaning);

/// <summary>One indicator at one destination.</summary>
internal sealed record ExplainedIndicator
{
    public required DestinationInfo Destination { get; init; }

    /// <summary>What is watched; empty when MISP has withdrawn it.</summary>
    public required IReadOnlyList<Observable> Observables { get; init; }

    public required IndicatorState State { get; init; }

    /// <summary>Why this destination leaves it out; null when it does not.</summary>
    public SkipReason? Reason { get; init; }

    /// <summary>Null for what has none here.</summary>
    public Guid? Key { get; init; }

    public required IndicatorStatus Standing { get; init; }

    /// <summary>When the run that last sent it started.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>When the run that first sent it started.</summary>
    public DateTimeOffset? FirstSentAt { get; init; }

    /// <summary>The newest request files that hold its key or id.</summary>
    public IReadOnlyList<string> Logs { get; init; } = [];
}

/// <summary>How an indicator stands at a destination.</summary>
internal enum IndicatorState
{
    /// <summary>There, and wanted.</summary>
    Held,

    /// <summary>There until it expires: its events have aged.</summary>
    Aged,

    /// <summary>There, but no longer wanted: the next complete run deletes it.</summary>
    Unwanted,

    /// <summary>It ran out there.</summary>
    Expired,

    /// <summary>Turned down; the next push tries again.</summary>
    TurnedDown,

    /// <summary>Turned down, and not sent again until something changes.</summary>
    HeldBack,

    /// <summary>Wanted, and not sent yet.</summary>
    Waiting,

    /// <summary>Left out by this destination's settings or the service's limits.</summary>
    Skipped,

    /// <summary>Only aged events support it, and it is not there.</summary>
    Ended,
}

/// <summary>What would become of a value that was never seen, read as one type.</summary>
/// <param name="SkippedBy">For each destination: null, it would take it; else the reason why not.</param>
internal sealed record Forecast(string Type, IReadOnlyList<Observable> Observables, IReadOnlyList<(string Destination, SkipReason? Refusal)> SkippedBy);
