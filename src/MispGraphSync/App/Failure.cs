using MispGraphSync.Commands;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using MispGraphSync.Text;
using Serilog;

namespace MispGraphSync.App;

/// <summary>What ended a verb early: one switch from exception to outcome, one text for people, one line for the application log.</summary>
internal sealed record Failure(RunOutcome Outcome, Exception Cause)
{
    private const int MaxLength = 4_000;

    public static Failure Of(Exception fault, bool isStopped) => new(
        fault switch
        {
            RunFailedException failed => failed.Outcome,
            OperationCanceledException when isStopped => RunOutcome.Interrupted,
            _ => RunOutcome.Bug,
        },
        fault);

    public void Print(ToolHost host)
    {
        if (Outcome == RunOutcome.Interrupted)
        {
            host.Error.WriteLine("Interrupted.");
            return;
        }

        if (Cause is not RunFailedException failed)
        {
            host.Error.WriteLine(
                $"error: this is a bug in misp-graph: {Cause.GetType().Name}: {Sanitize.ForDisplay(Cause.Message, 1_000)}");
            host.Error.WriteLine(Cause.StackTrace);
            return;
        }

        var label = "error: ";
        foreach (var line in (string[])[.. failed.Message.Split('\n'), .. failed.Remedy?.Split('\n') ?? []])
        {
            var hang = label.Length + (line.StartsWith("  ", StringComparison.Ordinal) ? 4 : 0);
            host.Error.WriteLine(WrappedText.Wrap(label + Sanitize.ForDisplay(line, MaxLength), host.ErrorWidth(), hang));
            label = "       ";
        }
    }

    public void Log(ILogger log, string command)
    {
        var (level, code) = (ExitCodes.LevelOf(Outcome), ExitCodes.Of(Outcome));
        if (Outcome == RunOutcome.Interrupted) log.Write(level, "{Command} was interrupted, exit {ExitCode}", command, code);
        else if (Cause is not RunFailedException failed)
            log.Write(level, Cause, "{Command} failed, exit {ExitCode}: this is a bug", command, code);
        else log.Write(level, "{Command} failed, exit {ExitCode}: {Reason}", command, code, OneLine(failed.Message, failed.Remedy));
    }

    /// <summary>A reason with its remedy, for one line of the application log.</summary>
    public static string OneLine(string reason, string? remedy = null) =>
        Sanitize.ForDisplay($"{reason} {remedy}".ReplaceLineEndings(" ").Trim(), MaxLength);
}
