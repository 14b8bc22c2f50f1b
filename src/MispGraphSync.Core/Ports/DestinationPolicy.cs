using System.Collections.Immutable;

namespace MispGraphSync.Core.Ports;

/// <summary>The settings that decide which sources reach a destination, and what is sent.</summary>
public sealed record DestinationPolicy
{
    public IndicatorAction Action { get; init; } = IndicatorAction.Alert;

    public bool PassiveOnly { get; init; }

    public int DaysToExpire { get; init; } = 30;

    /// <summary>Days by MISP type; wins over <see cref="ExpiryByTlp"/>.</summary>
    public ImmutableDictionary<string, int> ExpiryByType { get; init; } = ImmutableDictionary<string, int>.Empty;

    public ImmutableDictionary<Tlp, int> ExpiryByTlp { get; init; } = ImmutableDictionary<Tlp, int>.Empty;

    public Tlp DefaultTlp { get; init; } = Tlp.Amber;

    public Tlp MaxTlp { get; init; } = Tlp.AmberStrict;

    public int DefaultConfidence { get; init; } = 50;

    public ThreatType DefaultThreatType { get; init; } = ThreatType.WatchList;

    /// <summary>MISP types to take; empty = all.</summary>
    public ImmutableHashSet<string> Types { get; init; } = [];

    public ImmutableHashSet<string> ExcludeTypes { get; init; } = [];

    /// <summary>Tag names, compared without case.</summary>
    public ImmutableHashSet<string> ExcludeTags { get; init; } = [];

    /// <summary>Days from a send to its expiry: the type's own, else the TLP's, else the common one.</summary>
    public int DaysFor(string type, Tlp tlp) =>
        ExpiryByType.TryGetValue(type, out var days) || ExpiryByTlp.TryGetValue(tlp, out days) ? days : DaysToExpire;
}
