using MispGraphSync.Output;
using Serilog;

namespace MispGraphSync.App;

/// <summary>A run's last lines in the application log, which alone must show why it ended as it did.</summary>
internal static class RunLog
{
    /// <summary>More gaps are counted.</summary>
    private const int MaxGaps = 20;

    public static void Ended(ILogger log, RunReport report, RejectionGroups rejections)
    {
        foreach (var source in report.Sources.Count > 0 ? report.Sources : [report.Source]) LogSource(log, source);
        foreach (var destination in report.Destinations) LogDestination(log, destination, rejections);
        foreach (var imbalance in report.Imbalances) log.Error("{Imbalance}", imbalance);
        log.Information(
            "Run {Run} ended: {Status}, exit {ExitCode}", report.RunId, report.Status.Slug(), ExitCodes.Of(report.Outcome));
    }

    private static void LogSource(ILogger log, SourceReport source)
    {
        if (source.Error is { } error) log.Error("{Source}: {Reason}", source.Name, Failures.OneLine(error, source.Remedy));
        foreach (var gap in source.Gaps.Take(MaxGaps)) log.Warning("{Source}: {Gap}", source.Name, Failures.OneLine(gap));
        if (source.Gaps.Count > MaxGaps) log.Warning("{Source}: {Count} more gaps", source.Name, source.Gaps.Count - MaxGaps);
    }

    private static void LogDestination(ILogger log, DestinationReport destination, RejectionGroups rejections)
    {
        var tally = destination.Tally;
        log.Information(
            "{Destination}: {Accepted} accepted, {Rejected} rejected, {Unknown} unknown, {NotAttempted} not attempted, {Held} held",
            destination.Name, tally.Accepted, tally.Rejected, tally.Unknown, tally.NotAttempted, destination.Held);
        foreach (var (reason, count) in rejections.At(destination))
            log.Warning("{Destination}: {Count} rejected: {Reason}", destination.Name, count, Failures.OneLine(reason));
        if (destination.Failure is { } failure) LogReason(log, destination, failure.Outcome, FailureText.Of(failure)!.Value);
        if (destination.WithheldDeletions is { } withheld) LogReason(log, destination, withheld.Outcome, FailureText.Of(withheld));
    }

    private static void LogReason(
        ILogger log, DestinationReport destination, RunOutcome outcome, (string Sentence, string? Remedy) text) =>
        log.Write(
            ExitCodes.LevelOf(outcome), "{Destination}: exit {ExitCode}: {Reason}", destination.Name, ExitCodes.Of(outcome),
            Failures.OneLine(text.Sentence, text.Remedy));
}
