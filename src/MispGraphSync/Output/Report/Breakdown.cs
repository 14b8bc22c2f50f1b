using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Output.Explain;

namespace MispGraphSync.Output.Report;

/// <summary>What the attributes that support an indicator are: one pass over all of them, in flat memory.</summary>
internal sealed record Breakdown
{
    /// <summary>Of each breakdown; the rest is one line.</summary>
    private const int MostShown = 10;

    /// <summary>All of them together.</summary>
    public required AttributeCount All { get; init; }

    public required IReadOnlyList<(string? Name, AttributeCount Share)> Types { get; init; }

    /// <summary>From clear to red, untagged last; only those that there are.</summary>
    public required IReadOnlyList<(Tlp? Tlp, AttributeCount Share)> Tlps { get; init; }

    /// <summary>The organisations that made the events; an empty name where MISP tells none.</summary>
    public required IReadOnlyList<(string? Name, AttributeCount Share)> Organisations { get; init; }

    public required IReadOnlyList<CountedEvent> Events { get; init; }

    /// <summary>How many events have at least one of them.</summary>
    public required long EventCount { get; init; }

    /// <summary>By destination, in the order given: why it leaves attributes out, by its settings as they are now.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<SkipReason, long>> Skipped { get; init; }

    public static Breakdown Count(LedgerFile ledger, IReadOnlyList<ExplainedDestination> destinations)
    {
        var (all, types, organisations, tlps) = (default(AttributeCount), new TopCounts(), new TopCounts(), new SortedDictionary<int, AttributeCount>());
        var events = new TopEvents(MostShown);
        var leftOut = destinations.Select(_ => new SortedDictionary<SkipReason, long>()).ToList();
        foreach (var attribute in new AttributeReader(ledger).All())
        {
            var first = attribute.Sources[0];
            all = all.Plus(attribute.IsHeld);
            types.Add(first.Source.Type, attribute.IsHeld);
            organisations.Add(first.Event.Context.Organisation ?? "", attribute.IsHeld);
            var tlp = first.TaggedTlp is { } tagged ? (int)tagged : int.MaxValue;
            tlps[tlp] = tlps.GetValueOrDefault(tlp).Plus(attribute.IsHeld);
            events.Add(attribute.Event, first.Event.Context, attribute.IsHeld);
            for (var i = 0; i < destinations.Count; i++)
            {
                if (FirstRefusal(destinations[i], attribute.Sources) is { } reason) leftOut[i][reason] = leftOut[i].GetValueOrDefault(reason) + 1;
            }
        }

        var links = new EventLinks(ledger);
        return new Breakdown
        {
            All = all,
            Types = types.Top(MostShown),
            Tlps = [.. tlps.Select(one => (one.Key == int.MaxValue ? (Tlp?)null : (Tlp)one.Key, one.Value))],
            Organisations = organisations.Top(MostShown),
            Events = [.. events.Top().Select(one => one with { Link = links.Find(one.Row).Link })],
            EventCount = events.Count,
            Skipped = leftOut,
        };
    }

    // Null when it takes one of them, as when the attribute was read.
    private static SkipReason? FirstRefusal(ExplainedDestination destination, IReadOnlyList<IndicatorSourceRow> supports)
    {
        if (destination.Eligibility is null) return null;
        SkipReason? first = null;
        foreach (var support in supports)
        {
            if (destination.Eligibility.SkipReasonFor(support) is not { } reason) return null;
            first = first is null || reason < first ? reason : first;
        }

        return first;
    }
}

/// <param name="Row">The ledger's.</param>
/// <param name="Link">Null where nowhere.</param>
internal sealed record CountedEvent(long Row, string Info, AttributeCount Share, string? Link = null);

/// <summary>The greatest events of a walk that comes event by event.</summary>
internal sealed class TopEvents(int most)
{
    private const int LongestInfo = 200;

    private readonly PriorityQueue<CountedEvent, long> _greatest = new();
    private CountedEvent? _current;

    public long Count { get; private set; }

    public void Add(long row, EventContext context, bool isHeld)
    {
        if (_current?.Row != row)
        {
            Keep();
            Count++;
            _current = new CountedEvent(row, context.Info.Length > LongestInfo ? context.Info[..LongestInfo] + '…' : context.Info, default);
        }

        _current = _current! with { Share = _current.Share.Plus(isHeld) };
    }

    public IReadOnlyList<CountedEvent> Top()
    {
        Keep();
        _current = null;
        return [.. _greatest.UnorderedItems.Select(one => one.Element).OrderByDescending(one => one.Share.Attributes).ThenBy(one => one.Row)];
    }

    private void Keep()
    {
        if (_current is null) return;
        _greatest.Enqueue(_current, _current.Share.Attributes);
        if (_greatest.Count > most) _greatest.Dequeue();
    }
}
