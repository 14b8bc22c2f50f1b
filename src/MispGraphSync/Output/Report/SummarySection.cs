using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;

namespace MispGraphSync.Output.Report;

/// <summary>The top of the page: whether all is well, and what each destination holds.</summary>
internal static class SummarySection
{
    public static void Write(Html html, ReportData facts)
    {
        var (isWell, verdict) = Verdict(facts);
        html.Write($"""
            <header>
            <p class="brand">misp-graph</p>
            <h1>Indicators from MISP at Microsoft</h1>
            <p class="asof">As of <time>{facts.Status.Now}</time> UTC</p>
            <p class="verdict {(isWell ? "well" : "ill")}">
            """);
        html.Write($"{verdict}</p>\n");
        if (facts.Status.Destinations.Count > 0)
        {
            html.Write($"<div class=\"cards\">\n");
            foreach (var destination in facts.Status.Destinations) Card(html, destination);
            html.Write($"</div>\n");
        }

        html.Write($"</header>\n");
    }

    private static void Card(Html html, DestinationStatus one)
    {
        html.Write($"""
            <section class="card{(one.IsEnabled ? "" : " off")}" aria-label="Destination {one.Info.Name,80}">
            <h2>{one.Info.Name,80} <small>{one.Info.Kind}{Mark(one)}</small></h2>
            <p class="big" data-figure="held {one.Info.Name,80}">{one.Held}</p>
            <p class="unit">{(one.Held == 1 ? "indicator held" : "indicators held")}{Capacity(one)}</p>
            <dl>

            """);
        if (one.Rejected > 0) Fact(html, "turned down", $"{one.Rejected:N0}", isTrouble: true);
        foreach (var open in one.OpenRequests) Fact(html, "unanswered", $"{open.Count:N0} {(open.Count == 1 ? "request" : "requests")} of run {open.Run}", isTrouble: true);
        Fact(html, "waiting", one.PlansEverything ? "the next push looks at everything" : $"{one.Pending:N0}", isTrouble: false);
        if (one.Expiries.Past > 0) Fact(html, "run out", $"{one.Expiries.Past:N0}", isTrouble: false);
        Fact(html, "next expiry", Html.Moment(one.Expiries.Next), isTrouble: false);
        html.Write($"</dl>\n</section>\n");
    }

    private static void Fact(Html html, string name, string value, bool isTrouble) =>
        html.Write($"<div{(isTrouble ? " class=ill" : "")}><dt>{name}</dt><dd>{value}</dd></div>\n");

    private static string Mark(DestinationStatus one) => one switch
    {
        { IsConfigured: false } => ", no longer in the settings",
        { IsEnabled: false } => ", disabled",
        { IsKnown: false } => ", nothing pushed yet",
        _ => "",
    };

    private static string Capacity(DestinationStatus one) =>
        one.Capacity is { } capacity and > 0 ? $" of {capacity:N0} ({100.0 * one.Held / capacity:0.#}\u00A0%)" : "";

    private static (bool IsWell, string Words) Verdict(ReportData facts)
    {
        if (facts.Status.Runs.Count == 0) return (true, "Nothing has been pushed yet. After the first push this page fills itself.");
        var last = facts.Status.Runs[0];
        var how = $"Run {last.Id} {RunLabels.Outcome(last, facts.Status)}, {Ago(facts.Status.Now - last.Started)}.";
        var isWell = last.ExitCode is null ? facts.Status.Lock is not null : last.ExitCode == ExitCodes.Of(RunOutcome.Done);
        if (facts.Rejected.Suppressed > 0) return (false, $"{how} {Items(facts.Rejected.Suppressed)} turned down and held back: see below.");
        return (isWell, isWell && last.ExitCode == 0 ? $"{how} Nothing is held back." : how);
    }

    private static string Items(long count) => count == 1 ? "1 indicator is" : $"{count:N0} indicators are";

    private static string Ago(TimeSpan since) => since switch
    {
        { TotalMinutes: < 2 } => "just now",
        { TotalHours: < 2 } => $"{since.TotalMinutes:0} minutes ago",
        { TotalDays: < 2 } => $"{since.TotalHours:0} hours ago",
        _ => $"{since.TotalDays:0} days ago",
    };
}

/// <summary>How a run ended, in words.</summary>
internal static class RunLabels
{
    public static string Outcome(PastRun run, StatusReport status) => run switch
    {
        { Status: { } slug } => slug.Replace('-', ' '),
        _ when status.Lock is not null && run == status.Runs[0] => "is at work",
        _ => "did not end",
    };
}
