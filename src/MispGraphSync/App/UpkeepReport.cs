using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.App;

/// <summary>A repair as the history of runs has it: a run that read no source.</summary>
internal static class UpkeepReport
{
    public static RunReport Of(long run, IReadOnlyList<VerifiedDestination> results, RunControl control, TimeSpan duration)
    {
        var code = RunOutcomes.Worst([control.Outcome, .. results.Select(result => result.Outcome)]);
        return new RunReport
        {
            RunId = run,
            Status = code switch
            {
                RunOutcome.Done => RunStatus.Completed,
                RunOutcome.Incomplete => RunStatus.CompletedWithErrors,
                RunOutcome.DeletionsWithheld => RunStatus.Refused,
                RunOutcome.Interrupted => RunStatus.Interrupted,
                _ => RunStatus.Failed,
            },
            Outcome = code,
            Duration = duration,
            Source = new SourceReport { Name = "", Kind = "none", Complete = true },
            Destinations = [.. results.Select(result => result.ToReport())],
        };
    }
}
