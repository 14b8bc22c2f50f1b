using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MispGraphSync.Settings;

namespace MispGraphSync.Sources.Filters;

/// <summary>
/// Which events a destination takes: those of its sources that its filters select. Conditions on attributes are evaluated while an event
/// is read and kept with it (<see cref="MispEvent.Matches"/>); all others are evaluated when a plan is made.
/// </summary>
internal static class DestinationEvents
{
    /// <summary>Events with more attributes are read again for each condition, so that they need no memory.</summary>
    private const int MostInMemory = 20_000;

    /// <summary>The settings with a policy that knows its events.</summary>
    public static DestinationSettings WithEvents(DestinationSettings settings)
    {
        if (settings.EventFilters.Count == 0 && settings.Sources.Count == 0) return settings;
        var plan = PlanOf(settings);
        var conditions = ConditionsOf(plan);
        var withoutTime = plan.HasRelativeTime ? ConditionsOf(plan.WithoutRelativeTime()) : null;
        var sources = settings.Sources.ToImmutableHashSet(StringComparer.Ordinal);
        return settings with
        {
            Policy = settings.Policy with { Events = Choose, EventsDependOnTime = plan.HasRelativeTime },
        };

        EventChoice Choose(EventFacts facts, DateTimeOffset now)
        {
            if (!sources.IsEmpty && !sources.Contains(facts.Source)) return EventChoice.No;
            if (Matches(conditions, facts.Context, now)) return EventChoice.Yes;
            return withoutTime is not null && Matches(withoutTime, facts.Context, now) ? EventChoice.Aged : EventChoice.No;
        }
    }

    /// <summary>The faults of one filter of a destination, as sentences.</summary>
    public static IEnumerable<string> FaultsOf(JsonElement filter)
    {
        if (EventFilter.Parse(filter, out var faults) is not { } parsed) return faults;
        return parsed.Conditions.SelectMany(FaultsOf);
    }

    /// <summary>What to keep of an event, for all these destinations.</summary>
    public static Func<MispEvent, IEnumerable<EventItem>, IReadOnlyList<ulong>> FinderFor(IEnumerable<DestinationSettings> destinations)
    {
        var conditions = OnAttributes(destinations);
        if (conditions.Count == 0) return static (_, _) => [];
        return (@event, items) =>
        {
            var view = new EventView(@event, InMemory(items), default);
            return [.. conditions.Where(one => one.Condition.Matches(view)).Select(one => one.Hash).Order()];
        };
    }

    /// <summary>Text that changes when something else is to be kept of each event.</summary>
    public static string DetailsFor(IEnumerable<DestinationSettings> destinations) =>
        string.Concat(OnAttributes(destinations).Select(one => one.Hash).Order().Select(
            hash => string.Create(CultureInfo.InvariantCulture, $"\n{hash:x16}")));

    private static List<(Condition Condition, ulong Hash)> OnAttributes(IEnumerable<DestinationSettings> destinations) =>
    [
        .. destinations.SelectMany(one => ConditionsOf(PlanOf(one))).Where(one => one.Condition.Key.NeedsItems).DistinctBy(one => one.Hash),
    ];

    // All of them have to be met. The hash names a condition in the ledger.
    private static List<(Condition Condition, ulong Hash)> ConditionsOf(FilterPlan plan) =>
    [
        .. plan.Filters.SelectMany(filter => filter.Conditions).Select(
            condition => (condition, Hash128.Of($"{condition.Key.Name} {condition.ToJson().ToJsonString()}").High)),
    ];

    private static FilterPlan PlanOf(DestinationSettings settings) =>
        FilterPlan.Parse(settings.EventFilters, out var faults) ?? throw new InvalidOperationException(faults[0]);

    private static bool Matches(List<(Condition Condition, ulong Hash)> conditions, MispEvent context, DateTimeOffset now)
    {
        var view = new EventView(context, [], now);
        return conditions.TrueForAll(
            one => one.Condition.Key.NeedsItems ? context.Matches.Contains(one.Hash) : one.Condition.Matches(view));
    }

    private static IEnumerable<EventItem> InMemory(IEnumerable<EventItem> items)
    {
        var all = new List<EventItem>();
        var attributes = 0;
        foreach (var item in items)
        {
            all.Add(item);
            if ((attributes += item.AttributeCount) > MostInMemory) return items;
        }

        return all;
    }

    private static IEnumerable<string> FaultsOf(Condition condition)
    {
        var name = condition.Key.Name;
        if (condition.Key.MustBeAlone)
            yield return $"\"{name}\" is a search that only MISP's database can do: write it in misp.eventFilters.";
        else if (condition is SwitchCondition { Key.Kind: FilterKind.Deleted, On: true })
            yield return $"\"{name}\": deleted attributes are not read, so no event would have one.";
        else if (condition.Key.IsIgnored) yield return $"\"{name}\" selects no events.";
        if (name is not ("tags" or "event_tags") || condition is not SetCondition set) yield break;
        foreach (var number in set.Any.Concat(set.All).Concat(set.None).Where(tag => long.TryParse(tag, NumberStyles.None, null, out _)))
            yield return $"\"{name}\": tags are known by name here, not by number such as {number}.";
    }
}
