using MispGraphSync.Core.Ports;

namespace MispGraphSync.Output;

/// <summary>A command that is worth running next, without the program's name, and what it is for.</summary>
internal sealed record NextStep(string Command, string Purpose);

/// <summary>What to run after a run, by its outcome: what needs somebody first. At most three.</summary>
internal static class NextSteps
{
    public static IEnumerable<NextStep> After(RunReport report, bool isDryRun) => All(report, isDryRun).Distinct().Take(3);

    private static IEnumerable<NextStep> All(RunReport report, bool isDryRun)
    {
        var destinations = report.Destinations;
        var doctor = DoctorAfter(report);
        if (doctor is not null && report.Outcome is RunOutcome.SignInFailed or RunOutcome.InvalidInput) yield return doctor;
        foreach (var refused in destinations.Where(one => one.Withheld > 0 && !isDryRun))
            yield return new NextStep($"plan --destination {refused.Name}", "shows what would be deleted");
        if (destinations.Sum(one => one.Tally.Rejected) > 0)
            yield return new NextStep($"errors --run {report.RunId}", "which, why, and what to do");
        else if (destinations.Sum(one => one.Suppressed) > 0)
            yield return new NextStep("errors", "what is held back, why, and what to do");
        if (isDryRun)
        {
            if (report.Outcome == RunOutcome.Done && destinations.Sum(one => one.Planned.Total) > 0) yield return new NextStep("push", "does it");
        }
        else if (report.Outcome is RunOutcome.Interrupted or RunOutcome.OutOfTime)
        {
            yield return new NextStep("push", "goes on from here");
        }
        else if (report.Outcome == RunOutcome.Unreachable || destinations.Sum(one => one.Tally.Unknown) > 0)
        {
            yield return new NextStep("push", "tries again; nothing is sent twice");
        }
        else if (report.Outcome == RunOutcome.Done && destinations.Sum(one => one.Tally.Accepted) > 0)
        {
            yield return new NextStep("verify", "whether all of it is there");
        }

        // What is out of reach may come back by itself.
        if (doctor is not null) yield return doctor;
    }

    /// <summary>Of the one destination that it is about, where there are others; null for what doctor knows nothing of.</summary>
    private static NextStep? DoctorAfter(RunReport report)
    {
        if (IsForDoctor(report.Source.Outcome)) return new NextStep("doctor", "finds the cause, and what mends it");
        var ill = report.Destinations.Where(one => IsForDoctor(one.Outcome)).ToList();
        return ill switch
        {
            [] => null,
            [var one] when report.Destinations.Count > 1 => new NextStep($"doctor --destination {one.Name}", "finds the cause, and what mends it"),
            _ => new NextStep("doctor", "finds the cause, and what mends it"),
        };
    }

    private static bool IsForDoctor(RunOutcome code) => code is RunOutcome.SignInFailed or RunOutcome.Unreachable or RunOutcome.InvalidInput;
}
