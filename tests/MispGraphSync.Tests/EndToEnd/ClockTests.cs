using System.Text.Json.Nodes;
using MispGraphSync.Ledger;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>A machine, or a service, whose clock is wrong.</summary>
public sealed class ClockTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync(null, "graph", "sentinel", "defender");

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Theory]
    [InlineData(3650)]
    [InlineData(40)]
    [InlineData(-1)]
    [InlineData(-3650)]
    public async Task Wrong_clock_stops_the_run_before_it_reads_or_sends(int days)
    {
        Assert.Equal(0, (await _run.RunAsync("push")).Code);
        _run.Sandbox.ForgetRequests();
        _run.ToolTime = new Behind(_run.Time, TimeSpan.FromDays(-days));

        var wrong = await _run.RunAsync("push", "--full");

        Assert.Equal(2, wrong.Code);
        Assert.Contains($"{_run.Time.GetUtcNow():yyyy-MM-dd HH}", wrong.Error, StringComparison.Ordinal);
        Assert.Contains($"{_run.Time.GetUtcNow().AddDays(days):yyyy-MM-dd HH}", wrong.Error, StringComparison.Ordinal);
        Assert.All(_run.Sandbox.Requests, request => Assert.Equal(Service.Entra, request.Service));
    }

    [Theory]
    [InlineData("push")]
    [InlineData("errors", "--retry")]
    [InlineData("verify", "--repair")]
    [InlineData("purge", "--yes")]
    public async Task Each_sending_verb_checks_the_clock_first(params string[] verb)
    {
        Assert.Equal(0, (await _run.RunAsync("push")).Code);
        _run.Sandbox.ForgetRequests();
        _run.ToolTime = new Behind(_run.Time, TimeSpan.FromHours(2));

        Assert.Equal(2, (await _run.RunAsync(verb)).Code);

        Assert.All(_run.Sandbox.Requests, request => Assert.Equal(Service.Entra, request.Service));
    }

    [Theory]
    [InlineData("push", "--max-duration", "60s")]
    [InlineData("push")]
    public async Task Run_that_ends_while_the_clock_is_checked_says_why(params string[] verb)
    {
        using var ctrlC = new CancellationTokenSource();
        _run.Interrupt = ctrlC.Token;
        var time = new VirtualTime(_run.Time.GetUtcNow());
        _run.ToolTime = time;
        _run.Sandbox.Faults.Add(Service.Entra, new Fault.Silence(), when: _ =>
        {
            if (verb.Length == 1) ctrlC.Cancel();
            else time.Advance(TimeSpan.FromSeconds(61));
            return true;
        });

        var ended = await _run.RunAsync(verb);

        Assert.Equal((verb.Length == 1 ? 130 : 8, 0), (ended.Code, _run.Sandbox.GraphState.Count));
        Assert.DoesNotContain("bug", ended.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Clock_skew_of_minutes_does_not_stop_the_run()
    {
        _run.ToolTime = new Behind(_run.Time, TimeSpan.FromMinutes(50));

        Assert.Equal(0, (await _run.RunAsync("push")).Code);
    }

    [Fact]
    public async Task Service_with_a_different_clock_is_skipped_and_the_others_are_served()
    {
        _run.Sandbox.Faults.SetClock(Service.Sentinel, TimeSpan.FromHours(3));

        var push = await _run.RunAsync("push", "--json");

        Assert.Equal(2, push.Code);
        Assert.Equal(0, _run.Sandbox.SentinelState.Count);
        Assert.DoesNotContain(_run.Sandbox.RequestsTo(Service.Sentinel),
            request => request.Method != "GET" || request.Headers.ContainsKey("Authorization"));
        Assert.NotEqual(0, _run.Sandbox.GraphState.Count);
        Assert.NotEqual(0, _run.Sandbox.DefenderState.Count);
        var sentinel = push.Destination(1);
        Assert.Equal((2, 0), (sentinel.GetProperty("exitCode").GetInt32(), sentinel.GetProperty("unknown").GetInt32()));
        Assert.Contains("clock", sentinel.GetProperty("error").GetString(), StringComparison.Ordinal);

        _run.Sandbox.Faults.Clear();
        Assert.Equal(0, (await _run.RunAsync("push")).Code);
        Assert.NotEqual(0, _run.Sandbox.SentinelState.Count);
    }

    [Fact]
    public async Task Different_clock_at_MISP_is_a_warning()
    {
        _run.Sandbox.Faults.SetClock(Service.Misp, TimeSpan.FromHours(-3));

        var push = await _run.RunAsync("push");

        Assert.Equal(0, push.Code);
        Assert.Contains("clocks of this machine and of 'misp' differ", push.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_with_a_wrong_clock_is_a_warning()
    {
        _run.ToolTime = new Behind(_run.Time, TimeSpan.FromDays(2));

        var plan = await _run.RunAsync("plan");

        Assert.Equal(0, plan.Code);
        Assert.Contains("differ", plan.Error, StringComparison.Ordinal);
        Assert.All(_run.Sandbox.RequestsTo(Service.Graph), request => Assert.Equal("GET", request.Method));
    }

    [Fact]
    public async Task Clock_check_falls_back_to_the_services_when_sign_in_is_unreachable()
    {
        Assert.Equal(0, (await _run.RunAsync("push")).Code);
        _run.Sandbox.ForgetRequests();
        _run.Sandbox.Faults.Add(Service.Entra, new Fault.Reset(), times: 1);
        foreach (var service in (Service[])[Service.Graph, Service.Sentinel, Service.Defender])
        {
            _run.Sandbox.Faults.SetClock(service, TimeSpan.FromHours(5));
        }
        AddOne("later.example");

        var push = await _run.RunAsync("push", "--json");

        Assert.Equal(2, push.Code);
        Assert.DoesNotContain(_run.Sandbox.Requests,
            request => request.Service is Service.Graph or Service.Sentinel or Service.Defender && request.Method != "GET");
    }

    [Fact]
    public async Task Future_times_in_the_ledger_are_corrected()
    {
        Assert.Equal(0, (await _run.RunAsync("push")).Code);
        var ahead = TimeSpan.FromDays(3650).TotalMilliseconds;
        using (var ledger = LedgerFile.Open(_run.Ledger, isDryRun: false))
        {
            ledger.Run($"UPDATE run SET started = started + {ahead}, ended = ended + {ahead}");
            ledger.Run($"UPDATE source SET read_at = read_at + {ahead}, full_read_at = full_read_at + {ahead}");
            ledger.Run($"UPDATE held SET modified = modified + {ahead}, expires = expires + {ahead}, renew_at = renew_at + {ahead}");
            ledger.Run($"UPDATE destination SET look_again_at = {_run.Time.GetUtcNow().ToUnixTimeMilliseconds() + ahead}");
        }

        var right = await _run.RunAsync("push", "--json");

        Assert.Equal(0, right.Code);
        Assert.Equal(0, right.Json.GetProperty("source").GetProperty("eventsUnchanged").GetInt64());
        using var corrected = LedgerFile.OpenToRead(_run.Ledger);
        var limit = _run.Time.GetUtcNow().AddDays(400).ToUnixTimeMilliseconds();
        foreach (var (table, column) in ((string, string)[])[("run", "started"), ("run", "ended"), ("source", "read_at"),
            ("source", "full_read_at"), ("held", "expires"), ("held", "renew_at"), ("destination", "look_again_at")])
        {
            Assert.Equal(0, corrected.Scalar($"SELECT COUNT(*) FROM {table} WHERE {column} > {limit}"));
        }

        var again = await _run.RunAsync("push", "--json");
        Assert.All(again.Json.GetProperty("destinations").EnumerateArray(), one => Assert.Equal(0, one.GetProperty("accepted").GetInt64()));
    }

    private void AddOne(string domain) => _run.Sandbox.MispState.AddAttribute(
        _run.Sandbox.MispState.Events[0]["uuid"]!.GetValue<string>(),
        new JsonObject { ["type"] = "domain", ["value"] = domain, ["to_ids"] = true, ["category"] = "Network activity" });

    /// <summary>A clock that differs from another by a fixed time.</summary>
    internal sealed class Behind(TimeProvider right, TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => right.GetUtcNow() - by;
    }
}
