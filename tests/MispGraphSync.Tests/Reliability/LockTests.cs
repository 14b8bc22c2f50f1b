using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>Two real processes and one ledger.</summary>
public sealed class LockTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Second_run_exits_11_and_names_host_process_and_start_of_the_first()
    {
        var hold = _run.Sandbox.Faults.Hold(Service.Graph);
        using var first = ToolProcess.Start(_run.Folder, "push", "-q");
        await hold.Reached.WaitAsync(TestContext.Current.CancellationToken);

        using var second = ToolProcess.Start(_run.Folder, "push");
        var ended = await second.EndAsync();

        Assert.Equal(11, ended.Code);
        Assert.Contains(
            $"process {first.Id} on {Environment.MachineName}, started {DateTime.UtcNow.Year}-", ended.Error, StringComparison.Ordinal);
        Assert.Contains("--wait", ended.Error, StringComparison.Ordinal);
        hold.Release();
        Assert.Equal(0, (await first.EndAsync()).Code);
    }

    [Fact]
    public async Task Second_run_with_wait_follows_the_first_and_sends_nothing()
    {
        var hold = _run.Sandbox.Faults.Hold(Service.Graph);
        using var first = ToolProcess.Start(_run.Folder, "push", "-q");
        await hold.Reached.WaitAsync(TestContext.Current.CancellationToken);
        using var second = ToolProcess.Start(_run.Folder, "push", "--json", "--wait", "10m");
        await second.SaysAsync("for it to finish");

        hold.Release();
        var (one, other) = (await first.EndAsync(), await second.EndAsync());

        Assert.Equal((0, 0), (one.Code, other.Code));
        Assert.Equal(0, other.Destination().GetProperty("planned").GetProperty("create").GetInt64());
        Assert.Equal(other.Destination().GetProperty("held").GetInt64(), _run.Sandbox.GraphState.Count);
    }

    [Fact]
    public async Task Lock_of_a_killed_process_is_free()
    {
        var hold = _run.Sandbox.Faults.Hold(Service.Graph);
        using var first = ToolProcess.Start(_run.Folder, "push", "-q");
        await hold.Reached.WaitAsync(TestContext.Current.CancellationToken);
        first.Kill();
        await first.EndAsync();
        Assert.True(File.Exists(Path.Combine(_run.Folder, "misp-graph.db.owner")), "the killed run's note should still lie there");
        hold.Release();

        using var second = ToolProcess.Start(_run.Folder, "push", "--json");
        var ended = await second.EndAsync();

        Assert.Equal(0, ended.Code);
        Assert.Equal(ended.Destination().GetProperty("held").GetInt64(), _run.Sandbox.GraphState.Count);
    }

    [Fact]
    public async Task Simultaneous_runs_push_once_and_duplicate_nothing()
    {
        using var first = ToolProcess.Start(_run.Folder, "push", "-q");
        using var second = ToolProcess.Start(_run.Folder, "push", "-q", "--wait", "10m");

        var codes = new[] { (await first.EndAsync()).Code, (await second.EndAsync()).Code };

        // The one that may not wait may have come second.
        Assert.Contains(codes[0], new[] { 0, 11 });
        Assert.Equal(0, codes[1]);
        var all = _run.Sandbox.GraphState.All();
        Assert.NotEmpty(all);
        Assert.Equal(all.Count, all.Select(one => one.ExternalId).Distinct().Count());
    }
}
