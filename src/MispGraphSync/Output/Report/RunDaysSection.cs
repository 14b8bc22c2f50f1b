namespace MispGraphSync.Output.Report;

/// <summary>What the runs of the last days did.</summary>
internal static class RunDaysSection
{
    public static void Write(Html html, ReportData facts)
    {
        html.Write($"<section>\n<h2>Runs, the last {ReportData.PastDays} days</h2>\n");
        var runs = facts.Days.Sum(day => day.Runs);
        if (runs == 0)
        {
            html.Write($"<p class=\"none\">No run in these days.</p>\n</section>\n");
            return;
        }

        html.Write($"<p class=\"note\">{runs} {(runs == 1 ? "run" : "runs")}. Accepted are creations, updates and renewals that the services took; each chart has a scale of its own.</p>\n");
        var byDay = facts.Days.ToDictionary(day => day.Day);
        Chart("put", "Accepted", day => day.Sent);
        Chart("removed", "Removed", day => day.Deleted);
        Chart("rejected", "Rejected", day => day.Rejected);
        ColumnChart.Axis(html, facts.FirstDay, facts.FirstDay.AddDays(ReportData.PastDays / 2), facts.FirstDay.AddDays(ReportData.PastDays - 1));
        html.Write($"<details><summary>The figures</summary>\n<table><thead><tr><th scope=\"col\">Day</th><th scope=\"col\">Runs</th><th scope=\"col\">Accepted</th><th scope=\"col\">Removed</th><th scope=\"col\">Rejected</th></tr></thead><tbody>\n");
        foreach (var day in facts.Days.Reverse()) html.Write($"<tr><th scope=\"row\">{day.Day}</th><td>{day.Runs}</td><td>{day.Sent}</td><td>{day.Deleted}</td><td>{day.Rejected}</td></tr>\n");
        html.Write($"</tbody></table></details>\n</section>\n");

        void Chart(string name, string title, Func<Ledger.RunDay, long> value) => ColumnChart.Write(
            html, $"days-{name}", name, title, facts.FirstDay,
            [.. Enumerable.Range(0, ReportData.PastDays).Select(at => byDay.TryGetValue(facts.FirstDay.AddDays(at), out var day) ? value(day) : 0)]);
    }
}
