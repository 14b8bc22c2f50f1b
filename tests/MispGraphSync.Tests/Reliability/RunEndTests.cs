using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>However a run ends, the ledger, the log and the metrics record it, and old log files are removed.</summary>
public sealed class RunEndTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Failed_takeover_is_recorded_as_failed_and_not_as_killed()
    {
        var failed = await _run.RunAsync("verify", "--repair", "--adopt", "misp2sentinel");

        Assert.Equal(2, failed.Code);
        await AssertLastRunAsync("verify", "failed", 2);
        Assert.Contains(Log(), line => line.Contains("ERR verify failed, exit 2: --adopt: misp2sentinel", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Interrupted_question_is_recorded_as_interrupted()
    {
        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);
        using var interrupt = new CancellationTokenSource();
        _run.Interrupt = interrupt.Token;
        _run.Answers = "";
        _run.Error = new OnText("[y/N]", interrupt.Cancel);

        var purge = await _run.RunAsync("purge");

        Assert.Equal(130, purge.Code);
        (_run.Interrupt, _run.Error) = (default, null);
        await AssertLastRunAsync("purge", "interrupted", 130);
        Assert.Contains(Log(), line => line.Contains("WRN purge was interrupted, exit 130", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Application_log_shows_plan_and_outcome()
    {
        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);

        var log = Log();
        Assert.Contains(log,
            line => line.Contains("INF graph: planned ", StringComparison.Ordinal)
                && line.Contains(" to create, 0 to update", StringComparison.Ordinal));
        Assert.Contains(log,
            line => line.Contains("INF graph: ", StringComparison.Ordinal)
                && line.Contains(" accepted, 0 rejected, 0 unknown", StringComparison.Ordinal));
        Assert.DoesNotContain(log,
            line => line.Contains(" ERR ", StringComparison.Ordinal) || line.Contains(" WRN ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Application_log_has_the_reason_of_a_failed_destination()
    {
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Reply(403, """{"error":{"code":"Forbidden","message":"Consent is missing"}}"""),
            times: int.MaxValue);

        var push = await _run.RunAsync("push", "-q");

        Assert.Equal(4, push.Code);
        Assert.Contains(Log(),
            line => line.Contains("ERR graph: exit 4: ", StringComparison.Ordinal)
                && line.Contains("Consent is missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Application_log_warns_of_withheld_deletions_with_the_reason()
    {
        var uuid = _run.Sandbox.MispState.AddEvent(SomeMisp.Event(1, domains: 3));
        _run.Change(settings => settings["guard"] = new JsonObject { ["maxDelete"] = 0 });
        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);
        var held = _run.Sandbox.MispState.Events.Single(one =>
            one["uuid"]!.GetValue<string>() == uuid)["Attribute"]![0]!["uuid"]!.GetValue<string>();
        _run.Sandbox.MispState.DeleteAttribute(held);

        Assert.Equal(6, (await _run.RunAsync("push", "-q")).Code);

        Assert.Contains(Log(),
            line => line.Contains("WRN graph: exit 6: ", StringComparison.Ordinal)
                && line.Contains("--max-delete", StringComparison.Ordinal));
        Assert.DoesNotContain(Log(), line => line.Contains(" ERR ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Application_log_has_the_reasons_of_rejected_indicators()
    {
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Reply(400, """{"error":{"code":"BadRequest","message":"Not like this"}}"""),
            times: int.MaxValue);

        await _run.RunAsync("push", "-q");

        Assert.Contains(Log(), line => line.Contains("Not like this", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Application_log_has_a_concurrent_run_and_a_failed_source_as_errors()
    {
        using (await MispGraphSync.Ledger.RunLock.TakeAsync(Path.Combine(_run.Folder, _run.Setting("ledger") ?? "misp-graph.db"),
            TimeSpan.Zero, TimeProvider.System, TestContext.Current.CancellationToken))
            Assert.Equal(11, (await _run.RunAsync("push", "-q")).Code);
        _run.Sandbox.Faults.Add(Service.Misp, new Fault.Reply(403, """{"message":"No such key"}"""), times: int.MaxValue);

        var push = await _run.RunAsync("push", "-q");

        Assert.Equal(4, push.Code);
        Assert.Contains(Log(), line => line.Contains("ERR push failed, exit 11: Another run", StringComparison.Ordinal));
        Assert.Contains(Log(),
            line => line.Contains(" ERR ", StringComparison.Ordinal) && line.Contains("No such key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Application_log_has_an_unknown_destination_and_a_failed_list_as_errors()
    {
        Assert.Equal(2, (await _run.RunAsync("push", "-q", "--destination", "nowhere")).Code);
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Reply(403, """{"error":{"code":"Forbidden","message":"Consent is missing"}}"""),
            times: int.MaxValue);
        Assert.Equal(4, (await _run.RunAsync("read")).Code);

        Assert.Contains(Log(),
            line => line.Contains("ERR push failed, exit 2: There is no destination 'nowhere'.", StringComparison.Ordinal));
        Assert.Contains(Log(),
            line => line.Contains("ERR read failed, exit 4: ", StringComparison.Ordinal)
                && line.Contains("Consent is missing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Old_log_files_are_removed_at_the_end_of_each_run(bool fails)
    {
        Directory.CreateDirectory(_run.Logs);
        string[] old = ["20200102T030405.678Z_000042_graph_submit_200.json", "misp-graph-20200102.log", "misp-graph-20200102_001.jsonl",
            ".123-4.tmp"];
        string[] others = ["notes-20200102.log", "20200102.json", "misp-graph-20200102.log.gz", ".hidden"];
        foreach (var name in (string[])[.. old, .. others])
        {
            var file = Path.Combine(_run.Logs, name);
            File.WriteAllText(file, "");
            File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        }

        if (fails) _run.Sandbox.Faults.Add(Service.Misp, new Fault.Reply(403, "{}"), times: int.MaxValue);
        Assert.Equal(fails, (await _run.RunAsync("push", "-q")).Code != 0);
        if (fails) Assert.Equal(2, (await _run.RunAsync("verify", "--repair", "--adopt", "misp2sentinel")).Code);

        Assert.All(old, name => Assert.False(File.Exists(Path.Combine(_run.Logs, name)), name));
        Assert.All(others, name => Assert.True(File.Exists(Path.Combine(_run.Logs, name)), name));
    }

    [Fact]
    public async Task Dry_run_removes_no_log_file()
    {
        Directory.CreateDirectory(_run.Logs);
        var old = Path.Combine(_run.Logs, "misp-graph-20200102.log");
        File.WriteAllText(old, "");

        Assert.Equal(0, (await _run.RunAsync("plan")).Code);

        Assert.True(File.Exists(old));
    }

    private async Task AssertLastRunAsync(string command, string status, int code)
    {
        var last = (await _run.RunAsync("status", "--json")).Json.GetProperty("runs")[0];
        Assert.Equal((command, status, code),
            (last.GetProperty("command").GetString(), last.GetProperty("status").GetString(), last.GetProperty("exitCode").GetInt32()));
    }

    private List<string> Log() => [.. Directory.GetFiles(_run.Logs, "misp-graph-*.log").SelectMany(File.ReadAllLines)];

    private sealed class OnText(string sought, Action then) : StringWriter
    {
        public override void Write(string? value)
        {
            base.Write(value);
            if (value?.Contains(sought, StringComparison.Ordinal) == true) then();
        }
    }
}
