namespace MispGraphSync.Output;

/// <summary>A command to run next, without the program's name, and its purpose.</summary>
internal sealed record NextStep(string Command, string Purpose);

/// <summary>What to run after a run; what needs a person comes first. At most three.</summary>
internal static class NextSteps
{
    public static IEnumerable<NextStep> After(RunReport report, bool isDryRun, bool hasLedger = true) =>
        All(report, isDryRun, hasLedger).Distinct().Take(3);

    private static IEnumerable<NextStep> All(RunReport report, bool isDryRun, bool hasLedger)
    {
        var destinations = report.Destinations;
        var doctor = DoctorAfter(report);
        if (doctor is not null && report.Outcome is RunOutcome.SignInFailed or RunOutcome.InvalidInput) yield return doctor;
        foreach (var refused in destinations.Where(one => one.Withheld > 0 && !isDryRun))
            yield return new NextStep($"plan --destination {refused.Name}", "shows the withheld deletions");
        var isRejecting = destinations.Any(one => one.Tally.Rejected > 0);
        if (hasLedger && (isRejecting || destinations.Any(one => one.Suppressed > 0)))
            yield return new NextStep(isRejecting ? $"errors --run {report.RunId}" : "errors", "which, why, and what to do");

        if (isDryRun)
        {
            var isPlanned = RunText.ForecastOf(report) is null && destinations.Any(one => one.Planned.Total > 0);
            if (isPlanned) yield return new NextStep("push", "applies this plan");
        }
        else if (report.Outcome is RunOutcome.Interrupted or RunOutcome.OutOfTime) yield return new NextStep("push", "resumes");
        else if (report.Outcome == RunOutcome.Unreachable || destinations.Any(one => one.Tally.Unknown > 0))
            yield return new NextStep("push", "tries again; nothing is sent twice");
        else if (report.Outcome == RunOutcome.Done && destinations.Any(one => one.Tally.Accepted > 0))
            yield return new NextStep("verify", "compares the destinations with what was sent");

        // An unreachable service may recover, so it comes after the next push.
        if (doctor is not null) yield return doctor;
    }

    /// <summary>For one destination where only that one failed; null for failures that doctor does not examine.</summary>
    private static NextStep? DoctorAfter(RunReport report)
    {
        var failed = report.Destinations.Where(one => IsForDoctor(one.Outcome) || IsForDoctor(one.Obstacle?.Outcome)).ToList();
        var isOne = failed.Count == 1 && report.Destinations.Count > 1 && !IsForDoctor(report.Source.Outcome);
        if (failed.Count == 0 && !IsForDoctor(report.Source.Outcome)) return null;
        return new NextStep(isOne ? $"doctor --destination {failed[0].Name}" : "doctor", "finds the cause and how to fix it");
    }

    private static bool IsForDoctor(RunOutcome? outcome) =>
        outcome is RunOutcome.SignInFailed or RunOutcome.Unreachable or RunOutcome.InvalidInput;
}
