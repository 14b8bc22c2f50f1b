using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>
/// The last run as a Prometheus text file, for the node exporter's textfile collector. Written whole or not at all, over nothing but
/// an older one, and never a reason for a run to fail.
/// </summary>
internal static class MetricsFile
{
    private const string Opening = "# HELP misp_graph_";

    /// <returns>Why it was not written; null when it was.</returns>
    public static string? Write(string path, RunReport report, DateTimeOffset now)
    {
        try
        {
            if (!PrivateFile.IsFreeFor(path, Opening)) return "another file is in its place";
            // The collector works under another account.
            PrivateFile.Replace(path, overwrite: true, file => file.Write(Text(report, now)),
                PrivateFile.Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    public static string Text(RunReport report, DateTimeOffset now)
    {
        var text = new StringBuilder();
        Metric(text, "misp_graph_last_run_timestamp_seconds", "gauge", "When the last run ended.", ("", now.ToUnixTimeSeconds()));
        Metric(text, "misp_graph_last_run_exit_code", "gauge", "The exit code of the last run.", ("", ExitCodes.Of(report.Outcome)));
        Metric(text, "misp_graph_last_run_duration_milliseconds", "gauge", "How long the last run took.", ("", (long)report.Duration.TotalMilliseconds));
        Metric(text, "misp_graph_events", "gauge", "Events that matched the filters.", ("", report.Source.Events));
        Metric(text, "misp_graph_attributes_read", "gauge", "Attributes read in the last run.", ("", report.Source.Attributes));
        Metric(text, "misp_graph_attributes_skipped", "gauge", "Attributes skipped in the last run.", [.. report.Source.Skipped.Select(skip => ($"{{reason=\"{skip.Key.Slug()}\"}}", skip.Value))]);
        Metric(text, "misp_graph_held", "gauge", "Indicators held at the destination.", Each(report, one => one.Held));
        Metric(text, "misp_graph_held_back", "gauge", "Indicators turned down before and unchanged since.", Each(report, one => one.Suppressed));
        Metric(text, "misp_graph_accepted", "gauge", "Steps accepted in the last run.", Each(report, one => one.Tally.Accepted));
        Metric(text, "misp_graph_rejected", "gauge", "Steps rejected in the last run.", Each(report, one => one.Tally.Rejected));
        Metric(text, "misp_graph_unknown", "gauge", "Steps whose outcome is unknown.", Each(report, one => one.Tally.Unknown));
        Metric(text, "misp_graph_not_attempted", "gauge", "Steps planned and not attempted.", Each(report, one => one.Tally.NotAttempted));
        Metric(text, "misp_graph_requests", "gauge", "Requests of the last run.", Each(report, one => one.Requests.Sent));
        Metric(text, "misp_graph_throttled", "gauge", "Attempts of the last run that were answered 429.", Each(report, one => one.Requests.Throttled));
        return text.ToString();
    }

    private static (string, long)[] Each(RunReport report, Func<DestinationReport, long> value) =>
        [.. report.Destinations.Select(one => ($"{{destination=\"{one.Name}\",kind=\"{one.Kind}\"}}", value(one)))];

    private static void Metric(StringBuilder text, string name, string type, string help, params (string Labels, long Value)[] samples)
    {
        text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");
        foreach (var (labels, value) in samples) text.Append($"{name}{labels} {value}\n");
    }
}
