using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sources.Filters;

/// <summary>
/// One filter of <c>misp.eventFilters</c>. It selects whole events, never single attributes: a list inside a key is a union, and keys
/// are joined by AND, each a condition of its own on the event.
/// </summary>
internal sealed class EventFilter
{
    private EventFilter(IEnumerable<Condition> conditions) => Conditions = [.. conditions];
    public static EventFilter Everything { get; } = new([]);
    public ImmutableArray<Condition> Conditions { get; }
    public IEnumerable<string> Notes => Conditions.Select(c => c.Key.Note).OfType<string>();

    /// <summary>What is allowed and probably a mistake, one sentence each.</summary>
    public IEnumerable<string> Warnings => Conditions.OfType<SetCondition>().SelectMany(c => c.Warnings);

    /// <summary>How the evaluation here, for feeds and files, may differ from a server's.</summary>
    public IEnumerable<string> LocalNotes =>
        Conditions.Where(c => c.Key.LocalNote is not null).Select(c => $"\"{c.Key.Name}\": {c.Key.LocalNote}");

    /// <summary>A condition moves with the clock, such as <c>last: 5d</c>: unchanged events stop matching.</summary>
    public bool HasRelativeTime => Conditions.Any(c => c.IsRelative);

    /// <summary><see cref="Matches"/> looks at attributes.</summary>
    public bool NeedsItems => Conditions.Any(c => c.Key.NeedsItems);

    /// <summary>The server's count is not this filter's: a part of it is evaluated here.</summary>
    public bool IsEvaluatedHere => Conditions.Any(c => c.Key.IsEvaluatedHere);

    /// <summary>A full-text search is sent alone: MISP ignores most other keys beside it, even <c>eventid</c>.</summary>
    public bool IsFullText => Conditions.Any(c => c.Key.MustBeAlone);

    /// <summary>The part that the server can evaluate in one search.</summary>
    public EventFilter Positive => new(Conditions.Select(c => c.Positive).OfType<Condition>());

    /// <summary>
    /// The searches whose events are to be subtracted from those of <see cref="Positive"/>: one for each key with negated values that
    /// the server would misread, narrowed by the filter's other keys. Without time spans: the clock moves between two searches.
    /// </summary>
    public IEnumerable<EventFilter> Subtracted =>
        from negated in Conditions
        let unwanted = negated.Subtracted
        where unwanted is not null
        let others = Conditions.Where(c => c != negated).Select(c => c.WithoutRelative()?.Positive).OfType<Condition>()
        select new EventFilter(others.Append(unwanted));

    /// <param name="faults">One sentence each; empty for a valid filter.</param>
    public static EventFilter? Parse(JsonElement filter, out IReadOnlyList<string> faults)
    {
        var parser = new FilterParser();
        parser.Read(filter);
        faults = parser.Faults;
        return faults.Count == 0 ? new EventFilter(parser.Conditions) : null;
    }

    /// <summary>The events with one of these ids or UUIDs.</summary>
    public static EventFilter OfEvents(IEnumerable<string> ids) => OfSet("eventid", ids);

    public static EventFilter OfValues(IEnumerable<string> values) => OfSet("value", values);

    /// <summary>The same filter without relative time spans; absolute halves of a range stay.</summary>
    public EventFilter WithoutRelativeTime() =>
        HasRelativeTime ? new(Conditions.Select(c => c.WithoutRelative()).OfType<Condition>()) : this;

    /// <summary>Filters that can each be sent, and whose intersection is this one.</summary>
    public IEnumerable<EventFilter> Split() => IsFullText && Conditions.Any(c => c.IsSent && !c.Key.MustBeAlone)
        ? Conditions.GroupBy(c => c.Key.MustBeAlone).Select(group => new EventFilter(group))
        : [this];

    /// <summary>This filter, and <c>eventid</c> among these.</summary>
    /// <returns>Null when the filter has an <c>eventid</c> of its own, or must be sent without one.</returns>
    public EventFilter? LimitedTo(IEnumerable<string> ids) =>
        IsFullText || Conditions.Any(c => c.Key.Name is "eventid") ? null : new(Conditions.Concat(OfEvents(ids).Conditions));

    /// <summary>
    /// The same filter for a few events whose id and UUID are known: its own <c>eventid</c> is evaluated here. Not for a full-text
    /// search.
    /// </summary>
    /// <returns>Null when none of them can match.</returns>
    public EventFilter? LimitedTo(IEnumerable<EventHeader> events)
    {
        var own = Conditions.FirstOrDefault(c => c.Key.Name is "eventid");
        var ids = events
            .Where(e => own is null || own.Matches(new EventView(new MispEvent { Uuid = e.Uuid, Id = e.Id }, [], default)))
            .Select(e => e.Id?.ToString(CultureInfo.InvariantCulture) ?? e.Uuid.ToString())
            .ToArray();
        return ids.Length == 0 ? null : new(Conditions.Where(c => c != own).Concat(OfEvents(ids).Conditions));
    }

    /// <summary>As the server evaluates it. The items may be enumerated several times.</summary>
    public bool Matches(MispEvent @event, IEnumerable<EventItem> items, DateTimeOffset now)
    {
        var view = new EventView(@event, items, now);
        return Conditions.All(c => c.Matches(view));
    }

    /// <summary>The part that is not sent to the server, on the event's metadata.</summary>
    public bool MatchesMetadata(MispEvent @event)
    {
        var view = new EventView(@event, [], default);
        return Conditions.Where(c => c.Key.IsEvaluatedHere).All(c => c.Matches(view));
    }

    public JsonObject ToJson() =>
        new(Conditions.Where(c => c.IsSent).Select(c => new KeyValuePair<string, JsonNode?>(c.Key.Name, c.ToJson())));

    private static EventFilter OfSet(string key, IEnumerable<string> values) =>
        new([new SetCondition(FilterKeys.Named(key), values, [], [])]);
}
