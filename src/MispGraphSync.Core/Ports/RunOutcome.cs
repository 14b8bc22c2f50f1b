namespace MispGraphSync.Core.Ports;

/// <summary>
/// How a run, or one destination's share of it, ended. In order of precedence: where several apply, the last one wins.
/// </summary>
public enum RunOutcome
{
    /// <summary>Done, or nothing to do.</summary>
    Done,

    /// <summary>Nothing was sent, as asked, and there is something to send.</summary>
    ChangesPending,

    /// <summary>Finished, but some indicators were rejected or wait for room, or the read was partial.</summary>
    Incomplete,

    /// <summary>The source or a destination cannot be reached, or throttled longer than the time allowed: run again.</summary>
    Unreachable,

    /// <summary>Over the run's time limit; state saved.</summary>
    OutOfTime,

    /// <summary>A guard withheld deletions. The rest was sent.</summary>
    DeletionsWithheld,

    /// <summary>Microsoft has retired the destination.</summary>
    Retired,

    /// <summary>Sign-in or permission.</summary>
    SignInFailed,

    /// <summary>Another run holds the lock.</summary>
    LockHeld,

    /// <summary>Usage or settings.</summary>
    InvalidInput,

    /// <summary>Unexpected failure: a bug.</summary>
    Bug,

    /// <summary>Stopped by the user; state saved.</summary>
    Interrupted,
}

public static class RunOutcomes
{
    /// <summary>The one that takes precedence; Done for none.</summary>
    public static RunOutcome Worst(IEnumerable<RunOutcome> outcomes) => outcomes.DefaultIfEmpty(RunOutcome.Done).Max();
}
