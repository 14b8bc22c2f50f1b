using Serilog.Events;

namespace MispGraphSync.Output;

/// <summary>
/// What each outcome means outside: the exit code, and the level at which its reason is logged. Codes are only ever added; the
/// README has the same table.
/// </summary>
internal static class ExitCodes
{
    public static int Of(RunOutcome outcome) => Row(outcome).Code;

    public static LogEventLevel LevelOf(RunOutcome outcome) => Row(outcome).Level;

    private static (int Code, LogEventLevel Level) Row(RunOutcome outcome) => outcome switch
    {
        RunOutcome.Done => (0, LogEventLevel.Information),
        RunOutcome.Bug => (1, LogEventLevel.Error),
        RunOutcome.InvalidInput => (2, LogEventLevel.Error),
        RunOutcome.Incomplete => (3, LogEventLevel.Error),
        RunOutcome.SignInFailed => (4, LogEventLevel.Error),
        RunOutcome.Unreachable => (5, LogEventLevel.Error),
        RunOutcome.DeletionsWithheld => (6, LogEventLevel.Warning),
        RunOutcome.Retired => (7, LogEventLevel.Error),
        RunOutcome.OutOfTime => (8, LogEventLevel.Error),
        RunOutcome.ChangesPending => (10, LogEventLevel.Information),
        RunOutcome.LockHeld => (11, LogEventLevel.Error),
        RunOutcome.Interrupted => (130, LogEventLevel.Warning),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
    };
}
