using MispGraphSync.Core.Sync;

namespace MispGraphSync;

/// <summary>A repair as the history of runs has it: a run that read no source.</summary>
internal static class UpkeepReport
{
    public static RunReport Of(long run, IReadOnlyList<VerifiedDestination> results, RunControl control, TimeSpan duration)
    {
        var code = ExitCodes.Worst([control.Code, .. results.Select(result => result.ExitCode)]);
        return new RunReport
        {
            RunId = run,
            Status = code switch
            {
                ExitCode.Ok => RunStatus.Completed,
                ExitCode.Partial => RunStatus.CompletedWithErrors,
                ExitCode.Refused => RunStatus.Refused,
                ExitCode.Interrupted => RunStatus.Interrupted,
                _ => RunStatus.Failed,
            },
            ExitCode = code,
            Duration = duration,
            Source = new SourceReport { Name = "", Kind = "none", Complete = true },
            Destinations = [.. results.Select(result => result.ToReport())],
        };
    }
}
