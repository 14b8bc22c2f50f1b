using MispGraphSync.Core.Domain;
using MispGraphSync.Output.Explain;

namespace MispGraphSync.Output.Report;

/// <summary>From the attributes that the ledger knows to the indicators that are held, with each reason on the way.</summary>
internal static class FunnelSection
{
    private static readonly Dictionary<string, string> Meanings = Enum.GetValues<SkipReason>().ToDictionary(reason => reason.Slug(), reason => reason.Meaning());

    public static void Write(Html html, ReportData facts)
    {
        var skipped = facts.Skipped.Sum(one => one.Count);
        var supporting = facts.Breakdown.All.Attributes;
        html.Write($"<section>\n<h2>From MISP to Microsoft</h2>\n");
        if (skipped + supporting == 0)
        {
            html.Write($"<p class=\"none\">The ledger knows no attribute yet.</p>\n</section>\n");
            return;
        }

        html.Write($"<p class=\"note\">As the ledger stands, from {facts.Status.Sources.Sum(one => one.Row.Events)} events. Attributes that only give context to others are in neither number.</p>\n");
        var bars = new BarList(html, skipped + supporting);
        BarList.Begin(html);
        bars.Row("whole", "Attributes read", null, skipped + supporting, figure: "attributes");
        foreach (var (reason, count) in facts.Skipped) bars.Row("skipped", reason, Meanings.GetValueOrDefault(reason), count, figure: $"skipped {reason}");
        bars.Row("kept", "Support an indicator", null, supporting, figure: "supporting");
        BarList.End(html);
        html.Write($"<div class=\"panels narrow\">\n");
        for (var i = 0; i < facts.Destinations.Count; i++) Destination(html, bars, facts, facts.Destinations[i], facts.Breakdown.Skipped[i]);
        html.Write($"</div>\n");
        html.Write($"</section>\n");
    }

    private static void Destination(Html html, BarList bars, ReportData facts, ExplainedDestination destination, IReadOnlyDictionary<SkipReason, long> leftOut)
    {
        var status = facts.Status.Destinations.FirstOrDefault(one => one.Info == destination.Info);
        html.Write($"<div class=\"panel\">\n<h3>{destination.Info.Name,80} <small>{destination.Info.Kind}</small></h3>\n");
        BarList.Begin(html);
        foreach (var (reason, count) in leftOut.OrderByDescending(one => one.Value)) bars.Row("skipped", reason.Slug(), reason.Meaning(), count, figure: $"left-out {destination.Info.Name} {reason.Slug()}");
        if (destination.Eligibility is not null) bars.Row("kept", "Meant for it", "attributes that its settings let through", facts.Breakdown.All.Attributes - leftOut.Values.Sum(), figure: $"meant {destination.Info.Name}");
        Ends(bars, status, destination.Info.Name);
        BarList.End(html);
        if (status is { Capacity: { } capacity } && status.Held >= capacity) html.Write($"<p class=\"note\">Its capacity is reached: what ranks lower is left out (over-capacity).</p>\n");
        html.Write($"</div>\n");
    }

    private static void Ends(BarList bars, DestinationStatus? status, string name)
    {
        if (status is null) return;
        if (status.Rejected > 0) bars.Row("rejected", "Turned down", "by the service, and not taken since", status.Rejected, figure: $"turned-down {name}");
        if (status.Pending > 0) bars.Row("skipped", "Waiting", "changed since the last push", status.Pending);
        bars.Row("held", "Indicators held", "the same value in several attributes is one", status.Held, figure: $"held-of {name}");
    }
}
