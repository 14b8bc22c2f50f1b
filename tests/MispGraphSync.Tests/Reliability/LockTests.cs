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
    public async Task The_second_ends_with_11_and_names_host_process_and_start_of_the_first()
    {
        var hold = _run.Sandbox.Faults.Hold(Service.Graph);
        using var first = ToolProcess.Start(_run.Folder, "push", "-q");
        await hold.Reached.WaitAsync(TestContext.Current.CancellationToken);

        using var second = ToolProcess.Start(_run.Folder, "push");
        var ended = await second.EndAsync();

        Assert.Equal(11, ended.Code);
        Assert.Contains($"process {first.Id} on {Environment.MachineName}, started {DateTime.UtcNow.Year}-", ended.Error, StringComparison.Ordinal);
        Assert.Contains("--wait", ended.Error, StringComparison.Ordinal);
        hold.Release();
        Assert.Equal(0, (await first.EndAsync()).Code);
    }

    [Fact]
    public async Task Told_to_wait_the_second_waits_for_the_first_and_finds_nothing_left_to_do()
    {
        var hold = _run.Sandbox.Faults.Hold(Service.Graph);
        using var first = ToolProcess.Start(_run.Folder, "push", "-q");
        await hold.Reached.WaitAsync(TestContext.Current.CancellationToken);
        using var second = ToolProcess.Start(_run.Folder, "push", "--json", "--wait", "10m");
        await second.SaysAsync("is waiting for its end");

        hold.Release();
        var (one, other) = (await first.EndAsync(), await second.EndAsync());

        Assert.Equal((0, 0), (one.Code, other.Code));
        Assert.Equal(0, other.Destination().GetProperty("planned").GetProperty("create").GetInt64());
        Assert.Equal(other.Destination().GetProperty("held").GetInt64(), _run.Sandbox.GraphState.Count);
    }

    [Fact]
    public async Task A_lock_whose_owner_was_killed_is_free()
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
    public async Task Of_two_started_at_the_same_moment_one_works_and_nothing_is_there_twice()
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
