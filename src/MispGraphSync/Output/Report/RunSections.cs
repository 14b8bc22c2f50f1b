using MispGraphSync.Ledger;

namespace MispGraphSync.Output.Report;

/// <summary>What the runs of the last days did: a chart, and a list.</summary>
internal static class RunSections
{
    public static void Days(Html html, ReportData data)
    {
        var runs = data.Days.Sum(day => day.Runs);
        if (runs == 0)
        {
            html.None("No run in these days.");
            return;
        }

        html.Note($"{Plural.Of(runs, "run")}. Accepted are creations, updates and renewals that the services took; "
            + "each chart has a scale of its own.");
        var byDay = data.Days.ToDictionary(day => day.Day);
        Chart("put", "Accepted", day => day.Sent);
        Chart("removed", "Removed", day => day.Deleted);
        Chart("rejected", "Rejected", day => day.Rejected);
        ColumnChart.Axis(html, data.FirstDay, ReportData.PastDays);
        html.Write($"<details><summary>The figures</summary>\n<table>");
        html.Rows(["Day", "Runs", "Accepted", "Removed", "Rejected"], () =>
        {
            foreach (var day in data.Days.Reverse())
                html.Row($"{day.Day:yyyy-MM-dd}", [$"{day.Runs:N0}", $"{day.Sent:N0}", $"{day.Deleted:N0}", $"{day.Rejected:N0}"]);
        });
        html.Write($"</table></details>\n");

        void Chart(string kind, string title, Func<RunDay, long> value)
        {
            var days = Enumerable.Range(0, ReportData.PastDays).Select(at => byDay.GetValueOrDefault(data.FirstDay.AddDays(at)));
            ColumnChart.Write(html, $"days-{kind}", kind, title, data.FirstDay, [.. days.Select(day => day is null ? 0 : value(day))]);
        }
    }

    public static void Recent(Html html, ReportData data)
    {
        if (data.Status.Runs.Count == 0) html.None("None yet.");
        else html.ScrollTable("The last runs", "runs", ["Run", "Started", "Verb", "Ended", "Took", "Accepted", "Removed", "Rejected"], () =>
        {
            foreach (var run in data.Status.Runs) Recent(html, run, Outcome(run, data.Status));
        });
    }

    public static string Outcome(ReportedRun run, StatusReport status) =>
        run.Status is { } slug ? slug.Replace('-', ' ') : status.IsInProgress(run) ? "is in progress" : "did not finish";

    private static void Recent(Html html, ReportedRun run, string outcome)
    {
        var removed = run.Destinations.Sum(one => one.Deleted);
        html.Write($"<tr class=\"{(run.ExitCode == ExitCodes.Of(RunOutcome.Done) ? "well" : "ill")}\"><th scope=\"row\">{run.Run}</th>");
        html.Write($"<td><time>{run.Started}</time></td><td>{run.Command,40}</td><td class=\"how\">{outcome,60}");
        if (run.ExitCode is { } code and not 0) html.Write($" <small>exit {code}</small>");
        html.Write($"</td><td>{(run.Ended is { } ended ? Durations.Text(ended - run.Started) : "-")}</td>");
        html.Write($"<td>{run.Destinations.Sum(one => one.Accepted) - removed}</td><td>{removed}</td>");
        html.Write($"<td>{run.Destinations.Sum(one => one.Rejected)}</td></tr>\n");
    }
}
