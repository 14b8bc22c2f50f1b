using System.Text;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Output;

/// <summary>What a purge asks and what it did, for people.</summary>
internal static class PurgeText
{
    public static string Question(DestinationInfo destination, long count) => count > 0
        ? $"Remove {Count(count)} from '{destination.Name}'?"
        : $"Remove what an interrupted run may have left at '{destination.Name}'?";

    public static string Of(RunReport report, IReadOnlyCollection<string> declined, bool isDryRun)
    {
        var text = new StringBuilder();
        foreach (var destination in report.Destinations) text.AppendLine($"{destination.Name}: {Line(destination, declined.Contains(destination.Name), isDryRun)}");
        var troubles = RunText.Troubles(report);
        if (troubles.Length > 0) text.AppendLine().AppendLine(troubles);
        text.AppendLine().Append(Next(report, isDryRun));
        return text.ToString();
    }

    private static string Line(DestinationReport destination, bool isDeclined, bool isDryRun)
    {
        if (isDeclined) return $"left as it is; {Count(destination.Held)} held";
        if (destination.Error is not null && destination.Planned.Delete == 0) return "nothing removed";
        if (destination.Planned.Delete == 0) return "the ledger holds nothing there";
        if (isDryRun) return $"{Count(destination.Planned.Delete)} would be removed";
        var tally = destination.Tally;
        var rest = destination.Held == 0 ? "" : $"; {tally.Rejected:N0} rejected, {tally.Unknown:N0} unknown, {tally.NotAttempted:N0} not attempted; {Count(destination.Held)} still held";
        return $"{Count(tally.Accepted)} removed in {destination.Requests.Sent:N0} requests{rest}";
    }

    private static string Next(RunReport report, bool isDryRun)
    {
        if (isDryRun) return report.Destinations.Sum(destination => destination.Planned.Delete) > 0 ? "Dry run; nothing was sent. Next: misp-graph purge" : "Dry run; nothing was sent.";
        if (report.Outcome != RunOutcome.Done) return $"Not everything was removed (exit {ExitCodes.Of(report.Outcome)}). Run it again: it goes on where it ended.";
        return report.Destinations.Any(destination => destination.Tally.Accepted > 0)
            ? "Done. The next push creates everything again: take a destination out of the settings first if it shall stay empty."
            : "Done; nothing was removed.";
    }

    private static string Count(long count) => $"{count:N0} {(count == 1 ? "indicator" : "indicators")}";
}
