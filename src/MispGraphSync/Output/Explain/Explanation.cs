using System.Text.Json.Serialization;
using MispGraphSync.Core.Planning;
using MispGraphSync.Ledger;
using MispGraphSync.Sources.Misp;

namespace MispGraphSync.Output.Explain;

/// <summary>Everything known of a value or a UUID, as <c>explain --output json</c> prints it.</summary>
internal sealed record Explanation
{
    public int Schema { get; } = 1;

    public required string Asked { get; init; }

    [JsonPropertyName("seen")]
    public bool IsSeen => Sources.Count + Skipped.Count + Indicators.Count > 0;

    [JsonPropertyName("sightings")]
    public required IReadOnlyList<ExplainedSource> Sources { get; init; }

    public required IReadOnlyList<ExplainedSkip> Skipped { get; init; }

    public required IReadOnlyList<ExplainedIndicator> Indicators { get; init; }

    /// <summary>For an unseen value.</summary>
    [JsonPropertyName("prospects")]
    public IReadOnlyList<Forecast> Forecasts { get; init; } = [];

    /// <summary>For an unseen value: why MISP's attribute would be skipped if it were defanged like this; null if it is not.</summary>
    public SkipReason? Defanged { get; init; }

    /// <summary>Events that have the value in MISP; null when MISP was not asked.</summary>
    [JsonPropertyName("misp")]
    public IReadOnlyList<MispHit>? InMisp { get; init; }

    /// <summary>Why MISP was not asked, or did not answer.</summary>
    public string? MispNote { get; init; }

    /// <summary>Request files that contain a UUID which the ledger does not know.</summary>
    public IReadOnlyList<string> Logs { get; init; } = [];

    [JsonPropertyName("cut")]
    public bool IsTruncated { get; init; }

    /// <summary>Older request files were not searched.</summary>
    [JsonPropertyName("logsCut")]
    public bool AreLogsTruncated { get; init; }
}

/// <summary>An attribute that gives an indicator, with its event.</summary>
internal sealed record ExplainedSource(
    string Source, Guid Event, string? Link, string Info, IReadOnlyList<string> EventTags, bool Aged, Guid Attribute, string Type,
    string? Category, IReadOnlyList<string> Tags, IReadOnlyList<string> Combination, string? Single,
    [property: JsonIgnore] string? Comment);

/// <summary>An attribute that became no indicator anywhere.</summary>
internal sealed record ExplainedSkip(string Source, Guid Event, string? Link, Guid Attribute, string Type, string Reason, string Meaning);

/// <summary>How an unseen value would be handled, read as one type.</summary>
/// <param name="Destinations">By name: null where it would be sent, else the reason why not.</param>
internal sealed record Forecast(string Type, IReadOnlyList<string> Observables, IReadOnlyDictionary<string, SkipReason?> Destinations);

/// <summary>One indicator at one destination.</summary>
internal sealed record ExplainedIndicator
{
    internal ExplainedIndicator(DestinationInfo info, IndicatorStatus status) => (Info, Status) = (info, status);

    public string Destination => Info.Name;

    public string Kind => Info.Kind;

    /// <summary>Empty once MISP has withdrawn it.</summary>
    public required IReadOnlyList<string> Observables { get; init; }

    /// <summary>Type and value, for people; null once MISP has withdrawn it.</summary>
    [JsonIgnore]
    public string? Label { get; init; }

    public required IndicatorState State { get; init; }

    public string Meaning => State.Meaning();

    /// <summary>Why this destination skips it; null when it does not.</summary>
    public SkipReason? Reason { get; init; }

    /// <summary>Null where no stable id is known.</summary>
    public Guid? Key { get; init; }

    public string? Id => Status.Held?.Indicator.Id;

    /// <summary>The run that first sent it.</summary>
    public long? Since => Status.Held?.FirstRun;

    public long? Sent => Status.Held?.Run;

    public DateTimeOffset? SinceAt { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    public DateTimeOffset? Expires => Status.Held?.Indicator.Expires;

    /// <summary>Null for an indicator that is not renewed.</summary>
    public DateTimeOffset? Renews => Status.Held?.Indicator is { } held && held.RenewAt < held.Expires ? held.RenewAt : null;

    [JsonPropertyName("turnedDown")]
    public ExplainedRejection? Rejected => Status.Rejected is { } rejected
        ? new(rejected.Action.Slug(), rejected.Response, rejected.Attempts, rejected.Run, rejected.IsResent)
        : null;

    public bool Pending => Status.IsPending;

    public long? UnansweredIn => Status.UnconfirmedSince;

    /// <summary>The newest request files that contain its key or id.</summary>
    public IReadOnlyList<string> Logs { get; init; } = [];

    internal DestinationInfo Info { get; }

    internal IndicatorStatus Status { get; }
}

internal sealed record ExplainedRejection(string Step, string Response, int Attempts, long Run, bool SentAgain);

/// <summary>A destination as the ledger knows it, with what it accepts by the settings.</summary>
/// <param name="Row">Null where nothing has been pushed yet.</param>
/// <param name="Enabled">Null where it is disabled, or no longer in the settings.</param>
/// <param name="Eligibility">Null as <paramref name="Enabled"/>.</param>
internal sealed record ExplainedDestination(DestinationRow? Row, IDestination? Enabled, Eligibility? Eligibility)
{
    public DestinationInfo Info => Enabled?.Info ?? Row!.Info;

    public IndicatorShape Shape => Enabled?.Capabilities.Shape ?? Row!.Shape;

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
