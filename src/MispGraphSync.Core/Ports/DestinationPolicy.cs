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

    /// <summary>Null: no limit.</summary>
    public Tlp? MaxPap { get; init; }

    /// <summary>The destination's own, then the common ones.</summary>
    public ImmutableArray<Rule> Rules { get; init; } = [];

    public ExpiryStart ExpiryStart { get; init; }

    /// <summary>Which events are taken, at a time; null: all that are read.</summary>
    public Func<EventFacts, DateTimeOffset, EventChoice>? Events { get; init; }

    public bool EventsDependOnTime { get; init; }

    /// <summary>What is taken may change from day to day.</summary>
    public bool DependsOnTime => EventsDependOnTime || Rules.Any(rule => rule.DependsOnTime);

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

    /// <summary>What the rules say of a source; earlier rules win.</summary>
    /// <param name="today">The beginning of the run's day.</param>
    public RuleEffect EffectOn(in IndicatorSourceRow row, DateTimeOffset today)
    {
        if (Rules.IsEmpty) return RuleEffect.None;
        var subject = new RuleSubject(row, this, today);
        var effect = RuleEffect.None;
        foreach (var rule in Rules)
        {
            if (rule.Matches(subject)) effect = effect.Or(rule.Then);
        }

        return effect;
    }

    /// <summary>The lifetime of a source, in days.</summary>
    public int DaysFor(in IndicatorSourceRow row, RuleEffect effect) =>
        effect.DaysToExpire ?? DaysFor(row.Source.Type, row.TaggedTlp ?? DefaultTlp);

    /// <summary>When a source ends, whenever it is sent; null: each send gives it a new lifetime.</summary>
    public DateTimeOffset? EndOf(in IndicatorSourceRow row, RuleEffect effect)
    {
        DateTimeOffset? end = ExpiryStart switch
        {
            ExpiryStart.LastSeen => After(row.LastSeen, DaysFor(row, effect)),
            ExpiryStart.Attribute => After(row.ChangedAt, DaysFor(row, effect)),
            _ => null,
        };
        return row.Facts?.EndsAt is { } reported && !(end < reported) ? reported : end;
    }

    // MISP takes any date, up to the last one that there is.
    private static DateTimeOffset? After(DateTimeOffset? start, int days)
    {
        if (start is not { } known) return null;
        return DateTimeOffset.MaxValue - known > TimeSpan.FromDays(days) ? known.AddDays(days) : DateTimeOffset.MaxValue;
    }
}

public enum EventChoice
{
    No,
    Yes,

    /// <summary>It would be taken if it were newer: what is held of it ends at its expiry.</summary>
    Aged,
}

/// <summary>What an indicator's lifetime is counted from.</summary>
public enum ExpiryStart
{
    /// <summary>Each send, so that it is renewed.</summary>
    Sent,

    /// <summary>MISP's last_seen, or the attribute's last change.</summary>
    LastSeen,

    /// <summary>The attribute's last change.</summary>
    Attribute,
}
