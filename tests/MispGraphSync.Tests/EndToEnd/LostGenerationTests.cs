using MispGraphSync.Core.Domain;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>
/// Sentinel never lets a revoked id live again, and a lost ledger does not know which ids are revoked. Whether the list shows
/// revoked objects is not documented. A run may wait until the list shows what it sent.
/// </summary>
public sealed class LostGenerationTests : IAsyncLifetime
{
    private const string Value = "back.example";

    private SandboxRun _run = null!;
    private string _event = "";

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(new SandboxOptions { Time = new VirtualTime() }, "sentinel");
        _run.Sandbox.SentinelState.ReadLag = TimeSpan.FromMinutes(2);
        _event = _run.Sandbox.MispState.AddEvent(SomeMisp.Event(1, domains: 2));
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(14)]
    public async Task Withdrawn_indicator_returns_under_the_next_generation_where_revoked_ids_are_listed(int withdrawals)
    {
        for (var i = 0; i < withdrawals; i++) await WithdrawAsync();
        Lose();
        _run.Sandbox.MispState.AddAttribute(_event, SomeMisp.Domain(Value));

        await PushAsync();

        Assert.Equal($"misp-graph {Id(withdrawals)}", Assert.Single(Live()).Id);
        Assert.Single(Uploads());
        await AssertRestAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Withdrawn_indicator_returns_in_one_run_where_revoked_ids_are_not_listed(int withdrawals)
    {
        for (var i = 0; i < withdrawals; i++) await WithdrawAsync();
        _run.Sandbox.SentinelState.HidesRevoked = true;
        Lose();
        _run.Sandbox.MispState.AddAttribute(_event, SomeMisp.Domain(Value));

        await PushAsync();

        Assert.Equal($"misp-graph {Id(withdrawals)}", Assert.Single(Live()).Id);
        Assert.Equal(withdrawals + 1, Uploads().Count);
        await AssertRestAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Indicator_that_a_new_ledger_withdrew_returns_under_the_next_generation(bool hidesRevoked)
    {
        _run.Sandbox.SentinelState.HidesRevoked = hidesRevoked;
        var uuid = _run.Sandbox.MispState.AddAttribute(_event, SomeMisp.Domain(Value));
        await PushAsync();
        _run.Sandbox.MispState.RemoveAttribute(uuid);
        Lose();
        await PushAsync();
        Assert.Empty(Live());
        _run.Sandbox.MispState.AddAttribute(_event, SomeMisp.Domain(Value));

        await PushAsync();

        Assert.Equal($"misp-graph {Id(1)}", Assert.Single(Live()).Id);
        await AssertRestAsync();
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public async Task Live_indicator_of_a_later_generation_costs_no_request(int withdrawals, bool hidesRevoked)
    {
        for (var i = 0; i < withdrawals; i++) await WithdrawAsync();
        _run.Sandbox.MispState.AddAttribute(_event, SomeMisp.Domain(Value));
        await PushAsync();
        _run.Sandbox.SentinelState.HidesRevoked = hidesRevoked;
        Lose();

        await PushAsync();

        Assert.Empty(_run.Sandbox.Writes("sentinel"));
        Assert.Equal($"misp-graph {Id(withdrawals)}", Assert.Single(Live()).Id);
        await AssertRestAsync();
    }

    [Fact]
    public async Task Run_ends_after_three_rounds_and_the_next_run_continues()
    {
        const int Withdrawals = 5;
        for (var i = 0; i < Withdrawals; i++) await WithdrawAsync();
        _run.Sandbox.SentinelState.HidesRevoked = true;
        Lose();
        _run.Sandbox.MispState.AddAttribute(_event, SomeMisp.Domain(Value));

        var runs = 0;
        while (Live().Count == 0 && runs++ < 3)
        {
            _run.Sandbox.ForgetRequests();
            var push = await _run.RunAsync("push", "--json", "--wait", "10s");
            // Not live yet: exit 3 may say that it waits.
            Assert.True(push.Code == 0 || (push.Code == 3 && Live().Count == 0), $"exit {push.Code}\n{push.Out}{push.Error}");
            Assert.InRange(Uploads().Count, 1, 4);
            _run.Time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal($"misp-graph {Id(Withdrawals)}", Assert.Single(Live()).Id);
        await AssertRestAsync();
    }

    [Fact]
    public async Task Indicators_that_were_never_revoked_need_no_second_round()
    {
        _run.Sandbox.SentinelState.HidesRevoked = true;
        await PushAsync();
        Lose();
        _run.Sandbox.MispState.AddAttribute(_event, SomeMisp.Domain(Value));

        await PushAsync();

        Assert.Single(Live());
        Assert.Single(_run.Sandbox.Writes("sentinel"));
        await AssertRestAsync();
    }

    /// <summary>It is pushed and then revoked.</summary>
    private async Task WithdrawAsync()
    {
        var uuid = _run.Sandbox.MispState.AddAttribute(_event, SomeMisp.Domain(Value));
        await PushAsync();
        _run.Sandbox.MispState.RemoveAttribute(uuid);
        await PushAsync();
        Assert.Empty(Live());
    }

    private async Task PushAsync()
    {
        _run.Time.Advance(TimeSpan.FromHours(1));
        _run.Sandbox.ForgetRequests();
        var push = await _run.RunAsync("push", "--json", "--wait", "10s");
        Assert.True(push.Code == 0, $"exit {push.Code}\n{push.Out}{push.Error}");
    }

    private void Lose()
    {
        _run.Time.Advance(TimeSpan.FromHours(1));
        File.Delete(_run.Ledger);
        Directory.Delete(_run.Logs, recursive: true);
    }

    private async Task AssertRestAsync()
    {
        await PushAsync();
        Assert.Empty(_run.Sandbox.Writes("sentinel"));
        Assert.Empty(_run.Sandbox.RequestsTo(Service.Management));
    }

    private List<SandboxItem> Live() => [.. _run.Sandbox.Items("sentinel").Where(one => one.Value == Value)];

    private List<SeenRequest> Uploads() =>
        [.. _run.Sandbox.Writes("sentinel").Where(request => request.Body.Contains(Value, StringComparison.Ordinal))];

    private static string Id(int generation) =>
        $"indicator--{StableId.ForIndicator("sandbox", "sentinel", "misp-graph", $"[domain-name:value = '{Value}']", generation)}";
}
