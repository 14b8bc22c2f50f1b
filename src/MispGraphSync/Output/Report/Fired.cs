using MispGraphSync.Ledger;

namespace MispGraphSync.Output.Report;

/// <summary>What fired in the days of the report. An alert counts for each event that is behind its indicators.</summary>
/// <param name="Days">Alerts by the day of their first activity.</param>
internal sealed record Fired(
    IReadOnlyList<long> Days, IReadOnlyList<FiredIndicator> Indicators, long IndicatorCount, IReadOnlyList<FiredEvent> Events,
    IReadOnlyList<(string Name, long Alerts)> Organisations, IReadOnlyList<(string Name, long Alerts)> Galaxies)
{
    private const int MaxShown = 10;
    private const int MaxIndicators = 20;
    private const int MaxSources = 100_000;
    private const int KeysAtATime = 1_000;

    /// <summary>Null: no alert was ever looked at.</summary>
    public static Fired? Gather(LedgerFile ledger, DateOnly first, int days)
    {
        var figures = new HitFigures(ledger);
        if (!figures.HasLooked) return null;
        var hits = new HitLedger(ledger).List(new DateTimeOffset(first, TimeOnly.MinValue, TimeSpan.Zero));
        var rows = DestinationRow.All(ledger).ToDictionary(row => row.Id);
        var (events, organisations, galaxies) = (
            new Dictionary<long, FiredEvent>(), new Dictionary<string, long>(), new Dictionary<string, long>());
        var search = new IndicatorSourceSearch(ledger);
        foreach (var some in hits.Chunk(KeysAtATime))
        {
            var byKey = some.Where(hit => rows.ContainsKey(hit.Destination))
                .ToLookup(hit => (rows[hit.Destination].Shape, hit.Observables), hit => hit.Alerts);
            var found = search.Find(new IndicatorSourceQuery { Keys = some.Select(hit => hit.Observables).ToHashSet() }, MaxSources);
            // The events of an indicator, each once.
            var seen = new HashSet<(long, Hash128, IndicatorShape)>();
            foreach (var source in found)
            {
                foreach (var shape in Enum.GetValues<IndicatorShape>())
                {
                    if (source.Key(shape) is not { } key || byKey[(shape, key)].Sum() is not (> 0 and var alerts)) continue;
                    if (!seen.Add((source.Event, key, shape))) continue;
                    var facts = source.Row.Event;
                    var known = events.GetValueOrDefault(source.Event) ?? new FiredEvent(source.Event, facts.Context.Info, null, 0);
                    events[source.Event] = known with { Alerts = known.Alerts + alerts };
                    Add(organisations, facts.Context.Organisation ?? "(unknown)", alerts);
                    foreach (var name in facts.Actors.Concat(facts.Families)) Add(galaxies, name, alerts);
                }
            }
        }

        return new Fired(
            figures.ByDay(first, days),
            [.. hits.OrderByDescending(hit => hit.Alerts).Take(MaxIndicators).Select(hit => new FiredIndicator(
                $"{hit.Label}", rows.GetValueOrDefault(hit.Destination)?.Info.Name ?? "", hit.Alerts, hit.FalsePositives, hit.Last))],
            hits.Count,
            [.. events.Values.OrderByDescending(one => one.Alerts).ThenBy(one => one.Row).Take(MaxShown)
                .Select(one => one with { Link = search.Link(one.Row).Link })],
            Top(organisations), Top(galaxies));
    }

    private static void Add(Dictionary<string, long> counts, string name, long alerts) =>
        counts[TopCounts.Shorten(name)] = counts.GetValueOrDefault(TopCounts.Shorten(name)) + alerts;

    private static IReadOnlyList<(string, long)> Top(Dictionary<string, long> counts) =>
        [.. counts.OrderByDescending(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal).Take(MaxShown)
            .Select(one => (one.Key, one.Value))];
}

internal sealed record FiredIndicator(string Label, string Destination, long Alerts, long FalsePositives, DateTimeOffset Last);

/// <param name="Row">The ledger's.</param>
internal sealed record FiredEvent(long Row, string Info, string? Link, long Alerts);

/// <summary>A chart of hits, the events that mattered most, and the indicators.</summary>
internal static class FiredSections
{
    public static void Write(Html html, ReportData data)
    {
        if (data.Fired is not { } fired)
        {
            html.None("No alert was looked at yet: misp-graph hits reads them.");
            return;
        }

        if (fired.IndicatorCount == 0)
        {
            html.None("No indicator fired in these days. That does not mean that none was of use: see docs/hits.md.");
            return;
        }

        html.Note($"{Plural.Of(fired.IndicatorCount, "indicator")} in alerts. An alert counts once for each event behind it.");
        ColumnChart.Write(html, "fired", "put", "Alerts", data.FirstDay, fired.Days);
        ColumnChart.Axis(html, data.FirstDay, ReportData.PastDays);
        var bars = new BarList(html, Math.Max(1, fired.Events.Select(one => one.Alerts).DefaultIfEmpty().Max()));
        html.Write($"<div class=\"panels\">\n");
        Panel(html, bars, "Events that mattered most", () =>
        {
            foreach (var one in fired.Events)
                bars.Row("share", one.Info.Length == 0 ? "(no title)" : one.Info, null, one.Alerts, link: one.Link);
        });
        Panel(html, bars, "By organisation", () => Rows(bars, fired.Organisations));
        Panel(html, bars, "By galaxy", () => Rows(bars, fired.Galaxies));
        html.Write($"</div>\n");
        html.ScrollTable("Indicators that fired", "fired", ["Indicator", "Destination", "Alerts", "False positives", "Last"], () =>
        {
            foreach (var one in fired.Indicators)
                html.Row(one.Label, [one.Destination, $"{one.Alerts:N0}", $"{one.FalsePositives:N0}", Html.Moment(one.Last)]);
        });
    }

    private static void Rows(BarList bars, IReadOnlyList<(string Name, long Alerts)> counts)
    {
        foreach (var (name, alerts) in counts) bars.Row("share", name, null, alerts);
    }

    private static void Panel(Html html, BarList bars, string title, Action rows)
    {
        html.Write($"<div class=\"panel\">\n<h3>{title}</h3>\n");
        bars.Write(rows);
        html.Write($"</div>\n");
    }
}
