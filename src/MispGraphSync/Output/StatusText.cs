using MispGraphSync.Ledger;

namespace MispGraphSync.Output;

/// <summary>The status for people: the run in progress, each destination, each source, the last runs.</summary>
internal static class StatusText
{
    public static string Of(StatusReport report)
    {
        var text = new List<string>();
        if (report.IsNew) text.Add($"There is no ledger at {report.Ledger}: the next push creates it.");
        if (report.Lock is { } owner)
            text.Add($"In progress: process {owner.Process} on {Sanitize.ForDisplay(owner.Host, 80)}, since {Times.Text(owner.Started)}.");
        foreach (var destination in report.Destinations) text.AddRange(["", .. Destination(destination, report)]);
        if (report.Sources.Count > 0) text.Add("");
        foreach (var source in report.Sources) text.AddRange(Source(source));
        if (report.Runs.Count > 0) text.AddRange(["", report.Runs.Count == 1 ? "The last run" : $"The last {report.Runs.Count} runs"]);
        foreach (var run in report.Runs) text.AddRange(Run(run, report));
        return string.Join('\n', text).Trim('\n');
    }

    private static IEnumerable<string> Destination(DestinationStatus one, StatusReport report)
    {
        var notes = new[] { one.Name == one.Kind ? "" : one.Kind, one.Note }.Where(note => note.Length > 0).ToList();
        yield return Sanitize.ForDisplay(one.Name, 80) + (notes.Count > 0 ? $" ({string.Join(", ", notes)})" : "");
        if (!one.IsKnown) yield break;
        var share = one.Capacity is { } capacity and > 0 ? $" of {capacity:N0} ({100.0 * one.Held / capacity:0.#} % of the capacity)" : "";
        yield return $"  held         {one.Held:N0}{share}";
        if (one.Rejected > 0) yield return $"  rejected     {one.Rejected:N0}: see 'misp-graph errors'";
        if (one.DeletionsWithheld is { } withheld)
        {
            var since = $"since run {withheld.Run} ({Times.Text(withheld.Since)})";
            yield return $"  withheld     {Plural.Of(withheld.Deletions, "deletion")}, {since}: see 'misp-graph plan'";
        }

        if (one.Hits is { } hits)
        {
            var last = hits.LastActivity is { } at ? $", last {Times.Text(at)}" : "";
            var known = hits.LastCompleteLook is { } look ? $"alerts are known up to {Times.Text(look)}" : "no complete look at alerts yet";
            var fired = $"{Plural.Of(hits.Indicators, "indicator")} in {Plural.Of(hits.Alerts, "alert")} of 30 days";
            yield return $"  fired        {fired}{last}; {known}";
        }

        if (!one.IsContext)
        {
            yield return $"  renewals     {Summary(one.Renewals, "due")}";
            yield return $"  expire       unless renewed: {Summary(one.Expiries, "expired")}";
        }

        yield return $"  pending      {(one.PlansEverything ? "the next push plans everything again" : Plural.Of(one.Pending, "change"))}";
        foreach (var open in one.OpenRequests)
        {
            var requests = $"{Plural.Of(open.Requests, "request")} of run {open.Run}";
            var isInProgress = report.Runs is [var newest, ..] && newest.Run == open.Run && report.IsInProgress(newest);
            yield return isInProgress
                ? $"  in flight    {requests}"
                : $"  unconfirmed  {requests} got no response; the next push reconciles them";
        }
    }

    private static string Summary(ExpirySummary summary, string past)
    {
        var next = summary.Next is { } at ? $"; next {Times.Text(at)}" : "";
        var now = summary.Past > 0 ? $"; {summary.Past:N0} {past}" : "";
        return $"{summary.Today:N0} today, {summary.Within7Days:N0} in 7 days, {summary.Within30Days:N0} in 30 days{next}{now}";
    }

    private static IEnumerable<string> Source(SourceStatus one)
    {
        var aged = one.Aged > 0 ? $", {one.Aged:N0} of them aged" : "";
        yield return $"{Sanitize.ForDisplay(one.Name, 120)}: {Plural.Of(one.Events, "event")}{aged}";
        var next = one.IsConfigured ? $", next in full {Times.Text(one.NextFullRead)}" : "";
        yield return $"  last complete read {Times.Text(one.LastCompleteRead)}, in full {Times.Text(one.LastFullRead)}{next}";
        if (!one.IsConfigured && one.Events > 0) yield return "  not in the settings: what only it has ends at its expiry";
    }

    private static IEnumerable<string> Run(ReportedRun run, StatusReport report)
    {
        var outcome = run.Status is { } status ? $"{status} (exit {run.ExitCode})"
            : report.IsInProgress(run) ? "in progress"
            : "not finished (process killed or crashed, or its end could not be saved)";
        var duration = run.Ended is { } ended ? $" in {Durations.Text(ended - run.Started)}" : "";
        yield return $"  {run.Run,5}  {Times.Text(run.Started)}  {run.Command,-14}  {outcome}{duration}";
        foreach (var one in run.Destinations) yield return $"         {Sanitize.ForDisplay(one.Name, 80)}: {Counts(one)}";
    }

    private static string Counts(ReportedDestination one)
    {
        if (one is { Accepted: 0, Rejected: 0, Unknown: 0, NotAttempted: 0 }) return "nothing sent";
        var deleted = one.Deleted > 0 ? $" ({one.Deleted:N0} deleted)" : "";
        var unknown = one.Unknown > 0 ? $", {one.Unknown:N0} unknown" : "";
        var notAttempted = one.NotAttempted > 0 ? $", {one.NotAttempted:N0} not attempted" : "";
        return $"{one.Accepted:N0} accepted{deleted}, {one.Rejected:N0} rejected{unknown}{notAttempted}";
    }
}
