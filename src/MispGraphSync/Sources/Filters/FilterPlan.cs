using System.Collections.Immutable;
using System.Text.Json;

namespace MispGraphSync.Sources.Filters;

/// <summary>All filters of a run: an event has to match each of them. Without a filter every event matches.</summary>
internal sealed record FilterPlan(ImmutableArray<EventFilter> Filters)
{
    public static FilterPlan Everything { get; } = new([]);
    public bool HasRelativeTime => Filters.Any(f => f.HasRelativeTime);
    public bool NeedsItems => Filters.Any(f => f.NeedsItems);
    public IEnumerable<string> Notes => Filters.SelectMany(f => f.Notes).Distinct();
    public IEnumerable<string> LocalNotes => Filters.SelectMany(f => f.LocalNotes).Distinct();

    /// <param name="faults">Each begins with the location, such as <c>misp.eventFilters[0]: </c>.</param>
    public static FilterPlan? Parse(IReadOnlyList<JsonElement> filters, out IReadOnlyList<string> faults)
    {
        var parsed = new List<EventFilter>();
        var all = new List<string>();
        for (var i = 0; i < filters.Count; i++)
        {
            if (EventFilter.Parse(filters[i], out var found) is { } filter) parsed.AddRange(filter.Split());
            all.AddRange(found.Select(fault => $"misp.eventFilters[{i}]: {fault}"));
        }
        faults = all;
        return all.Count == 0 ? new FilterPlan([.. parsed]) : null;
    }

    public FilterPlan LimitedTo(IReadOnlyCollection<string> ids) => Filters.IsEmpty
        ? new FilterPlan([EventFilter.OfEvents(ids)])
        : new FilterPlan([.. Filters.SelectMany(
            f => f.LimitedTo(ids) is { } limited ? [limited] : new[] { f, EventFilter.OfEvents(ids) })]);

    public FilterPlan WithoutRelativeTime() =>
        HasRelativeTime ? new FilterPlan([.. Filters.Select(f => f.WithoutRelativeTime())]) : this;

    public bool Matches(MispEvent @event, IEnumerable<EventItem> items, DateTimeOffset now) =>
        Filters.All(f => f.Matches(@event, items, now));
}
