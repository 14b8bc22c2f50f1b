using System.Collections.Immutable;
using MispGraphSync.Core.Mapping;

namespace MispGraphSync.Core.Ports;

/// <summary>
/// An event's context with its tags read once, since all of its sources need them: names united with those of the
/// event's own attributes, each once, in ordinal order.
/// </summary>
public sealed class EventFacts
{
    public EventFacts(MispEvent context, string source, bool isAged)
    {
        Context = context;
        Source = source;
        IsAged = isAged;
        Tagging = TagMap.Read(context.Tags, context.Galaxies);
        Tags = Ordered(Tagging.Tags.Concat(context.Campaigns), StringComparer.Ordinal);
        Actors = Ordered(Tagging.Actors.Concat(context.Actors), StringComparer.OrdinalIgnoreCase);
        Families = Ordered(Tagging.Families.Concat(context.Families), StringComparer.OrdinalIgnoreCase);
        KillChain = [.. Tagging.KillChain.Distinct().Order()];
    }

    public MispEvent Context { get; }

    /// <summary>The name of the source that the event was read from.</summary>
    public string Source { get; }

    /// <summary>True when the event left the filters only by growing old: its sources stay, but renew nothing.</summary>
    public bool IsAged { get; }

    public TagMeaning Tagging { get; }

    public ImmutableArray<string> Tags { get; }

    public ImmutableArray<string> Actors { get; }

    public ImmutableArray<string> Families { get; }

    public ImmutableArray<KillChainPhase> KillChain { get; }

    /// <summary>When the event was: its date, else its last change.</summary>
    public DateTimeOffset When => Context.Date is { } date ? new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero) : Context.Timestamp;

    private static ImmutableArray<string> Ordered(IEnumerable<string> names, IEqualityComparer<string> same) =>
        [.. names.Distinct(same).Order(StringComparer.Ordinal)];
}

/// <summary>One indicator source with its event, for merging and filtering.</summary>
public readonly record struct IndicatorSourceRow(IndicatorSource Source, EventFacts Event, TagMeaning Own)
{
    public IndicatorSourceRow(IndicatorSource source, EventFacts @event)
        : this(
            source, @event,
            source.Tags.IsEmpty && source.Galaxies.IsEmpty ? TagMeaning.Empty : TagMap.Read(source.Tags, source.Galaxies))
    {
    }

    /// <summary>What the server says of the attribute besides its event; null for nothing.</summary>
    public AttributeFacts? Facts { get; init; }

    /// <summary>Whole points of a decay score, rounded down; null where none is read.</summary>
    public int? DecayScore => Facts?.DecayScore;

    /// <summary>
    /// The score where the source's settings make it the confidence, in steps of 10: each point is no reason to send an indicator again.
    /// </summary>
    public int? ScoreAsConfidence => Facts is { IsConfidence: true } ? DecayScore / 10 * 10 : null;

    /// <summary>How many sightings call the attribute a false positive; null for none.</summary>
    public int? FalsePositives => Facts?.FalsePositives;

    /// <summary>The strictest of event and attribute; null when both are untagged.</summary>
    public Tlp? TaggedTlp => Strictest(Event.Tagging.Tlp, Own.Tlp);

    /// <inheritdoc cref="TaggedTlp"/>
    public Tlp? Pap => Strictest(Event.Tagging.Pap, Own.Pap);

    /// <summary>The score where that is asked for, else the attribute's own, else the event's; null when both are untagged.</summary>
    public int? TaggedConfidence => ScoreAsConfidence ?? Own.Confidence ?? Event.Tagging.Confidence;

    /// <summary>The attribute's last change, else the event's, else its date; null where none of them is known.</summary>
    public DateTimeOffset? ChangedAt => Known(Source.Timestamp) ?? Known(Event.Context.Timestamp) ?? Known(Event.When);

    /// <summary>Without a first_seen, when the event was; null where that is not known either.</summary>
    public DateTimeOffset? FirstSeen => Source.FirstSeen ?? Known(Event.When);

    /// <summary>Without a last_seen, <see cref="ChangedAt"/>.</summary>
    public DateTimeOffset? LastSeen => Source.LastSeen ?? ChangedAt;

    /// <summary>Those of an indicator of this shape, which the source must have.</summary>
    public ImmutableArray<Observable> ObservablesIn(IndicatorShape shape) =>
        shape == IndicatorShape.Single ? [Source.Single!] : Source.Combined;

    // MISP's feeds may have no time, and 1970 stands for that.
    private static DateTimeOffset? Known(DateTimeOffset time) => time == DateTimeOffset.UnixEpoch ? null : time;

    private static Tlp? Strictest(Tlp? ofEvent, Tlp? own) =>
        ofEvent is { } one && own is { } other ? (Tlp)Math.Max((int)one, (int)other) : ofEvent ?? own;
}
