using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>
/// The summary of a run for people: the way from what was read to what is held, with each loss on it by its reason, then what
/// went wrong, and what to run next. Its sums are those of the conservation law.
/// </summary>
internal sealed class RunText
{
    private readonly RunReport _report;
    private readonly RunFailures _failures;
    private readonly bool _isDryRun;
    private readonly WrappedText _page;

    private RunText(RunReport report, RunFailures failures, bool isDryRun, WrappedText page)
    {
        _report = report;
        _failures = failures;
        _isDryRun = isDryRun;
        _page = page;
    }

    /// <param name="options">What the next commands need, such as <c>--config FILE</c>; empty for nothing.</param>
    public static string Of(RunReport report, RunFailures failures, bool isDryRun, WrappedText page, string options)
    {
        var text = new RunText(report, failures, isDryRun, page);
        text.Source(report.Source);
        foreach (var destination in report.Destinations) text.Destination(destination);
        text.TellTroubles();
        text.Ending();
        foreach (var next in NextSteps.After(report, isDryRun)) page.Line($"  next: misp-graph {next.Command}{options}  {next.Purpose}");
        return page.ToString();
    }

    /// <summary>Everything that kept the run from being complete, with remedies; empty for nothing.</summary>
    public static string Troubles(RunReport report)
    {
        var lines = new List<string>();
        Trouble(lines, $"read {report.Source.Name}", report.Source.Error, report.Source.Remedy);
        foreach (var gap in report.Source.Gaps.Take(10)) lines.Add($"! not read: {Sanitize.ForDisplay(gap)}");
        if (report.Source.Gaps.Count > 10) lines.Add($"! and {report.Source.Gaps.Count - 10:N0} more gaps in the read.");
        if (report.Source.Gaps.Count > 0) lines.Add(report.Source.MayDelete
            ? "  The read is partial: the indicators of these events stay as they are."
            : "  The read is partial, so nothing was deleted.");
        foreach (var destination in report.Destinations.Where(d => d.Error != report.Source.Error)) Trouble(lines, destination.Name, destination.Error, destination.Remedy);
        foreach (var imbalance in report.Imbalances) lines.Add($"! This is a bug: {imbalance}");
        return string.Join('\n', lines);
    }

    private static void Trouble(List<string> lines, string what, string? error, string? remedy)
    {
        if (error is null) return;
        lines.Add($"! {what}: {Sanitize.ForDisplay(error, 2_000)}");
        if (remedy is not null) lines.Add($"  {Sanitize.ForDisplay(remedy, 2_000)}");
    }

    private void TellTroubles()
    {
        var troubles = Troubles(_report);
        if (troubles.Length == 0) return;
        _page.Blank();
        foreach (var line in troubles.Split('\n')) _page.Line(line, line[0] == '!' ? static (ink, text) => ink.Red(text) : null);
    }

    private void Source(SourceReport source)
    {
        if (source.Kind == SourceReport.OfLedger.Kind)
        {
            var sends = _report.Destinations.Sum(one => one.Planned.Total) > 0;
            _page.Line(sends ? "Sent again what was turned down before; nothing was read." : "Nothing that was turned down is to be sent again; nothing was read.");
            return;
        }

        if (source is { Error: not null, Events: 0, Complete: false })
        {
            _page.Line($"{Sanitize.ForDisplay(source.Name, 200)}: not read", Heading);
            return;
        }

        _page.Line($"{Sanitize.ForDisplay(source.Name, 200)}: {Count(source.Events, "event matches", "events match")}, {source.EventsUnchanged:N0} of them unchanged{Retired(source)}", Heading);
        if (source.Attributes == 0) return;
        Row(source.Attributes, "attributes read");
        Row(source.Mapped, "  support an indicator");
        if (source.Context > 0) Row(source.Context, "  give context");
        if (source.Skipped.Values.Sum() is > 0 and var skipped) Row(skipped, $"  skipped: {Reasons(source.Skipped)}");
    }

    private static string Retired(SourceReport source) =>
        (source.EventsAged > 0 ? $", {source.EventsAged:N0} aged" : "") + (source.EventsWithdrawn > 0 ? $", {source.EventsWithdrawn:N0} withdrawn" : "");

    private void Destination(DestinationReport destination)
    {
        _page.Blank();
        _page.Line(DestinationInfo.LabelOf(destination.Name, destination.Kind), Heading);
        if (destination.Skipped.Values.Sum() is > 0 and var left) Row(left, $"left out here: {Reasons(destination.Skipped)}");
        if (destination.Suppressed > 0) Row(destination.Suppressed, "held back: turned down before, and unchanged since");
        // It may never have come to a plan: then there is nothing to say of what has changed.
        if (destination.Outcome != RunOutcome.Done && destination.Planned.Total == 0)
        {
            Row(destination.Held, $"held there, left as they are{Requests(destination.Requests)}");
            return;
        }

        Row(destination.Planned.Total, $"planned{Actions(destination.Planned)}");
        if (!_isDryRun) Outcome(destination);
        if (destination.Unchanged > 0 || destination.Planned.Total == 0) Row(destination.Unchanged, "unchanged");
        if (!_isDryRun) Row(destination.Held, $"held there now{Requests(destination.Requests)}");
    }

    private void Outcome(DestinationReport destination)
    {
        var tally = destination.Tally;
        if (tally.Total == 0) return;
        Row(tally.Accepted, "  accepted");
        if (tally.Rejected > 0) Row(tally.Rejected, "  rejected", Bad);
        foreach (var (reason, count) in _failures.Of(destination)) _page.Line($"{"",13}  {count:N0} × {reason}");
        if (tally.Unknown > 0) Row(tally.Unknown, "  unknown: no answer tells what became of them", Bad);
        if (destination.Withheld > 0) Row(destination.Withheld, "  deletions withheld by a guard", Bad);
        if (tally.NotAttempted > destination.Withheld) Row(tally.NotAttempted - destination.Withheld, "  not attempted");
    }

    private static string Actions(PlanCounts planned)
    {
        if (planned.Total == 0) return "";
        var counts = new (long Count, string What)[] { (planned.Create, "to create"), (planned.Update, "to update"), (planned.Renew, "to renew"), (planned.Delete, "to delete") };
        return ": " + string.Join(", ", counts.Where(one => one.Count > 0).Select(one => $"{one.Count:N0} {one.What}"));
    }

    private static string Requests(RequestCounts requests)
    {
        if (requests.Sent == 0) return "";
        var retries = requests.Retries > 0 ? $", {Count(requests.Retries, "retry", "retries")}" : "";
        var throttled = requests.Throttled > 0 ? $", throttled {Count(requests.Throttled, "time", "times")}" : "";
        return $", after {Count(requests.Sent, "request", "requests")}{retries}{throttled}";
    }

    private static string Reasons(IReadOnlyDictionary<SkipReason, long> skipped) =>
        string.Join(", ", skipped.Where(skip => skip.Value > 0).OrderByDescending(skip => skip.Value).ThenBy(skip => skip.Key).Select(skip => $"{skip.Value:N0} {skip.Key.Slug()}"));

    private void Ending()
    {
        var what = _isDryRun ? "Dry run" : $"Run {_report.RunId}";
        var duration = Durations.Text(_report.Duration);
        var how = _report.Status switch
        {
            RunStatus.Completed => _isDryRun ? $"done in {duration}; nothing was sent" : $"completed in {duration}",
            RunStatus.CompletedWithErrors => $"completed in {duration}, with errors",
            RunStatus.Partial => $"ended early, or read only a part, after {duration}",
            RunStatus.Refused => $"completed in {duration}; a guard withheld deletions",
            RunStatus.Interrupted => $"interrupted after {duration}; what was done is saved",
            _ => $"failed after {duration}",
        };
        _page.Blank();
        _page.Line($"{what} {how} (exit {(int)_report.Outcome}).", _report.Outcome == RunOutcome.Done ? static (ink, text) => ink.Green(text) : Bad);
    }

    private void Row(long number, string what, Func<AnsiStyle, string, string>? paint = null) => _page.Line($"{number,11:N0}  {what}", paint);

    private static string Heading(AnsiStyle ink, string text) => ink.Bold(text);

    private static string Bad(AnsiStyle ink, string text) => ink.Red(text);

    private static string Count(long number, string one, string many) => $"{number:N0} {(number == 1 ? one : many)}";
}
