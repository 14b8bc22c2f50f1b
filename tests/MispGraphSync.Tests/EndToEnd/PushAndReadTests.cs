using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

public sealed class PushAndReadTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Pushed_indicators_are_there_once_and_can_be_read()
    {
        var push = await _run.RunAsync("push", "--output", "json");

        Assert.Equal(0, push.Code);
        var accepted = push.Destination().GetProperty("accepted").GetInt64();
        Assert.InRange(accepted, 50, 1_000);
        Assert.Equal(accepted, _run.Sandbox.GraphState.Count);
        Assert.Equal(accepted, _run.Sandbox.GraphState.All().Select(one => one.ExternalId).Distinct().Count());

        var read = await _run.RunAsync("read", "--output", "jsonl");
        Assert.Equal(0, read.Code);
        Assert.Equal(accepted, read.Lines.Count);
        Assert.All(read.Lines, line => Assert.Equal("Azure Sentinel", line.GetProperty("targetProduct").GetString()));
    }

    [Fact]
    public async Task Second_push_sends_nothing()
    {
        await _run.RunAsync("push");
        _run.Sandbox.ForgetRequests();

        var again = await _run.RunAsync("push", "--json");

        Assert.Equal(0, again.Code);
        // One question whether Graph lets us in.
        Assert.EndsWith("?$top=1", Assert.Single(_run.Sandbox.RequestsTo(Service.Graph)).Path, StringComparison.Ordinal);
        Assert.Equal(1, again.Destination().GetProperty("requests").GetInt64());
        Assert.Equal(_run.Sandbox.GraphState.Count, again.Destination().GetProperty("unchanged").GetInt64());
    }

    [Fact]
    public async Task Changes_removals_and_additions_reach_the_destination()
    {
        await _run.RunAsync("push");
        var before = _run.Sandbox.GraphState.Count;
        var events = _run.Sandbox.MispState.Events;
        var gone = events[0]["uuid"]!.GetValue<string>();
        _run.Sandbox.MispState.Remove(gone);
        var changed = events[1]["uuid"]!.GetValue<string>();
        _run.Sandbox.MispState.AddAttribute(
            changed, new() { ["type"] = "domain", ["value"] = "new.example", ["to_ids"] = true, ["category"] = "Network activity" });

        var push = await _run.RunAsync("push", "--json");

        Assert.Equal(0, push.Code);
        var planned = push.Destination().GetProperty("planned");
        Assert.Equal(1, planned.GetProperty("create").GetInt64());
        var deleted = planned.GetProperty("delete").GetInt64();
        Assert.Equal(before + 1 - deleted, _run.Sandbox.GraphState.Count);
        Assert.DoesNotContain(_run.Sandbox.GraphState.All(), one => one.Json.Contains(gone, StringComparison.Ordinal));
        Assert.Contains(_run.Sandbox.GraphState.All(), one => one.Json.Contains("\"new.example\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Indicators_are_renewed_before_they_expire()
    {
        await _run.RunAsync("push");
        var count = _run.Sandbox.GraphState.Count;

        for (var day = 0; day < 40; day += 4)
        {
            _run.Time.Advance(TimeSpan.FromDays(4));
            Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);
            Assert.Equal(count, _run.Sandbox.GraphState.Count);
        }
    }

    [Fact]
    public async Task Each_request_writes_one_file_and_failures_have_error_in_the_name()
    {
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Throttle(TimeSpan.FromSeconds(1)), nth: 2);

        var push = await _run.RunAsync("push", "--json");

        Assert.Equal(0, push.Code);
        var files = _run.RequestFiles();
        Assert.Equal(_run.Sandbox.RequestsTo(Service.Graph).Count, files.Count);
        Assert.EndsWith(
            "_429.json", Assert.Single(files, file => file.Contains("_error_", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(1, push.Destination().GetProperty("throttled").GetInt64());
    }

    [Fact]
    public async Task Request_lines_name_the_file_and_very_verbose_prints_the_bodies()
    {
        var push = await _run.RunAsync("push");
        var file = _run.RequestFiles().First(name => name.Contains("_submit_", StringComparison.Ordinal));
        Assert.Contains(file, push.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("expirationDateTime", push.Out, StringComparison.Ordinal);

        _run.Sandbox.MispState.AddAttribute(_run.Sandbox.MispState.Events[1]["uuid"]!.GetValue<string>(),
            new() { ["type"] = "domain", ["value"] = "v.example", ["to_ids"] = true, ["category"] = "Network activity" });
        Assert.DoesNotContain("v.example", (await _run.RunAsync("push", "-v", "--dry-run")).Out, StringComparison.Ordinal);
        var verbose = await _run.RunAsync("push", "-vv");
        Assert.Contains("\"domainName\":\"v.example\"", verbose.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_JSON_has_the_documented_shape()
    {
        var report = (await _run.RunAsync("push", "--output", "json")).Json;

        Assert.Equal((1, 1, "completed", 0), (report.GetProperty("schema").GetInt32(), report.GetProperty("runId").GetInt32(),
            report.GetProperty("status").GetString(), report.GetProperty("exitCode").GetInt32()));
        Assert.True(report.GetProperty("durationMs").GetInt64() >= 0);
        var source = report.GetProperty("source");
        Assert.Equal(("misp", "misp", true),
            (source.GetProperty("name").GetString(), source.GetProperty("kind").GetString(), source.GetProperty("complete").GetBoolean()));
        var skipped = source.GetProperty("skipped").EnumerateObject().Sum(reason => reason.Value.GetInt64());
        Assert.Equal(source.GetProperty("attributes").GetInt64(),
            source.GetProperty("mapped").GetInt64() + source.GetProperty("context").GetInt64() + skipped);
        foreach (var name in (string[])["name", "kind", "status", "exitCode", "error", "skipped", "planned", "unchanged", "suppressed",
            "held", "accepted", "rejected", "unknown", "notAttempted", "requests", "retries", "throttled"])
        {
            Assert.True(report.GetProperty("destinations")[0].TryGetProperty(name, out _), name);
        }
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    [InlineData("table")]
    public async Task Read_writes_every_format(string format)
    {
        await _run.RunAsync("push");
        var count = _run.Sandbox.GraphState.Count;

        var read = await _run.RunAsync("read", "--output", format);

        Assert.Equal(0, read.Code);
        switch (format)
        {
            case "csv":
                var lines = read.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
                Assert.Equal("destination,id,key,type,value,tlp,action,expires,revoked", lines[0].TrimEnd('\r'));
                Assert.Equal(count + 1, lines.Length);
                break;
            case "json":
                Assert.Equal(count, read.Json.GetArrayLength());
                break;
            default:
                Assert.Contains($"{count} indicators at 'graph'", read.Error, StringComparison.Ordinal);
                break;
        }
    }

    [Fact]
    public async Task Read_continues_to_the_last_page()
    {
        await _run.RunAsync("push");
        _run.Sandbox.GraphState.MaxPageSize = 7;

        Assert.Equal(_run.Sandbox.GraphState.Count, (await _run.RunAsync("read", "--output", "jsonl")).Lines.Count);
        Assert.Equal(_run.Sandbox.GraphState.Count, (await _run.RunAsync("-r", "--output", "jsonl")).Lines.Count);
    }

    [Fact]
    public async Task Plan_shows_each_step_and_sends_nothing()
    {
        var plan = await _run.RunAsync("plan", "--output", "jsonl");

        Assert.Equal(0, plan.Code);
        Assert.All(plan.Lines, line => Assert.Equal(("graph", "create", "new"),
            (line.GetProperty("destination").GetString(), line.GetProperty("step").GetString(), line.GetProperty("reason").GetString())));
        Assert.All(plan.Lines, line =>
            Assert.Equal(line.GetProperty("key").GetString(), line.GetProperty("body").GetProperty("externalId").GetString()));
        // A new ledger is compared with what is there.
        Assert.All(_run.Sandbox.RequestsTo(Service.Graph), request => Assert.Equal("GET", request.Method));

        await _run.RunAsync("push");
        Assert.Equal(plan.Lines.Count, _run.Sandbox.GraphState.Count);
    }

    [Fact]
    public async Task Plan_with_detailed_exitcode_exits_10_for_pending_changes()
    {
        Assert.Equal(10, (await _run.RunAsync("plan", "--detailed-exitcode", "--json")).Code);
        await _run.RunAsync("push");
        Assert.Equal(0, (await _run.RunAsync("plan", "--detailed-exitcode", "--json")).Code);
    }

    [Fact]
    public async Task Dry_run_needs_no_destination_secret()
    {
        _run.Change(settings => settings["auth"]!["clientSecret"] = "env:NOT_SET_ANYWHERE");

        Assert.Equal(0, (await _run.RunAsync("push", "-n")).Code);
        var push = await _run.RunAsync("push");
        Assert.Equal(2, push.Code);
        Assert.Contains("NOT_SET_ANYWHERE", push.Out + push.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_concurrent_run_exits_11_unless_it_waits()
    {
        _run.IsInProcess = true;
        var hold = _run.Sandbox.Faults.Hold(Service.Graph);
        var first = _run.RunAsync("push");
        await hold.Reached;

        var second = await _run.RunAsync("push");
        Assert.Equal(11, second.Code);
        Assert.Contains($"process {Environment.ProcessId}", second.Error, StringComparison.Ordinal);

        var waiting = _run.RunAsync("push", "--wait", "60s", "--json");
        hold.Release();
        Assert.Equal(0, (await first).Code);
        Assert.Equal(0, (await waiting).Code);
        Assert.Equal(0, (await waiting).Destination().GetProperty("planned").GetProperty("create").GetInt64());
    }
}
