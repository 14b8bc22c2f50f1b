using MispGraphSync.Core.Ports;
using MispGraphSync.Text;

namespace MispGraphSync.Output.Report;

/// <summary>The last runs, the newest first.</summary>
internal static class RecentRunsSection
{
    public const int Runs = 20;

    public static void Write(Html html, ReportData facts)
    {
        html.Write($"<section>\n<h2>The last runs</h2>\n");
        if (facts.Status.Runs.Count == 0)
        {
            html.Write($"<p class=\"none\">None yet.</p>\n</section>\n");
            return;
        }

        html.Write($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The last runs\"><table class=\"runs\"><thead><tr><th scope=\"col\">Run</th><th scope=\"col\">Started</th><th scope=\"col\">Verb</th><th scope=\"col\">Ended</th><th scope=\"col\">Took</th><th scope=\"col\">Accepted</th><th scope=\"col\">Removed</th><th scope=\"col\">Rejected</th></tr></thead><tbody>\n");
        foreach (var run in facts.Status.Runs)
        {
            var reports = PastRunCounts.Read(run.Report);
            var removed = reports.Sum(one => one.Deleted);
            html.Write($"<tr class=\"{(run.ExitCode == ExitCodes.Of(RunOutcome.Done) ? "well" : "ill")}\"><th scope=\"row\">{run.Id}</th><td><time>{run.Started}</time></td><td>{run.Command,40}</td><td class=\"how\">{RunLabels.Outcome(run, facts.Status),60}");
            if (run.ExitCode is { } code and not 0) html.Write($" <small>exit {code}</small>");
            html.Write($"</td><td>{(run.Ended is { } ended ? Durations.Text(ended - run.Started) : "-")}</td><td>{reports.Sum(one => one.Accepted) - removed}</td><td>{removed}</td><td>{reports.Sum(one => one.Rejected)}</td></tr>\n");
        }

        html.Write($"</tbody></table></div>\n</section>\n");
    }
}
