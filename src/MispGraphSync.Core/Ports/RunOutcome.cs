namespace MispGraphSync.Core.Ports;

/// <summary>What the process ends with. Only ever added to; README has the same table, held by a test.</summary>
public enum RunOutcome
{
    /// <summary>Done, or nothing to do.</summary>
    Done = 0,

    /// <summary>Unexpected failure: a bug.</summary>
    Bug = 1,

    /// <summary>Usage or settings.</summary>
    InvalidInput = 2,

    /// <summary>Finished, but some indicators were rejected, or the read was partial.</summary>
    Incomplete = 3,

    /// <summary>Sign-in or permission.</summary>
    SignInFailed = 4,

    /// <summary>MISP or a destination is out of reach, or throttled beyond the budget: run again.</summary>
    Unreachable = 5,

    /// <summary>A guard withheld deletions at a destination; everything else was sent.</summary>
    DeletionsWithheld = 6,

    /// <summary>A destination has been retired by Microsoft.</summary>
    Retired = 7,

    /// <summary>Over <c>--max-duration</c>; state saved.</summary>
    OutOfTime = 8,

    /// <summary><c>plan --detailed-exitcode</c>: changes are pending.</summary>
    ChangesPending = 10,

    /// <summary>Another run holds the lock.</summary>
    LockHeld = 11,

    /// <summary>Interrupted; state saved.</summary>
    Interrupted = 130,
}

public static class RunOutcomes
{
    /// <summary>Which code wins where several apply: the first of these.</summary>
    public static IReadOnlyList<RunOutcome> Precedence { get; } =
    [
        RunOutcome.Interrupted, RunOutcome.Bug, RunOutcome.InvalidInput, RunOutcome.LockHeld, RunOutcome.SignInFailed, RunOutcome.Retired,
        RunOutcome.DeletionsWithheld, RunOutcome.OutOfTime, RunOutcome.Unreachable, RunOutcome.Incomplete, RunOutcome.ChangesPending, RunOutcome.Done,
    ];

    /// <summary>The one that tells most, by <see cref="Precedence"/>; Ok for none.</summary>
    public static RunOutcome Worst(IEnumerable<RunOutcome> codes)
    {
        var seen = codes.ToHashSet();
        return Precedence.FirstOrDefault(seen.Contains, RunOutcome.Done);
    }
}
