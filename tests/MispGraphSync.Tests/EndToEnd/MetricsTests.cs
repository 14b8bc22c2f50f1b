using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Ledger;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>What an operator sees who has only the metrics file, <c>status</c> and the report, since a timer runs the pushes.</summary>
public sealed class MetricsTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    private string MetricsPath => Path.Combine(_run.Folder, "m.prom");

    private Exposition Metrics => Exposition.Read(MetricsPath);

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync();
        WriteTo("m.prom");
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Push_writes_what_its_report_says()
    {
        var push = await _run.RunAsync("push", "--json");

        Assert.Equal(push.Destination().GetProperty("held").GetInt64(), Metrics.Value("held", "graph", "graph"));
        Assert.Equal(push.Json.GetProperty("source").GetProperty("attributes").GetInt64(), Metrics.Value("attributes_read"));
        Assert.Equal(0, Metrics.Value("deletions_withheld", "graph", "graph"));
        Assert.Equal(0, Metrics.Value("waiting_for_room", "graph", "graph"));
        Assert.InRange(Metrics.Value("clock_offset_seconds", _run.Sandbox.Entra.Authority)!.Value, -2, 60);
        Assert.Empty(Directory.GetFiles(_run.Folder, "*.tmp"));
    }

    [Theory]
    [InlineData("missing/m.prom", "its folder does not exist")]
    [InlineData("logs", "it is a folder")]
    [InlineData("other.txt", "another file is in its place")]
    [InlineData("/proc/m.prom", "")]
    public async Task Unwritable_metrics_file_is_a_warning_of_push_and_of_doctor(string path, string why)
    {
        Assert.SkipWhen(path[0] == '/' && !Directory.Exists("/proc"), "There is no /proc.");
        File.WriteAllText(Path.Combine(_run.Folder, "other.txt"), "precious");
        Directory.CreateDirectory(_run.Logs);
        WriteTo(path);

        var push = await _run.RunAsync("push", "-q");
        var doctor = await _run.RunAsync("doctor", "--json");

        Assert.Equal(0, push.Code);
        Assert.Contains("warning: The metrics file ", push.Error, StringComparison.Ordinal);
        Assert.Contains(why, push.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("metrics.textfile", push.Error, StringComparison.Ordinal);
        Assert.Contains("The metrics file", File.ReadAllText(Directory.GetFiles(_run.Logs, "misp-graph-*.log").Single()),
            StringComparison.Ordinal);
        var (status, cause) = Finding(doctor);
        Assert.Equal((0, "warning"), (doctor.Code, status));
        Assert.Contains(why, cause, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Doctor_warns_when_the_collector_cannot_enter_the_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        var folder = Directory.CreateDirectory(Path.Combine(_run.Folder, "a", "b")).FullName;
        WriteTo(Path.Combine(folder, "m.prom"));
        var parents = new[] { _run.Folder, Path.Combine(_run.Folder, "a"), folder };
        foreach (var parent in parents) File.SetUnixFileMode(parent, (UnixFileMode)0b111_101_101);

        Assert.Equal(("ok", $"{folder}/m.prom can be written"), Finding(await _run.RunAsync("doctor", "--json")));
        Assert.Empty(Directory.GetFiles(folder));

        File.SetUnixFileMode(parents[1], (UnixFileMode)0b111_000_000);
        var (status, cause) = Finding(await _run.RunAsync("doctor", "--json"));
        Assert.Equal("warning", status);
        Assert.Contains($"only the owner of {parents[1]} may enter", cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_has_no_check_of_metrics_that_are_not_set()
    {
        _run.Change(settings => settings.Remove("metrics"));

        Assert.DoesNotContain("metrics", (await _run.RunAsync("doctor")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_push_writes_its_exit_code_and_keeps_the_last_success()
    {
        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);
        var (first, held) = (Metrics.Value("last_success_timestamp_seconds"), Metrics.Value("held", "graph", "graph"));
        _run.Time.Advance(TimeSpan.FromMinutes(10));

        // The settings have a fault.
        _run.Change(settings => settings["guard"] = new JsonObject { ["maxDelete"] = "many" });
        await AssertFailsAsync(2);
        // A file that the settings name is missing.
        _run.Change(settings => (settings["guard"], settings["caFile"]) = (null, "missing.pem"));
        await AssertFailsAsync(2);
        _run.Change(settings => settings["caFile"] = "ca.pem");
        // Another run is active.
        using (await RunLock.TakeAsync(_run.Ledger, TimeSpan.Zero, TimeProvider.System, TestContext.Current.CancellationToken))
            await AssertFailsAsync(11);
        // The ledger is no ledger.
        File.Move(_run.Ledger, _run.Ledger + ".kept");
        File.WriteAllText(_run.Ledger, "no ledger");
        await AssertFailsAsync(2);
        File.Move(_run.Ledger + ".kept", _run.Ledger, overwrite: true);
        // MISP refuses the key.
        _run.Sandbox.Faults.Add(Service.Misp, new Fault.Reply(403, """{"message":"No such key"}"""), times: int.MaxValue);
        await AssertFailsAsync(4);

        async Task AssertFailsAsync(int code)
        {
            var push = await _run.RunAsync("push", "-q");
            Assert.Equal((code, (double?)code), (push.Code, Metrics.Value("last_run_exit_code")));
            Assert.Equal((first, held), (Metrics.Value("last_success_timestamp_seconds"), Metrics.Value("held", "graph", "graph")));
            Assert.True(Metrics.Value("last_run_timestamp_seconds") > first);
        }
    }

    [Fact]
    public async Task Wrong_clock_is_in_the_metrics_of_the_push_that_it_stops()
    {
        _run.ToolTime = new ClockTests.Behind(_run.Time, TimeSpan.FromHours(2));

        Assert.Equal(2, (await _run.RunAsync("push", "-q")).Code);

        Assert.InRange(Metrics.Value("clock_offset_seconds", _run.Sandbox.Entra.Authority)!.Value, -7_205, -7_195);
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("push", "--dry-run")]
    [InlineData("errors", "--retry")]
    [InlineData("verify", "--repair")]
    public async Task Only_push_writes_metrics(params string[] verb)
    {
        await _run.RunAsync(verb);

        Assert.False(File.Exists(MetricsPath));
    }

    [Fact]
    public async Task Withheld_deletions_are_visible_until_a_push_sends_them()
    {
        await WithholdAsync();
        var since = _run.Time.GetUtcNow();

        // Neither a run that fails, nor one that reads a part, nor one by hand decides about them.
        _run.Time.Advance(TimeSpan.FromHours(1));
        _run.Sandbox.Faults.Add(Service.Misp, new Fault.Reply(403, """{"message":"No such key"}"""), times: 1);
        Assert.Equal(4, (await _run.RunAsync("push", "-q")).Code);
        var some = _run.Sandbox.MispState.Events[0]["uuid"]!.GetValue<string>();
        Assert.Equal(0, (await _run.RunAsync("push", "-q", "--event", some)).Code);
        Assert.Equal(0, (await _run.RunAsync("errors", "--retry")).Code);
        Assert.Equal(1, Metrics.Value("deletions_withheld", "graph", "graph"));
        Assert.Equal(6, (await _run.RunAsync("push", "-q")).Code);

        var withheld = (await _run.RunAsync("status", "--json")).Destination().GetProperty("deletionsWithheld");
        Assert.Equal((1, 2), (withheld.GetProperty("deletions").GetInt32(), withheld.GetProperty("run").GetInt32()));
        Assert.InRange((since - withheld.GetProperty("since").GetDateTimeOffset()).TotalMinutes, -1, 1);
        Assert.Matches("withheld +1 deletion, since run 2 ", (await _run.RunAsync("status")).Out);
        Assert.Contains("<dt>deletions withheld</dt><dd>1 since ", await ReportAsync(), StringComparison.Ordinal);
        Assert.Equal(1, Metrics.Value("deletions_withheld", "graph", "graph"));

        Assert.Equal(0, (await _run.RunAsync("push", "-q", "--max-delete", "1")).Code);

        Assert.Equal(0, Metrics.Value("deletions_withheld", "graph", "graph"));
        var decided = (await _run.RunAsync("status", "--json")).Destination().GetProperty("deletionsWithheld");
        Assert.Equal(JsonValueKind.Null, decided.ValueKind);
        Assert.DoesNotContain("withheld", (await _run.RunAsync("status")).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("deletions withheld", await ReportAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_read_withholds_all_that_is_held()
    {
        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);
        var held = Metrics.Value("held", "graph", "graph");
        _run.Change(settings => settings["misp"]!["eventFilters"] = new JsonArray(new JsonObject { ["tags"] = "no-such-tag" }));

        Assert.Equal(6, (await _run.RunAsync("push", "-q")).Code);

        Assert.Equal(held, Metrics.Value("deletions_withheld", "graph", "graph"));
        Assert.Equal(held, (await _run.RunAsync("status", "--json")).Destination().GetProperty("deletionsWithheld")
            .GetProperty("deletions").GetInt64());
    }

    [Fact]
    public async Task Indicators_over_the_capacity_wait_for_room_in_each_push()
    {
        _run.Configure(["defender"], settings =>
        {
            settings["metrics"] = new JsonObject { ["textfile"] = "m.prom" };
            settings["destinations"]!.AsArray()[0]!["capacity"] = 10;
        });

        var first = await _run.RunAsync("push", "--json");
        var waiting = first.Destination().GetProperty("waitingForRoom").GetInt64();
        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);

        Assert.Equal(first.Destination().GetProperty("skipped").GetProperty("over-capacity").GetInt64(), waiting);
        Assert.True(waiting > 0);
        Assert.Equal(waiting, Metrics.Value("waiting_for_room", "defender", "defender"));
    }

    private async Task WithholdAsync()
    {
        _run.Sandbox.MispState.AddEvent(SomeMisp.Event(1, domains: 3));
        _run.Change(settings => settings["guard"] = new JsonObject { ["maxDelete"] = 0 });
        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);
        var attribute = _run.Sandbox.MispState.Events[^1]["Attribute"]![0]!["uuid"]!.GetValue<string>();
        _run.Sandbox.MispState.DeleteAttribute(attribute);
        Assert.Equal(6, (await _run.RunAsync("push", "-q")).Code);
    }

    private async Task<string> ReportAsync()
    {
        Assert.Equal(0, (await _run.RunAsync("report")).Code);
        return File.ReadAllText(Path.Combine(_run.Folder, "misp-graph-report.html"));
    }

    private void WriteTo(string path) => _run.Change(settings => settings["metrics"] = new JsonObject { ["textfile"] = path });

    private static (string? Status, string? Cause) Finding(ToolResult doctor)
    {
        var row = doctor.Json.EnumerateArray().Single(one => one.GetProperty("check").GetString() == "metrics");
        return (row.GetProperty("status").GetString(), row.GetProperty("cause").GetString());
    }
}
