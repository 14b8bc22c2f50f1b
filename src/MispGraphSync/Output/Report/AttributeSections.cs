using MispGraphSync.Output.Explain;

namespace MispGraphSync.Output.Report;

/// <summary>The attributes that the ledger knows: the way from read to held, and by type, TLP, organisation and event.</summary>
internal static class AttributeSections
{
    private static readonly Dictionary<string, string> Meanings =
        Enum.GetValues<SkipReason>().ToDictionary(reason => reason.Slug(), reason => reason.Meaning());

    public static void Funnel(Html html, ReportData data)
    {
        var skipped = data.Skipped.Sum(one => one.Count);
        var supporting = data.Breakdown.All.Attributes;
        if (skipped + supporting == 0)
        {
            html.None("The ledger knows no attribute yet.");
            return;
        }

        var sources = data.Status.Sources;
        var each = sources.Count > 1 ? $" ({string.Join(", ", sources.Select(one => $"{one.Name} {one.Events:N0}"))})" : "";
        html.Note($"From {sources.Sum(one => one.Events):N0} events in the ledger{each}. "
            + "Attributes that only give context to others are in neither number.");
        var bars = new BarList(html, skipped + supporting);
        bars.Write(() =>
        {
            bars.Row("whole", "Attributes read", null, skipped + supporting, figure: "attributes");
            foreach (var (reason, count) in data.Skipped)
                bars.Row("skipped", reason, Meanings.GetValueOrDefault(reason), count, figure: $"skipped {reason}");
            bars.Row("kept", "Map to an indicator", null, supporting, figure: "supporting");
        });
        html.Write($"<div class=\"panels narrow\">\n");
        foreach (var (destination, reasons) in data.Destinations.Zip(data.Breakdown.Skipped))
            Destination(html, bars, data, destination, reasons);
        html.Write($"</div>\n");
    }

    public static void Breakdown(Html html, ReportData data)
    {
        var breakdown = data.Breakdown;
        var bars = new BarList(html, breakdown.All.Attributes);
        html.Write($"""
            <p class="note">Attributes that map to an indicator. The strong part of a bar shows those with an indicator held now:
            <b data-figure="supporting-held">{breakdown.All.Held}</b> of {breakdown.All.Attributes}.</p>
            <div class="panels">

            """);
        Panel(html, bars, "By type", () => Counts(bars, breakdown.Types, "other types", "type "));
        Panel(html, bars, "By TLP", () =>
        {
            foreach (var (tlp, count) in breakdown.Tlps)
                bars.Row($"tlp {Slug(tlp)}", Name(tlp), null, count.Attributes, count.Held, figure: $"tlp {Slug(tlp)}");
        });
        Panel(html, bars, "By organisation", () => Counts(bars, breakdown.Organisations, "other organisations"));
        Panel(html, bars, "By event", () => Events(bars, breakdown));
        html.Write($"</div>\n");
    }

    private static void Destination(
        Html html, BarList bars, ReportData data, ExplainedDestination destination, IReadOnlyDictionary<SkipReason, long> skipped)
    {
        var name = destination.Info.Name;
        var status = data.Status.Destinations.FirstOrDefault(one => one.Info == destination.Info);
        html.Write($"<div class=\"panel\">\n<h3>{name,80} <small>{destination.Info.Kind}</small></h3>\n");
        bars.Write(() =>
        {
            foreach (var (reason, count) in skipped.OrderByDescending(one => one.Value))
                bars.Row("skipped", reason.Slug(), reason.Meaning(), count, figure: $"skipped-at {name} {reason.Slug()}");
            var eligible = data.Breakdown.All.Attributes - skipped.Values.Sum();
            if (destination.Eligibility is not null)
                bars.Row("kept", "Eligible", "attributes that its settings accept", eligible, figure: $"eligible {name}");
            if (status is null) return;
            if (status.Rejected > 0)
                bars.Row("rejected", "Rejected", "by the service, and not accepted since", status.Rejected, figure: $"rejected {name}");
            if (status.Pending > 0) bars.Row("skipped", "Waiting", "changed since the last push", status.Pending);
            bars.Row("held", "Indicators held", "the same value in several attributes is one", status.Held, figure: $"held-of {name}");
        });
        if (status is { Capacity: { } capacity } && status.Held >= capacity)
            html.Note("Its capacity is reached: lower ranked indicators are skipped (over-capacity).");
        html.Write($"</div>\n");
    }

    private static void Panel(Html html, BarList bars, string title, Action rows)
    {
        html.Write($"<div class=\"panel\">\n<h3>{title}</h3>\n");
        bars.Write(rows);
        html.Write($"</div>\n");
    }

    private static void Counts(BarList bars, IReadOnlyList<(string? Name, AttributeCount Count)> counts, string rest, string? figure = null)
    {
        foreach (var (name, count) in counts)
        {
            var kind = name is null ? "share rest" : "share";
            var label = name is "" ? "(unknown)" : name ?? rest;
            bars.Row(kind, label, null, count.Attributes, count.Held, figure: name is null || figure is null ? null : figure + name);
        }
    }

    private static void Events(BarList bars, Breakdown breakdown)
    {
        foreach (var one in breakdown.Events)
            bars.Row("share", one.Info.Length == 0 ? "(no title)" : one.Info, null, one.Count.Attributes, one.Count.Held, one.Link);
        var rest = breakdown.EventCount - breakdown.Events.Count;
        if (rest == 0) return;
        var (attributes, held) = (breakdown.Events.Sum(one => one.Count.Attributes), breakdown.Events.Sum(one => one.Count.Held));
        var label = Plural.Of(rest, "other event");
        bars.Row("share rest", label, null, breakdown.All.Attributes - attributes, breakdown.All.Held - held);
    }

    private static string Slug(Tlp? tlp) => tlp switch
    {
        Tlp.Clear => "clear",
        Tlp.Green => "green",
        Tlp.Amber => "amber",
        Tlp.AmberStrict => "amber-strict",
        Tlp.Red => "red",
        _ => "untagged",
    };

    private static string Name(Tlp? tlp) => tlp?.Word() ?? Slug(tlp);
}
