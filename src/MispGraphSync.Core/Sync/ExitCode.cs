namespace MispGraphSync.Core.Sync;

/// <summary>What the process ends with. Only ever added to; README has the same table, held by a test.</summary>
public enum ExitCode
{
    /// <summary>Done, or nothing to do.</summary>
    Ok = 0,

    /// <summary>Unexpected failure: a bug.</summary>
    Bug = 1,

    /// <summary>Usage or settings.</summary>
    Usage = 2,

    /// <summary>Finished, but some indicators were rejected, or the read was partial.</summary>
    Partial = 3,

    /// <summary>Sign-in or permission.</summary>
    SignIn = 4,

    /// <summary>MISP or a destination is out of reach, or throttled beyond the budget: run again.</summary>
    OutOfReach = 5,

    /// <summary>A guard withheld deletions at a destination; everything else was sent.</summary>
    Refused = 6,

    /// <summary>A destination has been retired by Microsoft.</summary>
    Retired = 7,

    /// <summary>Over <c>--max-duration</c>; state saved.</summary>
    OutOfTime = 8,

    /// <summary><c>plan --detailed-exitcode</c>: changes are pending.</summary>
    ChangesPending = 10,

    /// <summary>Another run holds the lock.</summary>
    Locked = 11,

    /// <summary>Interrupted; state saved.</summary>
    Interrupted = 130,
}

public static class ExitCodes
{
    /// <summary>Which code wins where several apply: the first of these.</summary>
    public static IReadOnlyList<ExitCode> Precedence { get; } =
    [
        ExitCode.Interrupted, ExitCode.Bug, ExitCode.Usage, ExitCode.Locked, ExitCode.SignIn, ExitCode.Retired,
        ExitCode.Refused, ExitCode.OutOfTime, ExitCode.OutOfReach, ExitCode.Partial, ExitCode.ChangesPending, ExitCode.Ok,
    ];

    /// <summary>The one that tells most, by <see cref="Precedence"/>; Ok for none.</summary>
    public static ExitCode Worst(IEnumerable<ExitCode> codes)
    {
        var seen = codes.ToHashSet();
        return Precedence.FirstOrDefault(seen.Contains, ExitCode.Ok);
    }
}
