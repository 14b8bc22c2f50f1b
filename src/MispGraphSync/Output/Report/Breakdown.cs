using MispGraphSync.Ledger;
using MispGraphSync.Output.Explain;

namespace MispGraphSync.Output.Report;

/// <summary>The attributes that give an indicator, counted in one pass in bounded memory.</summary>
/// <param name="Types">The most frequent; a null name counts the others.</param>
/// <param name="Tlps">From clear to red, untagged last; without empty ones.</param>
/// <param name="Organisations">Those that created the events; an empty name where MISP has none.</param>
/// <param name="EventCount">How many events have such an attribute.</param>
/// <param name="Skipped">For each destination, in the order given: attributes that it skips by its present settings.</param>
internal sealed record Breakdown(
    AttributeCount All,
    IReadOnlyList<(string? Name, AttributeCount Count)> Types,
    IReadOnlyList<(Tlp? Tlp, AttributeCount Count)> Tlps,
    IReadOnlyList<(string? Name, AttributeCount Count)> Organisations,
    IReadOnlyList<CountedEvent> Events,
    long EventCount,
    IReadOnlyList<IReadOnlyDictionary<SkipReason, long>> Skipped)
{
    /// <summary>Of each list; the rest is one line.</summary>
    private const int MaxShown = 10;

    public static Breakdown Count(LedgerFile ledger, IReadOnlyList<ExplainedDestination> destinations)
    {
        var (all, types, organisations) = (default(AttributeCount), new TopCounts(), new TopCounts());
        var (tlps, events) = (new SortedDictionary<int, AttributeCount>(), new TopEvents(MaxShown));
        var skipped = destinations.Select(_ => new SortedDictionary<SkipReason, long>()).ToList();
        var attributes = new AttributeReader(ledger);
        foreach (var attribute in attributes.All())
        {
            var first = attribute.Sources[0];
            all = all.Plus(attribute.IsHeld);
            types.Add(first.Source.Type, attribute.IsHeld);
            organisations.Add(first.Event.Context.Organisation ?? "", attribute.IsHeld);
            var tlp = first.TaggedTlp is { } tagged ? (int)tagged : int.MaxValue;
            tlps[tlp] = tlps.GetValueOrDefault(tlp).Plus(attribute.IsHeld);
            events.Add(attribute.Event, first.Event.Context.Info, attribute.IsHeld);
            for (var i = 0; i < destinations.Count; i++)
            {
                if (destinations[i].SkipReasonFor(attribute.Sources) is not { } reason) continue;
                skipped[i][reason] = skipped[i].GetValueOrDefault(reason) + 1;
            }
        }

        return new Breakdown(
            all, types.Top(MaxShown), [.. tlps.Select(one => (one.Key == int.MaxValue ? (Tlp?)null : (Tlp)one.Key, one.Value))],
            organisations.Top(MaxShown), [.. events.Top().Select(one => one with { Link = attributes.Link(one.Row).Link })],
            events.Count, skipped);
    }
}

/// <param name="Held">Those with an indicator that a destination holds.</param>
internal readonly record struct AttributeCount(long Attributes, long Held)
{
    public static AttributeCount operator +(AttributeCount one, AttributeCount other) =>
        new(one.Attributes + other.Attributes, one.Held + other.Held);

    public AttributeCount Plus(bool isHeld) => new(Attributes + 1, Held + (isHeld ? 1 : 0));
}

/// <param name="Row">The ledger's.</param>
/// <param name="Link">Null where the source has none.</param>
internal sealed record CountedEvent(long Row, string Info, AttributeCount Count, string? Link = null);

/// <summary>Counts by name. The number of names is bounded: further ones count as others.</summary>
internal sealed class TopCounts
{
    private const int MaxNames = 20_000;
    private const int MaxLength = 200;

    private readonly Dictionary<string, AttributeCount> _counts = new(StringComparer.Ordinal);
    private AttributeCount _others;

    public static string Shorten(string name) => name.Length > MaxLength ? name[..MaxLength] + '…' : name;

    public void Add(string name, bool isHeld)
    {
        name = Shorten(name);
        if (_counts.TryGetValue(name, out var count) || _counts.Count < MaxNames) _counts[name] = count.Plus(isHeld);
        else _others = _others.Plus(isHeld);
    }

    /// <summary>The most frequent; the others come last, without a name.</summary>
    public IReadOnlyList<(string? Name, AttributeCount Count)> Top(int most)
    {
        var ordered = _counts.OrderByDescending(one => one.Value.Attributes).ThenBy(one => one.Key, StringComparer.Ordinal).ToList();
        var others = ordered.Skip(most).Aggregate(_others, (sum, one) => sum + one.Value);
        var top = ordered.Take(most).Select(one => ((string?)one.Key, one.Value));
        return [.. others.Attributes > 0 ? top.Append((null, others)) : top];
    }
}

/// <summary>The largest events of attributes that come event by event.</summary>
internal sealed class TopEvents(int most)
{
    private readonly PriorityQueue<CountedEvent, long> _largest = new();
    private CountedEvent? _current;

    public long Count { get; private set; }

    public void Add(long row, string info, bool isHeld)
    {
        if (_current?.Row != row)
        {
            Keep();
            Count++;
            _current = new CountedEvent(row, TopCounts.Shorten(info), default);
        }

        _current = _current! with { Count = _current.Count.Plus(isHeld) };
    }

    public IReadOnlyList<CountedEvent> Top()
    {
        Keep();
        _current = null;
        var events = _largest.UnorderedItems.Select(one => one.Element);
        return [.. events.OrderByDescending(one => one.Count.Attributes).ThenBy(one => one.Row)];
    }

    private void Keep()
    {
        if (_current is null) return;
        _largest.Enqueue(_current, _current.Count.Attributes);
        if (_largest.Count > most) _largest.Dequeue();
    }
}
