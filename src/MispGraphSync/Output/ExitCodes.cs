using MispGraphSync.Core.Ports;

namespace MispGraphSync.Output;

/// <summary>What the process ends with for each outcome. Only ever added to; README has the same table.</summary>
internal static class ExitCodes
{
    public static int Of(RunOutcome outcome) => outcome switch
    {
        RunOutcome.Done => 0,
        RunOutcome.Bug => 1,
        RunOutcome.InvalidInput => 2,
        RunOutcome.Incomplete => 3,
        RunOutcome.SignInFailed => 4,
        RunOutcome.Unreachable => 5,
        RunOutcome.DeletionsWithheld => 6,
        RunOutcome.Retired => 7,
        RunOutcome.OutOfTime => 8,
        RunOutcome.ChangesPending => 10,
        RunOutcome.LockHeld => 11,
        RunOutcome.Interrupted => 130,
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
    };
}
