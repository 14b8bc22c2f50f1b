using System.Diagnostics;
using System.Text.RegularExpressions;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Output;

public partial class MetricsFileTests
{
    private const string Hostile = "a\\b\"c\nd{},# e";

    private static PushMetrics Good => new()
    {
        Ended = Some.Now,
        Duration = TimeSpan.FromMilliseconds(1_234.5),
        Outcome = RunOutcome.Done,
        Report = ReportOf(Sent("tip", withheld: 63), Sent(Hostile, withheld: 0)),
        Hits = new HitMetrics(
            [(new DestinationInfo("tip", "sentinel", "", ""),
                new HitSummary(2, 3, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch))], 4),
        ClockOffsets = new Dictionary<string, TimeSpan>
        {
            ["login.example"] = TimeSpan.FromSeconds(-3.25),
            ["tip.example:8443"] = TimeSpan.FromTicks(7),
        },
    };

    [Fact]
    public void Metrics_have_the_figures_of_the_push()
    {
        var metrics = Exposition.Parse(MetricsFile.Text(Good, ""));

        Assert.Equal(Some.Now.ToUnixTimeSeconds(), metrics.Value("last_run_timestamp_seconds"));
        Assert.Equal(Some.Now.ToUnixTimeSeconds(), metrics.Value("last_success_timestamp_seconds"));
        Assert.Equal((1.234, 0.0), (metrics.Value("last_run_duration_seconds"), metrics.Value("last_run_exit_code")));
        Assert.Equal((-3.25, 0.0), (metrics.Value("clock_offset_seconds", "login.example"),
            metrics.Value("clock_offset_seconds", "tip.example:8443")));
        Assert.Equal((63.0, 5.0, 7_000.0), (metrics.Value("deletions_withheld", "tip", "graph"),
            metrics.Value("waiting_for_room", "tip", "graph"), metrics.Value("held", "tip", "graph")));
        Assert.Equal(60, metrics.Value("attributes_skipped", "invalid-url"));
    }

    [Fact]
    public void Label_values_are_escaped()
    {
        var text = MetricsFile.Text(Good, "");

        Assert.Contains("""misp_graph_held{destination="a\\b\"c\nd{},# e",kind="graph"} 7000""", text, StringComparison.Ordinal);
        Assert.Equal(7_000, Exposition.Parse(text).Value("held", Hostile, "graph"));
    }

    [Fact]
    public void Push_without_a_report_changes_only_its_own_end()
    {
        var failed = new PushMetrics { Ended = Some.Now.AddHours(1), Duration = TimeSpan.Zero, Outcome = RunOutcome.InvalidInput };

        var text = MetricsFile.Text(failed, MetricsFile.Text(Good, ""));

        var metrics = Exposition.Parse(text);
        Assert.Equal(2, metrics.Value("last_run_exit_code"));
        Assert.Equal(Some.Now.AddHours(1).ToUnixTimeSeconds(), metrics.Value("last_run_timestamp_seconds"));
        Assert.Equal(Some.Now.ToUnixTimeSeconds(), metrics.Value("last_success_timestamp_seconds"));
        Assert.Equal((63.0, 7_000.0), (metrics.Value("deletions_withheld", "tip", "graph"), metrics.Value("held", Hostile, "graph")));
        Assert.Equal(text, MetricsFile.Text(failed, text));
    }

    [Fact]
    public void First_push_that_fails_has_no_success()
    {
        var metrics = Exposition.Parse(MetricsFile.Text(Good with { Report = null, Outcome = RunOutcome.Unreachable }, ""));

        Assert.Null(metrics.Value("last_success_timestamp_seconds"));
        Assert.Equal(5, metrics.Value("last_run_exit_code"));
    }

    [Fact]
    public void Undecided_deletions_keep_the_number_of_the_push_before()
    {
        var undecided = Good with { Report = ReportOf(Sent("tip", withheld: null), Sent("new", withheld: null)) };

        var metrics = Exposition.Parse(MetricsFile.Text(undecided, MetricsFile.Text(Good, "")));

        Assert.Equal(63, metrics.Value("deletions_withheld", "tip", "graph"));
        Assert.Null(metrics.Value("deletions_withheld", "new", "graph"));
        Assert.Null(metrics.Value("deletions_withheld", Hostile, "graph"));
    }

    [Fact]
    public void Unknown_lines_of_the_file_before_are_dropped()
    {
        const string Before =
            "# HELP misp_graph_old Old.\n# TYPE misp_graph_old gauge\nmisp_graph_old 3\nmisp_graph_last_success_timestamp_seconds soon\n";

        var metrics = Exposition.Parse(MetricsFile.Text(Good with { Report = null, Outcome = RunOutcome.Bug }, Before));

        Assert.DoesNotContain("misp_graph_old", metrics.Families);
        Assert.Null(metrics.Value("last_success_timestamp_seconds"));
    }

    [Fact]
    public void Metrics_page_lists_each_metric_and_no_other()
    {
        var page = DocsTests.Read("docs/metrics.md");

        Assert.Equal(MetricsFile.Names, MetricRow().Matches(page).Select(row => "misp_graph_" + row.Groups[1].Value));
        Assert.Equal(MetricsFile.Names, Exposition.Parse(MetricsFile.Text(Good, "")).Families);
        Assert.All(UsedMetric().Matches(page), used => Assert.Contains(used.Value, MetricsFile.Names));
    }

    [Fact]
    public async Task Promtool_accepts_the_metrics()
    {
        var (code, output) = await PromtoolAsync(MetricsFile.Text(Good, ""), "check", "metrics");

        Assert.Equal((0, ""), (code, output));
    }

    [Fact]
    public async Task Promtool_accepts_the_alerts_of_the_metrics_page()
    {
        var alerts = DocsTests.Read("docs/metrics.md").Split("```yaml\n")[1].Split("```")[0];
        var file = Path.GetTempFileName();
        File.WriteAllText(file, alerts);

        var (code, output) = await PromtoolAsync("", "check", "rules", file);

        File.Delete(file);
        Assert.True(code == 0, output);
    }

    private static async Task<(int Code, string Output)> PromtoolAsync(string input, params string[] args)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var promtool = folders.Select(folder => Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(promtool is null, "promtool is not installed (package prometheus).");
        using var process = Process.Start(new ProcessStartInfo(promtool, args)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var cancel = TestContext.Current.CancellationToken;
        var output = await process.StandardOutput.ReadToEndAsync(cancel) + await process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, output);
    }

    private static RunReport ReportOf(params DestinationReport[] destinations) => new()
    {
        RunId = 1,
        Status = RunStatus.Completed,
        Outcome = RunOutcome.Done,
        Duration = TimeSpan.FromSeconds(1),
        Source = new SourceReport
        {
            Name = "misp",
            Kind = "misp",
            Events = 1_200,
            Attributes = 9_000,
            Skipped = new Dictionary<SkipReason, long> { [SkipReason.NotForDetection] = 900, [SkipReason.InvalidUrl] = 60 },
        },
        Sources = [new SourceReport { Name = "misp", Kind = "misp", Complete = true, Events = 1_200 }],
        Destinations = destinations,
    };

    /// <param name="withheld">Null: nothing was decided.</param>
    private static DestinationReport Sent(string name, long? withheld) => new()
    {
        Name = name,
        Kind = "graph",
        Status = RunStatus.Completed,
        Held = 7_000,
        WaitingForRoom = 5,
        Tally = new StepTally(10, 3, 2, 1),
        HasDecidedDeletions = withheld is not null,
        WithheldDeletions = withheld > 0
            ? new Failure.DeletionsWithheld(name, DeletionVerdict.TooMany, withheld.Value, 0, 7_000) { Limit = new DeletionLimit(5, false) }
            : null,
    };

    [GeneratedRegex("^\\| `([a-z_]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex MetricRow();

    [GeneratedRegex("misp_graph_[a-z_]+[a-z]")]
    private static partial Regex UsedMetric();
}
