using MispGraphSync.Ledger;

namespace MispGraphSync.Output.Report;

/// <summary>What the destinations hold, what expires, and what they rejected.</summary>
internal static class DestinationSections
{
    /// <summary>The top of the page: whether all is well, and a card for each destination.</summary>
    public static void Summary(Html html, ReportData data)
    {
        var (isWell, verdict) = Verdict(data);
        html.Write($"""
            <header>
            <p class="brand">misp-graph</p>
            <h1>Indicators from MISP at Microsoft</h1>
            <p class="asof">As of <time>{data.Status.Now}</time> UTC</p>
            <p class="verdict {(isWell ? "well" : "ill")}">{verdict}</p>

            """);
        if (data.Status.Destinations.Count > 0) html.Write($"<div class=\"cards\">\n");
        foreach (var destination in data.Status.Destinations) Card(html, destination);
        if (data.Status.Destinations.Count > 0) html.Write($"</div>\n");
        html.Write($"</header>\n");
    }

    public static void Expiry(Html html, ReportData data)
    {
        var known = data.Status.Destinations.Where(one => one.IsKnown).ToList();
        if (known.All(one => one.Held == 0))
        {
            html.None("Nothing is held, so nothing expires.");
            return;
        }

        html.Note("All destinations together, without another push. A push renews what MISP still has before it expires.");
        var today = DateOnly.FromDateTime(data.Status.Now.UtcDateTime);
        var days = data.Expiries.Take(ReportData.ComingDays).ToList();
        ColumnChart.Write(html, "expiries", "expiring", $"Expire in {ReportData.ComingDays} days", today, days);
        ColumnChart.Axis(html, today, ReportData.ComingDays);
        if (data.Expiries[^1] > 0) html.Note($"{data.Expiries[^1]:N0} later than that.");
        html.ScrollTable("Expiries and renewals", "terms", ["Destination", "Today", "7 days", "30 days", "Next"], () =>
        {
            foreach (var one in known.Where(one => !one.IsContext))
            {
                Row($"{one.Name} expire", one.Expiries);
                Row($"{one.Name} renewed", one.Renewals);
            }
        });

        void Row(string name, ExpirySummary one) =>
            html.Row(name, [$"{one.Today:N0}", $"{one.Within7Days:N0}", $"{one.Within30Days:N0}", Html.Moment(one.Next)]);
    }

    public static void Rejected(Html html, ReportData data)
    {
        var rejected = data.Rejected;
        if (rejected.Reasons.Count == 0)
        {
            html.None("No indicator is rejected.");
            return;
        }

        html.Write($"""
            <p class="note"><b data-figure="suppressed">{rejected.Suppressed}</b> not resent until the attribute or a setting changes,
            <b data-figure="retried">{rejected.Retried}</b> tried again by the next push.</p>
            <ol class="reasons">

            """);
        var others = new RejectionGroup("", "for other reasons", "") { Count = rejected.Others };
        foreach (var reason in rejected.Others > 0 ? rejected.Reasons.Append(others) : rejected.Reasons)
        {
            html.Write($"<li><p class=\"number\">{reason.Count}</p><div><p class=\"said\">{reason.Reason}</p>");
            html.Write($"<p>{reason.Remedy,1_000}</p><p class=\"where\">{reason.Destination,80}</p></div></li>\n");
        }

        html.Write($"</ol>\n");
        if (rejected.Listed.Count == 0) return;
        html.Write($"<h3>Suppressed</h3>\n<ul class=\"items\">\n");
        foreach (var item in rejected.Listed) Item(html, item);
        html.Write($"</ul>\n<p class=\"note\">");
        if (rejected.Suppressed > rejected.Listed.Count) html.Write($"And {rejected.Suppressed - rejected.Listed.Count} more. ");
        html.Write($"<code>misp-graph errors</code> lists them all, <code>misp-graph errors --retry</code> sends them again.</p>\n");
    }

    private static (bool IsWell, string Text) Verdict(ReportData data)
    {
        if (data.Status.Runs is not [var last, ..])
            return (true, $"There is no ledger at {data.Status.Ledger}: the next push creates it, and fills this page.");
        var outcome = $"Run {last.Run} ({last.Command}) {RunSections.Outcome(last, data.Status)}, {Ago(data.Status.Now - last.Started)}.";
        var isWell = last.ExitCode is null ? data.Status.Lock is not null : last.ExitCode == ExitCodes.Of(RunOutcome.Done);
        if (data.Rejected.Suppressed > 0)
        {
            var suppressed = data.Rejected.Suppressed == 1 ? "1 indicator is" : $"{data.Rejected.Suppressed:N0} indicators are";
            return (false, $"{outcome} {suppressed} suppressed: rejected earlier, unchanged. See below.");
        }

        return (isWell, isWell && last.ExitCode == 0 ? $"{outcome} No indicator is suppressed." : outcome);
    }

    private static string Ago(TimeSpan since) => since switch
    {
        { TotalMinutes: < 2 } => "just now",
        { TotalHours: < 2 } => $"{since.TotalMinutes:0} minutes ago",
        { TotalDays: < 2 } => $"{since.TotalHours:0} hours ago",
        _ => $"{since.TotalDays:0} days ago",
    };

    private static void Card(Html html, DestinationStatus one)
    {
        var share = one.Capacity is { } capacity and > 0 ? $" of {capacity:N0} ({100.0 * one.Held / capacity:0.#}\u00A0%)" : "";
        html.Write($"""
            <section class="card{(one.IsEnabled ? "" : " off")}" aria-label="Destination {one.Name,80}">
            <h2>{one.Name,80} <small>{one.Kind}{(one.Note.Length > 0 ? ", " : "")}{one.Note}</small></h2>
            <p class="big" data-figure="held {one.Name,80}">{one.Held}</p>
            <p class="unit">{(one.IsContext ? "objects of context held" : one.Held == 1 ? "indicator held" : "indicators held")}{share}</p>
            <dl>

            """);
        if (one.Rejected > 0) Fact("rejected", $"{one.Rejected:N0}", " class=ill");
        if (one.DeletionsWithheld is { } withheld)
            Fact("deletions withheld", $"{withheld.Deletions:N0} since {Html.Moment(withheld.Since)}", " class=ill");
        foreach (var open in one.OpenRequests)
            Fact("unconfirmed", $"{Plural.Of(open.Requests, "request")} of run {open.Run}", " class=ill");
        Fact("waiting", one.PlansEverything ? "the next push plans everything" : $"{one.Pending:N0}");
        if (one.Expiries.Past > 0) Fact("expired", $"{one.Expiries.Past:N0}");
        if (!one.IsContext) Fact("next expiry", Html.Moment(one.Expiries.Next));
        html.Write($"</dl>\n</section>\n");

        void Fact(string name, string value, string mark = "") => html.Write($"<div{mark}><dt>{name}</dt><dd>{value}</dd></div>\n");
    }

    private static void Item(Html html, RejectedItem item)
    {
        html.Write($"<li><code class=\"value\">{item.Value ?? "",200}</code>");
        html.Write($"<span>{item.Destination,80}, run {item.Run}");
        if (Html.IsSafeLink(item.EventLink)) html.Write($", <a href=\"{item.EventLink,2_000}\" rel=\"noreferrer noopener\">event</a>");
        html.Write($"</span><q>{item.Response,240}</q></li>\n");
    }
}
