using MispGraphSync.App;
using MispGraphSync.Commands;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using Serilog.Events;
using Xunit;

namespace MispGraphSync.Tests.App;

/// <summary>What an exception that ends a verb becomes: an outcome, a text for people, a line in the application log.</summary>
public sealed class FailuresTests : IDisposable
{
    private readonly LogLines _log = new();
    private readonly StringWriter _error = new();
    private readonly CancellationTokenSource _interrupt = new();

    [Fact]
    public void Expected_failure_is_printed_with_its_remedy_and_logged_on_one_line()
    {
        var failure = new RunFailedException(RunOutcome.SignInFailed, "No access.\n  Twice.", "Grant it.");

        Failures.Print(failure, Host());
        Failures.Log(_log.Log, "push", failure, Host());

        Assert.Equal("error: No access.\n         Twice.\n       Grant it.\n", _error.ToString().ReplaceLineEndings("\n"));
        Assert.Equal("\"push\" failed, exit 4: \"No access.   Twice. Grant it.\"", Assert.Single(_log.Lines));
    }

    [Fact]
    public void Unexpected_failure_is_a_bug_with_its_stack()
    {
        var bug = Assert.Throws<InvalidOperationException>(Unexpected);

        Failures.Print(bug, Host());
        Failures.Log(_log.Log, "push", bug, Host());

        Assert.Equal(RunOutcome.Bug, Failures.OutcomeOf(bug, Host()));
        Assert.StartsWith(
            "error: this is a bug in misp-graph: InvalidOperationException: Nobody expects this.", _error.ToString(),
            StringComparison.Ordinal);
        Assert.Contains(nameof(Unexpected), _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("exit 1: this is a bug", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Failure_of_the_core_is_printed_and_logged_in_words()
    {
        var failure = new RunFailedException(new Failure.NotConfirmed("sentinel", "no response"));

        Failures.Print(failure, Host());
        Failures.Log(_log.Log, "push", failure, Host());

        Assert.StartsWith(
            "error: 'sentinel' did not confirm the indicators sent: no response", _error.ToString(),
            StringComparison.Ordinal);
        Assert.Contains("exit 5: \"'sentinel' did not confirm", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Destination_that_failed_and_had_deletions_withheld_logs_both_reasons()
    {
        var report = new RunReport
        {
            RunId = 7,
            Status = RunStatus.Failed,
            Outcome = RunOutcome.DeletionsWithheld,
            Duration = TimeSpan.Zero,
            Source = SourceReport.OfLedger,
            Destinations =
            [
                new DestinationReport
                {
                    Name = "graph",
                    Kind = "graph",
                    Status = RunStatus.Failed,
                    Failure = new RunFailedException(RunOutcome.Unreachable, "Graph is unreachable.", "Run again."),
                    WithheldDeletions = new Failure.DeletionsWithheld("graph", DeletionVerdict.TooMany, 3, 0, 4)
                    {
                        Limit = new DeletionLimit(1, IsPercent: false),
                    },
                },
            ],
        };

        RunLog.Ended(_log.Log, report, RejectionGroups.None);

        Assert.Contains("\"graph\": exit 5: \"Graph is unreachable. Run again.\"", _log.Lines);
        Assert.Contains(_log.Lines, line => line.StartsWith("\"graph\": exit 6: \"3 of 4 indicators", StringComparison.Ordinal));
    }

    [Fact]
    public void Cancellation_is_an_interruption_only_when_the_user_asked_for_it()
    {
        var cancelled = new OperationCanceledException();

        Assert.Equal(RunOutcome.Bug, Failures.OutcomeOf(cancelled, Host()));
        _interrupt.Cancel();
        Assert.Equal(RunOutcome.Interrupted, Failures.OutcomeOf(cancelled, Host()));
    }

    [Fact]
    public void Refusals_and_interruptions_are_warnings_and_all_other_failures_errors()
    {
        var warnings = Enum.GetValues<RunOutcome>().Where(outcome => ExitCodes.LevelOf(outcome) == LogEventLevel.Warning);
        var errors = Enum.GetValues<RunOutcome>().Where(outcome => ExitCodes.LevelOf(outcome) == LogEventLevel.Error);

        Assert.Equal([RunOutcome.DeletionsWithheld, RunOutcome.Interrupted], warnings);
        Assert.Equal(
            [RunOutcome.Incomplete, RunOutcome.Unreachable, RunOutcome.OutOfTime, RunOutcome.Retired, RunOutcome.SignInFailed,
                RunOutcome.LockHeld, RunOutcome.InvalidInput, RunOutcome.Bug],
            errors);
    }

    public void Dispose()
    {
        _error.Dispose();
        _interrupt.Dispose();
    }

    private static void Unexpected() => throw new InvalidOperationException("Nobody expects this.");

    private ToolHost Host() => new()
    {
        Out = TextWriter.Null,
        Error = _error,
        Environment = new Dictionary<string, string>(),
        WorkingDirectory = "",
        Interrupt = _interrupt.Token,
    };
}
