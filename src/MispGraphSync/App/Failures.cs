using MispGraphSync.Commands;
using MispGraphSync.Output;
using Serilog;

namespace MispGraphSync.App;

/// <summary>What ends a verb early: one switch from exception to outcome, one text for people, one line for the application log.</summary>
internal static class Failures
{
    private const int MaxLength = 4_000;

    public static RunOutcome OutcomeOf(Exception fault, ToolHost host) => fault switch
    {
        RunFailedException failed => failed.Outcome,
        OperationCanceledException when host.IsStopped => RunOutcome.Interrupted,
        _ => RunOutcome.Bug,
    };

    public static void Print(Exception fault, ToolHost host)
    {
        if (OutcomeOf(fault, host) == RunOutcome.Interrupted)
        {
            host.Error.WriteLine("Interrupted.");
            return;
        }

        if (fault is not RunFailedException failed)
        {
            var reason = Sanitize.ForDisplay(fault.Message, 1_000);
            host.Error.WriteLine($"error: this is a bug in misp-graph: {fault.GetType().Name}: {reason}");
            host.Error.WriteLine(fault.StackTrace);
            return;
        }

        var (sentence, remedy) = FailureText.Of(failed)!.Value;
        var label = "error: ";
        foreach (var line in (string[])[.. sentence.Split('\n'), .. remedy?.Split('\n') ?? []])
        {
            var hang = label.Length + (line.StartsWith("  ", StringComparison.Ordinal) ? 4 : 0);
            host.Error.WriteLine(WrappedText.Wrap(label + Sanitize.ForDisplay(line, MaxLength), host.ErrorWidth(), hang));
            label = "       ";
        }
    }

    public static void Log(ILogger log, string command, Exception fault, ToolHost host)
    {
        var outcome = OutcomeOf(fault, host);
        var (level, code) = (ExitCodes.LevelOf(outcome), ExitCodes.Of(outcome));
        if (outcome == RunOutcome.Interrupted)
            log.Write(level, "{Command} was interrupted, exit {ExitCode}", command, code);
        else if (FailureText.Of(fault as RunFailedException) is var (sentence, remedy))
            log.Write(level, "{Command} failed, exit {ExitCode}: {Reason}", command, code, OneLine(sentence, remedy));
        else
            log.Write(level, fault, "{Command} failed, exit {ExitCode}: this is a bug", command, code);
    }

    /// <summary>A reason with its remedy, for one line of the application log.</summary>
    public static string OneLine(string reason, string? remedy = null) =>
        Sanitize.ForDisplay($"{reason} {remedy}".ReplaceLineEndings(" ").Trim(), MaxLength);
}
