using MispGraphSync.Core.Sync;

namespace MispGraphSync.Doctor;

/// <summary>One thing that a check found out. Holds no secret.</summary>
/// <param name="Cause">What is so, in a sentence or two; also of what is well.</param>
/// <param name="Remedy">What the user can do; null where there is nothing to do.</param>
/// <param name="Code">What a failure makes the process end with; Ok for all else.</param>
internal sealed record Diagnosis(CheckStatus Status, string Cause, string? Remedy, ExitCode Code)
{
    public static Diagnosis Ok(string cause) => new(CheckStatus.Ok, cause, null, ExitCode.Ok);

    public static Diagnosis Warning(string cause, string remedy) => new(CheckStatus.Warning, cause, remedy, ExitCode.Ok);

    public static Diagnosis Failed(ExitCode code, string cause, string remedy) => new(CheckStatus.Failed, cause, remedy, code);

    /// <param name="why">Such as "needs graph token".</param>
    public static Diagnosis Skipped(string why) => new(CheckStatus.Skipped, why, null, ExitCode.Ok);

    public static Diagnosis Of(RunFailedException failure) =>
        Failed(failure.Code, failure.Message, failure.Remedy ?? "docs/troubleshooting.md has more on this.");
}
