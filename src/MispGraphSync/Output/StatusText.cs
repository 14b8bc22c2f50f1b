using System.Text;
using MispGraphSync.Ledger;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>The status for people: who is at work, what each destination holds, what was read, what the last runs did.</summary>
internal static class StatusText
{
    public static string Of(StatusReport report)
    {
        var text = new StringBuilder();
        if (report.IsNew) text.AppendLine($"Nothing has been pushed yet: there is no ledger at {report.Ledger}.");
        if (report.Lock is { } owner) text.AppendLine($"A run is at work: process {owner.Process} on {Sanitize.ForDisplay(owner.Host, 80)}, since {Times.Text(owner.Started)}.");
        foreach (var destination in report.Destinations) Destination(text, destination, report);
        if (report.Sources.Count > 0) text.AppendLine();
        foreach (var source in report.Sources) Source(text, source);
        if (report.Runs.Count > 0) Runs(text, report);
        return text.ToString().TrimEnd();
    }

    private static void Destination(StringBuilder text, DestinationStatus destination, StatusReport report)
    {
        var mark = destination switch
        {
            { IsConfigured: false } => ", no longer in the settings",
            { IsEnabled: false } => ", disabled",
            { IsKnown: false } => ", nothing pushed yet",
            _ => "",
        };
        if (text.Length > 0) text.AppendLine();
        var kind = destination.Info.Name == destination.Info.Kind ? "" : destination.Info.Kind;
        var beside = (kind + mark) is { Length: > 0 } words ? $" ({words.TrimStart(',', ' ')})" : "";
        text.AppendLine($"{Sanitize.ForDisplay(destination.Info.Name, 80)}{beside}");
        if (!destination.IsKnown) return;
        var share = destination.Capacity is { } capacity and > 0 ? $" of {capacity:N0} ({100.0 * destination.Held / capacity:0.#} % of the capacity)" : "";
        text.AppendLine($"  held         {destination.Held:N0}{share}");
        if (destination.Rejected > 0) text.AppendLine($"  turned down  {destination.Rejected:N0}: see 'misp-graph errors'");
        text.AppendLine($"  expire       {Of(destination.Expiries, "run out already")}");
        text.AppendLine($"  renewals     {Of(destination.Renewals, "due")}");
        text.AppendLine($"  pending      {(destination.PlansEverything ? "the next push looks at everything again" : Count(destination.Pending, "change", "changes"))}");
        foreach (var open in destination.OpenRequests) text.AppendLine($"  unanswered   {Open(open, report)}");
    }

    private static string Open(UnconfirmedRequests open, StatusReport report)
    {
        var isAtWork = report.Lock is not null && report.Runs is [{ Ended: null } newest, ..] && newest.Id == open.Run;
        var requests = Count(open.Count, "request", "requests");
        if (isAtWork) return $"{requests} of run {open.Run} under way";
        return $"{requests} of run {open.Run} {(open.Count == 1 ? "was" : "were")} never answered; the next push asks the service what became of {(open.Count == 1 ? "it" : "them")}";
    }

    private static string Of(ExpirySummary term, string past)
    {
        var next = term.Next is { } at ? $"; next {Times.Text(at)}" : "";
        return $"{term.Today:N0} today, {term.Within7Days:N0} in 7 days, {term.Within30Days:N0} in 30 days{next}{(term.Past > 0 ? $"; {term.Past:N0} {past}" : "")}";
    }

    private static void Source(StringBuilder text, SourceStatus source)
    {
        var row = source.Row;
        text.AppendLine($"{Sanitize.ForDisplay(row.Name, 120)}: {Count(row.Events, "event", "events")}{(row.Aged > 0 ? $", {row.Aged:N0} of them aged" : "")}");
        text.AppendLine($"  last complete read {Times.Text(row.ReadAt)}, in full {Times.Text(row.FullReadAt)}, next in full {Times.Text(source.NextFullRead)}");
    }

    private static void Runs(StringBuilder text, StatusReport report)
    {
        text.AppendLine().AppendLine(report.Runs.Count == 1 ? "The last run" : $"The last {report.Runs.Count} runs");
        foreach (var run in report.Runs)
        {
            var duration = run.Ended is { } ended ? $"in {Durations.Text(ended - run.Started)}" : "";
            text.AppendLine($"  {run.Id,5}  {Times.Text(run.Started)}  {run.Command,-14}  {How(run, report)} {duration}".TrimEnd());
            foreach (var one in PastRunCounts.Read(run.Report)) text.AppendLine($"         {Sanitize.ForDisplay(one.Destination, 80)}: {Counts(one)}");
        }
    }

    private static string How(PastRun run, StatusReport report) => run switch
    {
        { Status: { } status } => $"{status} (exit {run.ExitCode})",
        _ when report.Lock is not null && run == report.Runs[0] => "at work",
        _ => "did not end: it was killed, or its end could not be saved",
    };

    private static string Counts(PastRunCounts one)
    {
        var rest = (one.Unknown > 0 ? $", {one.Unknown:N0} unknown" : "") + (one.NotAttempted > 0 ? $", {one.NotAttempted:N0} not attempted" : "");
        if (one is { Accepted: 0, Rejected: 0, Unknown: 0, NotAttempted: 0 }) return "nothing to send";
        return $"{one.Accepted:N0} accepted{(one.Deleted > 0 ? $" ({one.Deleted:N0} deleted)" : "")}, {one.Rejected:N0} rejected{rest}";
    }

    private static string Count(long number, string one, string many) => $"{number:N0} {(number == 1 ? one : many)}";
}
