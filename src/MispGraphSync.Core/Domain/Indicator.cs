using System.Collections.Immutable;

namespace MispGraphSync.Core.Domain;

/// <summary>One or more observables that a destination shall watch for: the sources of one key, merged under its settings.</summary>
public sealed record Indicator
{
    /// <summary>One for a destination that takes single indicators; one or more for combined ones.</summary>
    public required ImmutableArray<Observable> Observables { get; init; }

    public required Tlp Tlp { get; init; }
    public required IndicatorAction Action { get; init; }

    /// <summary>True when the setting or a rule says so for all sources, or when the TLP is red.</summary>
    public required bool PassiveOnly { get; init; }

    /// <summary>Whether a match raises an alert, where rules say so; null: as the destination's settings say.</summary>
    public bool? GenerateAlert { get; init; }

    /// <summary>The highest of the sources.</summary>
    public required ThreatLevel Severity { get; init; }

    /// <summary>0–100.</summary>
    public required int Confidence { get; init; }

    public required ThreatType ThreatType { get; init; }

    /// <summary>False when the threat type is only the default.</summary>
    public bool ThreatTypeIsTagged { get; init; }

    public DiamondModel? DiamondModel { get; init; }
    public ImmutableArray<KillChainPhase> KillChain { get; init; } = [];
    public ImmutableArray<string> Actors { get; init; } = [];
    public ImmutableArray<string> Families { get; init; } = [];
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>The lead source's event title; hostile, any length.</summary>
    public required string Title { get; init; }

    public string? Comment { get; init; }

    /// <summary>The lead source's MISP type and category, for descriptions.</summary>
    public required string Type { get; init; }

    public string? Category { get; init; }

    /// <summary>The destination's id of the lead source's organisation; null where it is not there.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>The earliest of the sources: first_seen, else the event's date, else its timestamp.</summary>
    public required DateTimeOffset ValidFrom { get; init; }

    /// <summary>The latest change of any source or its event. Not part of the content hash.</summary>
    public required DateTimeOffset LastReported { get; init; }

    /// <summary>From each send to its expiry; whole days, the longest of the sources.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>No send gives it a later expiry; null: each send gives it a new lifetime.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>The five oldest sources, oldest event first.</summary>
    public required ImmutableArray<SourceReference> Sources { get; init; }

    /// <summary>The hundred oldest events, each once, oldest first.</summary>
    public ImmutableArray<Guid> Events { get; init; } = [];

    public required int SourceCount { get; init; }
}

/// <summary>Names one source, for the texts that show where an indicator comes from.</summary>
public sealed record SourceReference(Guid Event, Guid Attribute, string EventInfo);

/// <summary>What a product shall do on a match. Some products have no Warn.</summary>
public enum IndicatorAction { Alert, Block, Allow, Warn }
