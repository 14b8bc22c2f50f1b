using System.Collections.Immutable;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;

namespace MispGraphSync.Core.Sync;

/// <summary>
/// An event's context with its tags read once, since all of its supports need them: names united with those of the
/// event's own attributes, each once, in ordinal order.
/// </summary>
public sealed class EventFacts
{
    public EventFacts(EventContext context, string source, bool isAged)
    {
        Context = context;
        Source = source;
        IsAged = isAged;
        Reading = TagMap.Read(context.Tags, context.Galaxies);
        Tags = Ordered(Reading.Tags.Concat(context.Campaigns), StringComparer.Ordinal);
        Actors = Ordered(Reading.Actors.Concat(context.Actors), StringComparer.OrdinalIgnoreCase);
        Families = Ordered(Reading.Families.Concat(context.Families), StringComparer.OrdinalIgnoreCase);
        KillChain = [.. Reading.KillChain.Distinct().Order()];
    }

    public EventContext Context { get; }

    /// <summary>The name of the source that the event was read from.</summary>
    public string Source { get; }

    /// <summary>True when the event left the filters only by growing old: its supports stay, but renew nothing.</summary>
    public bool IsAged { get; }

    public TagReading Reading { get; }

    public ImmutableArray<string> Tags { get; }

    public ImmutableArray<string> Actors { get; }

    public ImmutableArray<string> Families { get; }

    public ImmutableArray<KillChainPhase> KillChain { get; }

    /// <summary>When the event was: its date, else its last change.</summary>
    public DateTimeOffset When => Context.Date is { } date ? new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero) : Context.Timestamp;

    private static ImmutableArray<string> Ordered(IEnumerable<string> names, IEqualityComparer<string> same) =>
        [.. names.Distinct(same).Order(StringComparer.Ordinal)];
}

/// <summary>One support with its event: what merging and filtering work on.</summary>
public readonly record struct SupportRow(Support Support, EventFacts Event, TagReading Own)
{
    public SupportRow(Support support, EventFacts @event)
        : this(support, @event, support.Tags.IsEmpty && support.Galaxies.IsEmpty ? TagReading.Empty : TagMap.Read(support.Tags, support.Galaxies))
    {
    }

    /// <summary>The strictest of event and attribute; null when both are untagged.</summary>
    public Tlp? TaggedTlp => Event.Reading.Tlp is { } ofEvent && Own.Tlp is { } own
        ? (Tlp)Math.Max((int)ofEvent, (int)own)
        : Event.Reading.Tlp ?? Own.Tlp;
}
