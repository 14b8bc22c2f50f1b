using System.Text;

namespace MispGraphSync.Output;

/// <summary>The question before a purge, and its result, for people.</summary>
internal static class PurgeText
{
    public static string Question(DestinationInfo destination, long count) => count > 0
        ? $"Remove {Plural.Of(count, "indicator")} from '{destination.Name}' ({Sanitize.ForDisplay(destination.Place, 200)})?"
        : $"Remove indicators that an interrupted run may have left at '{destination.Name}' "
            + $"({Sanitize.ForDisplay(destination.Place, 200)})?";

    public static string Of(RunReport report, IReadOnlyCollection<string> declined, bool isDryRun)
    {
        var text = new StringBuilder();
        foreach (var one in report.Destinations) text.AppendLine($"{one.Name}: {Line(one, declined.Contains(one.Name), isDryRun)}");
        var problems = RunText.Problems(report);
        if (problems.Length > 0) text.AppendLine().AppendLine(problems);
        return text.AppendLine().Append(Next(report, isDryRun)).ToString();
    }

    private static string Line(DestinationReport destination, bool isDeclined, bool isDryRun)
    {
        var what = destination.IsContext ? "object" : "indicator";
        if (isDeclined) return $"not changed; {Plural.Of(destination.Held, what)} held";
        if (destination.Planned.Delete == 0) return destination.Error is null ? "the ledger holds nothing there" : "nothing removed";
        if (isDryRun) return $"{Plural.Of(destination.Planned.Delete, what)} would be removed";
        var tally = destination.Tally;
        var removed = $"{Plural.Of(tally.Accepted, what)} removed in {Plural.Of(destination.Requests.Sent, "request")}";
        if (destination.Held == 0) return removed;
        return $"{removed}; {tally.Rejected:N0} rejected, {tally.Unknown:N0} unknown, {tally.NotAttempted:N0} not attempted; "
            + $"{Plural.Of(destination.Held, what)} still held";
    }

    private static string Next(RunReport report, bool isDryRun)
    {
        if (isDryRun)
            return "Dry run; nothing was sent." + (report.Destinations.Any(one => one.Planned.Delete > 0) ? " Next: misp-graph purge" : "");
        if (report.Outcome != RunOutcome.Done)
            return $"Not everything was removed (exit {ExitCodes.Of(report.Outcome)}). Remove the cause, then run it again: it continues.";
        return report.Destinations.Any(one => one.Tally.Accepted > 0)
            ? "Done. The next push creates everything again: to keep a destination empty, first remove it from the settings."
            : "Done; nothing was removed.";
    }
}
