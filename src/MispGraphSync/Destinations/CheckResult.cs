namespace MispGraphSync.Destinations;

/// <summary>One result of a check. Holds no secret.</summary>
/// <param name="Cause">In a sentence or two; also when all is well.</param>
/// <param name="Remedy">What the user can do; null when there is nothing to do.</param>
/// <param name="Code">What a failure makes the process end with; Done for all else.</param>
internal sealed record CheckResult(CheckStatus Status, string Cause, string? Remedy, RunOutcome Code)
{
    public static CheckResult Ok(string cause) => new(CheckStatus.Ok, cause, null, RunOutcome.Done);

    public static CheckResult Warning(string cause, string remedy) => new(CheckStatus.Warning, cause, remedy, RunOutcome.Done);

    public static CheckResult Failed(RunOutcome code, string cause, string remedy) => new(CheckStatus.Failed, cause, remedy, code);

    /// <param name="why">Such as "needs graph token".</param>
    public static CheckResult Skipped(string why) => new(CheckStatus.Skipped, why, null, RunOutcome.Done);

    public static CheckResult FromFailure(RunFailedException failure) =>
        Failed(failure.Outcome, failure.Message, failure.Remedy ?? "docs/troubleshooting.md has more on this.");
}

internal enum CheckStatus
{
    Ok,

    /// <summary>It works, but someone should know of it.</summary>
    Warning,

    Failed,

    /// <summary>Not looked at: what it needs has failed, or is not set up.</summary>
    Skipped,
}
