using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Sync;

namespace MispGraphSync.Output;

/// <summary>The summary of a run for people: from what was read to what is held, then what went wrong and what to do.</summary>
internal static class RunText
{
    public static string Of(RunReport report, bool isDryRun)
    {
        var text = new StringBuilder();
        Source(text, report.Source);
        foreach (var destination in report.Destinations) Destination(text, destination, isDryRun);
        var troubles = Troubles(report);
        if (troubles.Length > 0) text.AppendLine().AppendLine(troubles);
        text.AppendLine().Append(Ending(report, isDryRun));
        return text.ToString();
    }

    /// <summary>Everything that kept the run from being complete, with remedies; empty for nothing.</summary>
    public static string Troubles(RunReport report)
    {
        var lines = new List<string>();
        Trouble(lines, $"read {report.Source.Name}", report.Source.Error, report.Source.Remedy);
        foreach (var gap in report.Source.Gaps.Take(10)) lines.Add($"! not read: {Printable.Line(gap)}");
        if (report.Source.Gaps.Count > 10) lines.Add($"! and {report.Source.Gaps.Count - 10} more gaps in the read.");
        if (report.Source.Gaps.Count > 0) lines.Add("  The read is partial, so nothing was deleted.");
        foreach (var destination in report.Destinations.Where(d => d.Error != report.Source.Error)) Trouble(lines, destination.Name, destination.Error, destination.Remedy);
        foreach (var destination in report.Destinations.Where(d => d.Tally.Rejected > 0))
        {
            lines.Add($"! {destination.Name}: {destination.Tally.Rejected} indicators were turned down. Which, why and what to do: misp-graph errors");
        }

        foreach (var imbalance in report.Imbalances) lines.Add($"! This is a bug: {imbalance}");
        return string.Join('\n', lines);
    }

    private static void Trouble(List<string> lines, string what, string? error, string? remedy)
    {
        if (error is null) return;
        lines.Add($"! {what}: {Printable.Line(error, 2_000)}");
        if (remedy is not null) lines.Add($"  {Printable.Line(remedy, 2_000)}");
    }

    private static void Source(StringBuilder text, SourceReport source)
    {
        if (source.Kind == SourceReport.OfLedger.Kind)
        {
            text.AppendLine("Sent again what was turned down before; nothing was read.");
            return;
        }

        text.AppendLine($"{source.Name}: {source.Events:N0} events match, {source.EventsUnchanged:N0} of them unchanged{Retired(source)}");
        if (source.Attributes == 0) return;
        text.AppendLine($"  {source.Attributes,10:N0} attributes read");
        text.AppendLine($"  {source.Mapped,10:N0} support an indicator");
        text.AppendLine($"  {source.Context,10:N0} give context");
        foreach (var (reason, count) in source.Skipped.OrderByDescending(skip => skip.Value)) text.AppendLine($"  {count,10:N0} skipped: {reason.Slug()}");
    }

    private static string Retired(SourceReport source) =>
        (source.EventsAged > 0 ? $", {source.EventsAged:N0} aged" : "") + (source.EventsWithdrawn > 0 ? $", {source.EventsWithdrawn:N0} withdrawn" : "");

    private static void Destination(StringBuilder text, DestinationReport destination, bool isDryRun)
    {
        var planned = destination.Planned;
        text.AppendLine().AppendLine($"{destination.Name} ({destination.Kind})");
        text.AppendLine($"  {(isDryRun ? "would be" : "planned")}: {planned.Create:N0} created, {planned.Update:N0} updated, {planned.Renew:N0} renewed, {planned.Delete:N0} deleted; {destination.Unchanged:N0} unchanged");
        foreach (var (reason, count) in destination.Skipped) text.AppendLine($"  {count:N0} left out here: {reason.Slug()}");
        if (destination.HeldBack > 0) text.AppendLine($"  {destination.HeldBack:N0} held back: turned down before and unchanged since");
        if (isDryRun) return;
        var tally = destination.Tally;
        text.AppendLine($"  outcome: {tally.Accepted:N0} accepted, {tally.Rejected:N0} rejected, {tally.Unknown:N0} unknown, {tally.NotAttempted:N0} not attempted, in {destination.Requests.Sent:N0} requests{Waits(destination)}");
        text.AppendLine($"  held there now: {destination.Held:N0}");
    }

    private static string Waits(DestinationReport destination) =>
        (destination.Requests.Retries > 0 ? $", {destination.Requests.Retries:N0} retries" : "") + (destination.Requests.Throttled > 0 ? $", throttled {destination.Requests.Throttled:N0} times" : "");

    private static string Ending(RunReport report, bool isDryRun)
    {
        var what = isDryRun ? "Dry run" : $"Run {report.RunId}";
        var how = report.Status switch
        {
            RunStatus.Completed => isDryRun ? "done; nothing was sent" : "completed",
            RunStatus.CompletedWithErrors => "completed, with errors",
            RunStatus.Partial => "ended early or read only a part",
            RunStatus.Refused => "refused by a guard",
            RunStatus.Interrupted => "interrupted; what was done is saved",
            _ => "failed",
        };
        return $"{what} {how} in {Durations.Text(report.Duration)} (exit {(int)report.ExitCode}).";
    }
}
