using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using MispGraphSync.Text;
using Serilog;
using Serilog.Events;

namespace MispGraphSync.App;

/// <summary>A run's lines in the application log, which alone must show why it ended as it did.</summary>
internal static class RunLog
{
    /// <summary>More gaps are counted.</summary>
    private const int MostGaps = 20;

    private const int Longest = 4_000;

    public static void Ended(ILogger log, RunReport report, RejectionGroups failures)
    {
        Source(log, report.Source);
        foreach (var destination in report.Destinations) Destination(log, destination, failures);
        foreach (var imbalance in report.Imbalances) log.Error("{Imbalance}", imbalance);
        log.Information("Run {Run} ended: {Status}, exit {ExitCode}", report.RunId, RunJson.Slug(report.Status), ExitCodes.Of(report.Outcome));
    }

    /// <summary>Nothing came of it but this.</summary>
    public static void Failed(ILogger log, string command, Exception fault, RunOutcome code)
    {
        if (code == RunOutcome.Interrupted) log.Warning("{Command} was interrupted, exit {ExitCode}", command, ExitCodes.Of(code));
        else if (fault is RunFailedException failure)
        {
            log.Error("{Command} failed, exit {ExitCode}: {Reason}", command, ExitCodes.Of(code), Words(failure.Message, failure.Remedy));
        }
        else log.Error(fault, "{Command} failed, exit {ExitCode}: this is a bug", command, ExitCodes.Of(code));
    }

    private static void Source(ILogger log, SourceReport source)
    {
        if (source.Error is { } error) log.Error("{Source}: {Reason}", source.Name, Words(error, source.Remedy));
        foreach (var gap in source.Gaps.Take(MostGaps)) log.Warning("{Source}: {Gap}", source.Name, Words(gap));
        if (source.Gaps.Count > MostGaps) log.Warning("{Source}: {Count} more gaps", source.Name, source.Gaps.Count - MostGaps);
    }

    private static void Destination(ILogger log, DestinationReport destination, RejectionGroups failures)
    {
        var tally = destination.Tally;
        log.Information(
            "{Destination}: {Accepted} accepted, {Rejected} rejected, {Unknown} unknown, {NotAttempted} not attempted, {Held} held",
            destination.Name, tally.Accepted, tally.Rejected, tally.Unknown, tally.NotAttempted, destination.Held);
        foreach (var (reason, count) in failures.At(destination))
            log.Warning("{Destination}: {Count} rejected: {Reason}", destination.Name, count, Words(reason));
        if (destination.Error is not { } error) return;
        var level = destination.Outcome == RunOutcome.DeletionsWithheld ? LogEventLevel.Warning : LogEventLevel.Error;
        log.Write(level, "{Destination}: exit {ExitCode}: {Reason}", destination.Name, ExitCodes.Of(destination.Outcome),
            Words(error, destination.Remedy));
    }

    private static string Words(string reason, string? remedy = null) =>
        Sanitize.ForDisplay($"{reason} {remedy}".ReplaceLineEndings(" ").Trim(), Longest);
}

/// <summary>Logs a run's plans and warnings on their way to whoever watches it.</summary>
internal sealed class LoggingObserver(IRunObserver to, ILogger log) : IRunObserver
{
    public void Reading(SourceInfo source, long eventsDone, long eventsInAll) => to.Reading(source, eventsDone, eventsInAll);

    public void Planned(DestinationInfo destination, PlanCounts counts)
    {
        log.Information(
            "{Destination}: planned {Create} to create, {Update} to update, {Renew} to renew, {Delete} to delete",
            destination.Name, counts.Create, counts.Update, counts.Renew, counts.Delete);
        to.Planned(destination, counts);
    }

    public void Step(DestinationInfo destination, PlanStep step) => to.Step(destination, step);

    public void Applied(DestinationInfo destination, StepTally soFar, long inAll) => to.Applied(destination, soFar, inAll);

    public void Listed(DestinationInfo destination, long soFar) => to.Listed(destination, soFar);

    public void Warn(string message)
    {
        log.Warning("{Warning}", Sanitize.ForDisplay(message, 4_000));
        to.Warn(message);
    }
}
