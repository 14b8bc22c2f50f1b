using System.Text;

namespace MispGraphSync.Output;

/// <summary>
/// The last run as a Prometheus text file, for the node exporter's textfile collector. Replaces nothing but an older one,
/// atomically, and never fails a run.
/// </summary>
internal static class MetricsFile
{
    private const string Prefix = "misp_graph_";

    /// <returns>Why it was not written; null when it was.</returns>
    public static string? Write(string path, RunReport report, DateTimeOffset now)
    {
        try
        {
            if (!PrivateFile.IsFreeFor(path, $"# HELP {Prefix}")) return "another file is in its place";
            // The collector runs under another account.
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
        Metric("last_run_timestamp_seconds", "When the last run ended.", ("", now.ToUnixTimeSeconds()));
        Metric("last_run_exit_code", "The exit code of the last run.", ("", ExitCodes.Of(report.Outcome)));
        Metric("last_run_duration_milliseconds", "How long the last run took.", ("", (long)report.Duration.TotalMilliseconds));
        Metric("events", "Events that matched the filters.", ("", report.Source.Events));
        Metric("attributes_read", "Attributes read in the last run.", ("", report.Source.Attributes));
        Metric("attributes_skipped", "Attributes skipped in the last run.",
            [.. report.Source.Skipped.Select(skip => ($"{{reason=\"{skip.Key.Slug()}\"}}", skip.Value))]);
        Each("held", "Indicators held at the destination.", one => one.Held);
        Each("suppressed", "Indicators not resent: rejected earlier, unchanged.", one => one.Suppressed);
        Each("accepted", "Steps accepted in the last run.", one => one.Tally.Accepted);
        Each("rejected", "Steps rejected in the last run.", one => one.Tally.Rejected);
        Each("unknown", "Steps whose outcome is unknown.", one => one.Tally.Unknown);
        Each("not_attempted", "Steps planned and not attempted.", one => one.Tally.NotAttempted);
        Each("requests", "Requests of the last run.", one => one.Requests.Sent);
        Each("throttled", "Attempts of the last run that were answered 429.", one => one.Requests.Throttled);
        return text.ToString();

        void Each(string name, string help, Func<DestinationReport, long> value) => Metric(
            name, help, [.. report.Destinations.Select(one => ($"{{destination=\"{one.Name}\",kind=\"{one.Kind}\"}}", value(one)))]);

        void Metric(string name, string help, params (string Labels, long Value)[] samples)
        {
            text.Append($"# HELP {Prefix}{name} {help}\n# TYPE {Prefix}{name} gauge\n");
            foreach (var (labels, value) in samples) text.Append($"{Prefix}{name}{labels} {value}\n");
        }
    }
}
