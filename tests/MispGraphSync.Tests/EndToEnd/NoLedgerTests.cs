using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Graph;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary><c>ledger: "none"</c>: nothing is kept between two runs but the logs.</summary>
public sealed class NoLedgerTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync();
        _run.Change(settings => settings["ledger"] = "none");
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    private GraphState Graph => _run.Sandbox.GraphState;

    [Fact]
    public async Task Push_without_a_ledger_writes_only_logs()
    {
        var push = await _run.RunAsync("push", "--json");

        Assert.Equal(0, push.Code);
        Assert.NotEqual(0, Graph.Count);
        Assert.Equal(["ca.pem", "config.json", "logs"], Directory.GetFileSystemEntries(_run.Folder).Select(Path.GetFileName).Order());
        Assert.Equal(["run.lock"], Directory.GetFiles(_run.Logs).Select(file => Path.GetFileName(file)!)
            .Where(name => !name.EndsWith(".json", StringComparison.Ordinal) && !name.EndsWith(".log", StringComparison.Ordinal)));
        Assert.DoesNotContain("warning", push.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Variable_turns_the_ledger_off()
    {
        _run.Change(settings => settings.Remove("ledger"));
        _run.Environment["MISP_GRAPH__LEDGER"] = "none";

        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);

        Assert.Empty(Directory.GetFiles(_run.Folder, "misp-graph.db*"));
        Assert.Empty(Directory.GetFiles(_run.Logs, "*.stamp"));
    }

    [Theory]
    [InlineData("errors")]
    [InlineData("errors", "--retry")]
    [InlineData("explain", "evil.example")]
    [InlineData("report")]
    [InlineData("status")]
    [InlineData("verify", "--repair")]
    [InlineData("verify", "--adopt", "python-sample")]
    public async Task Command_of_the_ledger_says_that_it_needs_one(params string[] command)
    {
        var result = await _run.RunAsync(command);

        Assert.Equal((2, ""), (result.Code, result.Out));
        Assert.Contains("need", result.Error, StringComparison.Ordinal);
        Assert.Contains("set 'ledger' to a file", result.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["ca.pem", "config.json"],
            Directory.GetFileSystemEntries(_run.Folder).Select(Path.GetFileName).Where(name => name != "logs").Order());
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    [InlineData("jsonl")]
    public async Task Verify_without_a_ledger_is_a_plan(string format)
    {
        _run.Sandbox.ForgetRequests();

        var verify = await _run.RunAsync("verify", "--output", format);
        var plan = await _run.RunAsync("plan", "--output", format);

        Assert.Equal((0, 0), (verify.Code, plan.Code));
        Assert.Equal(Steps(plan), Steps(verify));
        Assert.NotEmpty(Steps(plan));
        Assert.Contains("note: there is no ledger; this shows what push would send.", verify.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_run.Sandbox.RequestsTo(Service.Graph), request => request.Method != "GET");

        // The time that it took, and when it was, differ.
        string[] Steps(ToolResult result) => format switch
        {
            "json" => [result.Destination().GetProperty("planned").GetRawText()],
            "jsonl" => [.. result.Lines.Select(line => line.GetProperty("key").GetString()!)],
            _ => [.. result.Out.Split('\n').Where(line => line.StartsWith('+') || line.Contains("planned", StringComparison.Ordinal))],
        };
    }

    [Fact]
    public async Task Verify_without_a_ledger_needs_MISP()
    {
        _run.Change(settings => settings.Remove("misp"));

        var verify = await _run.RunAsync("verify");

        Assert.Equal(2, verify.Code);
        Assert.Contains("misp.url: This is missing", verify.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_with_one_log_folder_exclude_each_other()
    {
        var hold = _run.Sandbox.Faults.Hold(Service.Graph);
        var first = _run.RunAsync("push", "-q");
        await hold.Reached;

        var second = await _run.RunAsync("push", "-q");
        hold.Release();

        Assert.Equal(11, second.Code);
        Assert.Contains($"Another run holds the lock '{Path.Combine(_run.Logs, "run.lock")}'", second.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await first).Code);
    }

    [Fact]
    public async Task Log_folder_that_cannot_be_written_is_named()
    {
        File.WriteAllText(Path.Combine(_run.Folder, "logs"), "a file");

        var push = await _run.RunAsync("push");

        Assert.Equal(2, push.Code);
        Assert.Contains(_run.Logs, push.Error, StringComparison.Ordinal);
        Assert.Contains("logs.directory", push.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejected_indicator_is_tried_in_each_run_and_no_ledger_is_recommended()
    {
        Add("bad.example");
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Status(400), times: 100, when: request =>
            request.Method == "POST" && request.Body.Contains("bad.example", StringComparison.Ordinal));

        foreach (var _ in (int[])[1, 2])
        {
            var push = await _run.RunAsync("push");

            Assert.Equal(3, push.Code);
            Assert.Matches(@"\b1    rejected", push.Out);
            Assert.DoesNotContain("misp-graph errors", push.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Metrics_are_written_and_old_log_files_are_removed()
    {
        var metrics = Path.Combine(_run.Folder, "m.prom");
        _run.Change(settings => settings["metrics"] = new JsonObject { ["textfile"] = metrics });
        Directory.CreateDirectory(_run.Logs);
        var old = Path.Combine(_run.Logs, "misp-graph-20200101.log");
        File.WriteAllText(old, "");

        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);

        Assert.Matches($@"\nmisp_graph_held\{{.*\}} {Graph.Count}\n", File.ReadAllText(metrics));
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(Path.Combine(_run.Logs, "run.lock")));
    }

    [Fact]
    public async Task Doctor_knows_that_there_is_no_ledger()
    {
        var doctor = await _run.RunAsync("doctor", "--json");

        Assert.Equal(0, doctor.Code);
        var ledger = doctor.Json.EnumerateArray().Single(row => row.GetProperty("check").GetString() == "ledger");
        Assert.Equal("ok", ledger.GetProperty("status").GetString());
        Assert.StartsWith("none is kept", ledger.GetProperty("cause").GetString(), StringComparison.Ordinal);
    }

    private void Add(string domain)
    {
        var state = _run.Sandbox.MispState;
        state.AddAttribute(state.Events[^1]["uuid"]!.GetValue<string>(), new()
        {
            ["type"] = "domain",
            ["value"] = domain,
            ["to_ids"] = true,
            ["category"] = "Network activity",
        });
    }
}
