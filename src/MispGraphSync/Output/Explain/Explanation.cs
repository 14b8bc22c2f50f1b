using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Sources.Misp;

namespace MispGraphSync.Output.Explain;

/// <summary>Everything known of a value or a UUID.</summary>
internal sealed record Explanation
{
    public required string Asked { get; init; }

    public required IReadOnlyList<ExplainedSource> Sources { get; init; }

    public required IReadOnlyList<ExplainedSkip> Skipped { get; init; }

    public required IReadOnlyList<ExplainedIndicator> Indicators { get; init; }

    public bool IsTruncated { get; init; }

    /// <summary>Older request files were not searched.</summary>
    public bool AreLogsTruncated { get; init; }

    /// <summary>Request files that contain a UUID which the ledger does not know.</summary>
    public IReadOnlyList<string> Logs { get; init; } = [];

    /// <summary>For an unseen value.</summary>
    public IReadOnlyList<Forecast> Forecasts { get; init; } = [];

    /// <summary>For an unseen value: why MISP's attribute would be skipped if it were defanged like this; null if it is not.</summary>
    public SkipReason? Defanged { get; init; }

    /// <summary>Events that have the value in MISP; null when MISP was not asked.</summary>
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

/// <summary>One attribute that became no indicator anywhere.</summary>
internal sealed record ExplainedSkip(EventLink Event, Guid Attribute, string Type, string Reason, string Meaning);

/// <summary>A destination as the ledger knows it, with what it accepts by the settings.</summary>
/// <param name="Row">Null where nothing has been pushed yet.</param>
/// <param name="Enabled">Null where it is disabled, or no longer in the settings.</param>
/// <param name="Eligibility">Null as <paramref name="Enabled"/>.</param>
internal sealed record ExplainedDestination(DestinationRow? Row, IDestination? Enabled, Eligibility? Eligibility)
{
    public DestinationInfo Info => Enabled?.Info ?? Row!.Info;

    public IndicatorShape Shape => Enabled?.Capabilities.Shape ?? Row!.Form;

    /// <summary>The observables of a source that an indicator has here.</summary>
    public IReadOnlyList<Observable> ObservablesOf(IndicatorSource source) =>
        Shape == IndicatorShape.Combined ? source.Combined : source.Single is { } single ? [single] : [];

    /// <summary>Null when it accepts one of the sources, or when it is not enabled.</summary>
    public SkipReason? SkipReasonFor(IEnumerable<IndicatorSourceRow> sources)
    {
        if (Eligibility is null) return null;
        SkipReason? first = null;
        foreach (var source in sources)
        {
            if (Eligibility.SkipReasonFor(source) is not { } reason) return null;
            if (first is null || reason < first) first = reason;
        }

        return first;
    }
}

/// <summary>One indicator at one destination.</summary>
internal sealed record ExplainedIndicator
{
    public required DestinationInfo Destination { get; init; }

    /// <summary>Empty once MISP has withdrawn it.</summary>
    public required IReadOnlyList<Observable> Observables { get; init; }

    public required IndicatorState State { get; init; }

    /// <summary>Why this destination skips it; null when it does not.</summary>
    public SkipReason? Reason { get; init; }

    /// <summary>Null where no stable id is known.</summary>
    public Guid? Key { get; init; }

    public required IndicatorStatus Status { get; init; }

    /// <summary>When the run that last sent it started.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>When the run that first sent it started.</summary>
    public DateTimeOffset? FirstSentAt { get; init; }

    /// <summary>The newest request files that contain its key or id.</summary>
    public IReadOnlyList<string> Logs { get; init; } = [];
}

/// <summary>How an unseen value would be handled, read as one type.</summary>
/// <param name="SkippedBy">For each destination: null where it would be sent, else the reason why not.</param>
internal sealed record Forecast(string Type, IReadOnlyList<Observable> Observables, IReadOnlyList<(string Destination, SkipReason? Reason)> SkippedBy);
