using MispGraphSync.Core.Domain;

namespace MispGraphSync.Output.Report;

/// <summary>What the attributes that support an indicator are, and how many of each kind are held.</summary>
internal static class BreakdownSection
{
    public static void Write(Html html, ReportData facts)
    {
        var makeup = facts.Breakdown;
        if (makeup.All.Attributes == 0) return;
        var bars = new BarList(html, makeup.All.Attributes);
        html.Write($"""
            <section>
            <h2>What they are</h2>
            <p class="note">Attributes that support an indicator. The strong part of a bar is those with an indicator that is held now: <b data-figure="supporting-held">{makeup.All.Held}</b> of {makeup.All.Attributes}.</p>
            <div class="panels">

            """);
        Panel(html, "By type", makeup.Types, bars, "other types");
        Begin(html, "By TLP");
        foreach (var (tlp, share) in makeup.Tlps) bars.Row($"tlp {Slug(tlp)}", Name(tlp), null, share.Attributes, share.Held, figure: $"tlp {Slug(tlp)}");
        BarList.End(html);
        html.Write($"</div>\n");
        Panel(html, "By organisation", makeup.Organisations, bars, "other organisations");
        Begin(html, "By event");
        foreach (var one in makeup.Events) bars.Row("share", one.Info.Length == 0 ? "(no title)" : one.Info, null, one.Share.Attributes, one.Share.Held, one.Link);
        var rest = makeup.EventCount - makeup.Events.Count;
        var counted = makeup.Events.Aggregate(default(AttributeCount), (sum, one) => sum + one.Share);
        if (rest > 0) bars.Row("share rest", $"{rest:N0} other {(rest == 1 ? "event" : "events")}", null, makeup.All.Attributes - counted.Attributes, makeup.All.Held - counted.Held);
        BarList.End(html);
        html.Write($"</div>\n</div>\n</section>\n");
    }

    private static void Panel(Html html, string title, IReadOnlyList<(string? Name, AttributeCount Share)> counts, BarList bars, string rest)
    {
        Begin(html, title);
        foreach (var (name, share) in counts)
        {
            var isRest = name is null;
            bars.Row(isRest ? "share rest" : "share", name is "" ? "(not told)" : name ?? rest, null, share.Attributes, share.Held, figure: isRest || title != "By type" ? null : $"type {name}");
        }

        BarList.End(html);
        html.Write($"</div>\n");
    }

    private static void Begin(Html html, string title)
    {
        html.Write($"<div class=\"panel\">\n<h3>{title}</h3>\n");
        BarList.Begin(html);
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

    private static string Name(Tlp? tlp) => tlp == Tlp.AmberStrict ? "amber+strict" : Slug(tlp);
}
