namespace MispGraphSync.Output;

/// <summary>
/// The summary of a run for people: from the attributes read to the indicators held, with each loss by its reason; then the
/// problems, then what to run next. Its sums add up as in the conservation check.
/// </summary>
internal sealed class RunText(RunReport report, RejectionGroups rejections, bool isDryRun, WrappedText page)
{
    /// <param name="options">What the next commands need, such as <c>--config FILE</c>; empty for nothing.</param>
    /// <param name="hasLedger">False: no command that reads the ledger is recommended.</param>
    public static string Of(
        RunReport report, RejectionGroups rejections, bool isDryRun, WrappedText page, string options, bool hasLedger = true)
    {
        var text = new RunText(report, rejections, isDryRun, page);
        foreach (var source in SourcesOf(report)) text.Source(source);
        foreach (var destination in report.Destinations) text.Destination(destination);
        text.Totals();
        if (Problems(report) is { Length: > 0 } problems)
        {
            page.Blank();
            if (isDryRun && ForecastOf(report) is { } forecast) page.Line(forecast);
            foreach (var line in problems.Split('\n')) page.Line(line, line[0] == '!' ? page.Style.Red : null);
        }

        text.Ending();
        foreach (var next in NextSteps.After(report, isDryRun, hasLedger))
            page.Line($"  next: misp-graph {next.Command}{options}  {next.Purpose}");
        return page.ToString();
    }

    /// <summary>How a push would end now, for a dry run with problems; null: done.</summary>
    public static string? ForecastOf(RunReport report)
    {
        var outcome = RunOutcomes.Worst([report.Outcome, .. report.Destinations.Select(one => one.Obstacle?.Outcome ?? RunOutcome.Done)]);
        return outcome == RunOutcome.Done ? null : $"push would end with exit {ExitCodes.Of(outcome)} now:";
    }

    /// <summary>Each reason why the run is incomplete, with its remedy; empty for none.</summary>
    public static string Problems(RunReport report)
    {
        const int MaxGaps = 10;
        var lines = new List<string>();
        foreach (var source in SourcesOf(report))
        {
            Add($"read {source.Name}", source.Error, source.Remedy);
            var gaps = report.Sources.Count > 1 ? $"not read of {Sanitize.ForDisplay(source.Name, 80)}" : "not read";
            lines.AddRange(source.Gaps.Take(MaxGaps).Select(gap => $"! {gaps}: {Sanitize.ForDisplay(gap)}"));
            if (source.Gaps.Count > MaxGaps) lines.Add($"! and {source.Gaps.Count - MaxGaps:N0} more gaps in the read.");
            if (PartialResult(report, source) is { } result) lines.Add(result);
        }

        foreach (var one in report.Destinations)
        {
            if (one.Error != report.Source.Error) Add(one.Name, one.Error, one.Remedy);
            if (FailureText.Of(one.Obstacle) is var (sentence, remedy)) Add(one.Name, sentence, remedy);
        }

        lines.AddRange(report.Imbalances.Select(imbalance => $"! This is a bug: {imbalance}"));
        return string.Join('\n', lines);

        void Add(string what, string? error, string? remedy)
        {
            if (error is null) return;
            lines.Add($"! {what}: {Sanitize.ForDisplay(error, 2_000)}");
            if (remedy is not null) lines.Add($"  {Sanitize.ForDisplay(remedy, 2_000)}");
        }
    }

    private static IReadOnlyList<SourceReport> SourcesOf(RunReport report) =>
        report.Sources.Count > 0 ? report.Sources : [report.Source];

    private static string? PartialResult(RunReport report, SourceReport source)
    {
        var isOfSeveral = report.Sources.Count > 1;
        if (source.Gaps.Count > 0 && source.MayDelete) return "  The read is partial: the indicators of these events do not change.";
        if (source.Gaps.Count > 0 && !isOfSeveral) return "  The read is partial, so nothing was deleted.";
        var isPartial = isOfSeveral && report.Source.Outcome == RunOutcome.Done && (source.Gaps.Count > 0 || source.Error is not null);
        return isPartial ? "  Nothing of this source was deleted; the other sources are not affected." : null;
    }

    private void Source(SourceReport source)
    {
        if (source.Kind == SourceReport.OfLedger.Kind)
        {
            var isSending = report.Destinations.Any(one => one.Planned.Total > 0);
            page.Line((isSending ? "Sent rejected indicators again" : "No rejected indicator is to be sent again") + "; nothing was read.");
            return;
        }

        var name = Sanitize.ForDisplay(source.Name, 200);
        if (source is { Error: not null, Events: 0, Complete: false })
        {
            page.Line($"{name}: not read", page.Style.Bold);
            return;
        }

        var aged = source.EventsAged > 0 ? $", {source.EventsAged:N0} aged" : "";
        var withdrawn = source.EventsWithdrawn > 0 ? $", {source.EventsWithdrawn:N0} withdrawn" : "";
        var events = Plural.Of(source.Events, "event matches", "events match");
        page.Line($"{name}: {events}, {source.Events - source.EventsUnchanged:N0} new or changed{aged}{withdrawn}", page.Style.Bold);
        if (source.Attributes == 0) return;
        Row(source.Attributes, "attributes read");
        Row(source.Mapped, "  give an indicator");
        RowIfAny(source.Context, "  give context");
        RowIfAny(source.Skipped.Values.Sum(), $"  skipped: {Reasons(source.Skipped)}");
    }

    private void Destination(DestinationReport destination)
    {
        page.Blank();
        page.Line(DestinationInfo.LabelOf(destination.Name, destination.Kind), page.Style.Bold);
        RowIfAny(destination.Skipped.Values.Sum(), $"skipped here: {Reasons(destination.Skipped)}");
        RowIfAny(destination.Suppressed, "not resent: rejected earlier, unchanged");
        // A run that failed before it planned knows nothing of changes.
        if (destination.Outcome != RunOutcome.Done && destination.Planned.Total == 0)
        {
            Row(destination.Held, $"at destination, not changed{Requests(destination.Requests)}");
            return;
        }

        Row(destination.Planned.Total, $"planned{(destination.Planned.Total == 0 ? "" : ": " + Actions(destination.Planned))}");
        if (!isDryRun && destination.Tally.Total > 0) Outcome(destination);
        if (destination.Unchanged > 0 || destination.Planned.Total == 0) Row(destination.Unchanged, "unchanged");
        if (!isDryRun) Row(destination.Held, $"at destination{Requests(destination.Requests)}");
    }

    private void Outcome(DestinationReport destination)
    {
        var tally = destination.Tally;
        Row(tally.Accepted, "  accepted");
        RowIfAny(tally.Rejected, "  rejected", page.Style.Red);
        foreach (var (reason, count) in rejections.At(destination)) page.Line($"{"",13}  {count:N0} × {reason}");
        RowIfAny(tally.Unknown, "  unknown: no response", page.Style.Red);
        RowIfAny(destination.Withheld, "  deletions withheld by a guard", page.Style.Red);
        RowIfAny(tally.NotAttempted - destination.Withheld, "  not attempted");
    }

    // Of several destinations, so that one line says it all.
    private void Totals()
    {
        if (report.Destinations.Count < 2 && !isDryRun) return;
        var planned = report.Destinations.Select(one => one.Planned).Aggregate(PlanCounts.None, (sum, one) => sum + one);
        if (planned.Total == 0 && !isDryRun) return;
        page.Blank();
        page.Line($"{(isDryRun ? "Plan" : "Total")}: {Actions(planned)}.", page.Style.Bold);
    }

    private static string Actions(PlanCounts planned)
    {
        var renew = planned.Renew > 0 ? $"{planned.Renew:N0} to renew, " : "";
        return $"{planned.Create:N0} to create, {planned.Update:N0} to update, {renew}{planned.Delete:N0} to delete";
    }

    private static string Requests(RequestCounts requests)
    {
        if (requests.Sent == 0) return "";
        var retries = requests.Retries > 0 ? $", {Plural.Of(requests.Retries, "retry", "retries")}" : "";
        var throttled = requests.Throttled > 0 ? $", throttled {Plural.Of(requests.Throttled, "time")}" : "";
        return $", after {Plural.Of(requests.Sent, "request")}{retries}{throttled}";
    }

    private static string Reasons(IReadOnlyDictionary<SkipReason, long> skipped) => string.Join(", ", skipped
        .Where(skip => skip.Value > 0).OrderByDescending(skip => skip.Value).ThenBy(skip => skip.Key)
        .Select(skip => $"{skip.Value:N0} {skip.Key.Slug()}"));

    private void Ending()
    {
        var what = isDryRun ? "Dry run" : $"Run {report.RunId}";
        var duration = Durations.Text(report.Duration);
        var how = report.Status switch
        {
            RunStatus.Completed when isDryRun => $"done in {duration}; nothing was sent",
            RunStatus.Completed => $"completed in {duration}",
            RunStatus.CompletedWithErrors => $"completed in {duration}, with errors",
            RunStatus.Partial => $"partial, ended after {duration}",
            RunStatus.Refused when isDryRun => $"done in {duration}; nothing was sent, and a guard would withhold deletions",
            RunStatus.Refused => $"completed in {duration}; a guard withheld deletions",
            RunStatus.Interrupted => $"interrupted after {duration}; progress is saved",
            _ => $"failed after {duration}",
        };
        page.Blank();
        var isDone = report.Outcome == RunOutcome.Done;
        page.Line($"{what} {how} (exit {ExitCodes.Of(report.Outcome)}).", isDone ? page.Style.Green : page.Style.Red);
    }

    private void Row(long number, string what, Func<string, string>? paint = null) => page.Line($"{number,11:N0}  {what}", paint);

    private void RowIfAny(long number, string what, Func<string, string>? paint = null)
    {
        if (number > 0) Row(number, what, paint);
    }
}
