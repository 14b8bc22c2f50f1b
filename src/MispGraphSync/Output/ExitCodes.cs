using Serilog.Events;

namespace MispGraphSync.Output;

/// <summary>
/// What each outcome means outside: the exit code, and the level at which its reason is logged. Codes are only ever added; the
/// README has the same table.
/// </summary>
internal static class ExitCodes
{
    /// <summary>All codes with their meaning, in their order.</summary>
    public static IEnumerable<(int Code, string Meaning)> All =>
        Enum.GetValues<RunOutcome>().Select(Row).OrderBy(row => row.Code).Select(row => (row.Code, row.Meaning));

    public static int Of(RunOutcome outcome) => Row(outcome).Code;

    public static LogEventLevel LevelOf(RunOutcome outcome) => Row(outcome).Level;

    private static (int Code, LogEventLevel Level, string Meaning) Row(RunOutcome outcome) => outcome switch
    {
        RunOutcome.Done => (0, LogEventLevel.Information, "done"),
        RunOutcome.Bug => (1, LogEventLevel.Error, "a bug"),
        RunOutcome.InvalidInput => (2, LogEventLevel.Error, "usage or settings"),
        RunOutcome.Incomplete => (3, LogEventLevel.Error, "some rejected, or not all read"),
        RunOutcome.SignInFailed => (4, LogEventLevel.Error, "sign-in or permission"),
        RunOutcome.Unreachable => (5, LogEventLevel.Error, "unreachable"),
        RunOutcome.DeletionsWithheld => (6, LogEventLevel.Warning, "deletions withheld"),
        RunOutcome.Retired => (7, LogEventLevel.Error, "API retired"),
        RunOutcome.OutOfTime => (8, LogEventLevel.Error, "out of time"),
        RunOutcome.ChangesPending => (10, LogEventLevel.Information, "changes pending"),
        RunOutcome.LockHeld => (11, LogEventLevel.Error, "another run is active"),
        RunOutcome.Interrupted => (130, LogEventLevel.Warning, "interrupted"),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
    };
}
