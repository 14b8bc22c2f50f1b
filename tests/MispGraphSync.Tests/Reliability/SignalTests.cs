using System.Diagnostics;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>The real process, stopped by signals. Windows has no such signals between processes.</summary>
public sealed class SignalTests : IAsyncLifetime
{
    private const string Once = "Stopping after";

    /// <summary>A background process of a shell ignores SIGINT, and so do its children unless they reset it.</summary>
    private const string HearsInterrupt = "exec env --default-signal=INT \"$0\" \"$@\"";

    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "No process can send SIGINT or SIGTERM to another on Windows.");
        _run = await SandboxRun.StartAsync(new SandboxOptions());
        _run.Change(settings => settings["destinations"]![0]!["parallelRequests"] = 1);
        for (var i = 0; i < 4; i++) _run.Sandbox.MispState.AddEvent(SomeMisp.Event(i, domains: 100));
    }

    public async ValueTask DisposeAsync()
    {
        if (_run is not null) await _run.DisposeAsync();
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    public async Task First_signal_finishes_the_batch_in_flight_and_the_next_run_completes(string signal)
    {
        var hold = _run.Sandbox.Faults.Hold(Service.Graph, afterHandling: true, nth: 2, when: IsSubmit);
        using var process = Start("push", "--json");
        await hold.Reached.WaitAsync(TestContext.Current.CancellationToken);
        await process.SignalAsync(signal);
        await process.SaysAsync(Once);

        hold.Release();
        var ended = await process.EndAsync();

        Assert.Equal(130, ended.Code);
        Assert.Equal("interrupted", ended.Json.GetProperty("status").GetString());
        Assert.Equal((200, 0, 200), (Count(ended, "accepted"), Count(ended, "unknown"), Count(ended, "notAttempted")));
        Assert.Equal(200, _run.Sandbox.GraphState.Count);
        await CompleteAsync(settles: false);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Second_signal_ends_the_run_immediately_and_the_next_run_completes(string signal)
    {
        var hold = _run.Sandbox.Faults.Hold(Service.Graph, afterHandling: true, nth: 2, when: IsSubmit);
        using var process = Start("push", "--json");
        await hold.Reached.WaitAsync(TestContext.Current.CancellationToken);
        await process.SignalAsync(signal);
        await process.SaysAsync(Once);

        // The request is still held: only a process that gives it up can end.
        await process.SignalAsync(signal);
        var ended = await process.EndAsync();

        Assert.Equal(130, ended.Code);
        Assert.Equal((100, 100), (Count(ended, "accepted"), Count(ended, "unknown")));
        hold.Release();
        await CompleteAsync(settles: true);
    }

    [Fact]
    public async Task Signal_during_the_read_sends_nothing_and_the_next_run_completes()
    {
        var hold = _run.Sandbox.Faults.Hold(Service.Misp, when: request => request.Path.Contains("restSearch", StringComparison.Ordinal));
        using var process = Start("push", "--json");
        await hold.Reached.WaitAsync(TestContext.Current.CancellationToken);

        await process.SignalAsync("TERM");
        var ended = await process.EndAsync();

        Assert.Equal(130, ended.Code);
        Assert.All(_run.Sandbox.RequestsTo(Service.Graph), request => Assert.Equal("GET", request.Method));
        hold.Release();
        await CompleteAsync(settles: false);
    }

    [Fact]
    public async Task Signal_ends_the_wait_for_a_throttled_request()
    {
        var throttle = _run.Sandbox.Faults.Add(Service.Graph, new Fault.Throttle(TimeSpan.FromMinutes(10)), nth: 2, when: IsSubmit);
        using var process = Start("push");
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line
            && !line.Contains(" items, 429", StringComparison.Ordinal)) { }
        Assert.Equal(1, throttle.Struck);

        await process.SignalAsync("INT");
        var ended = await process.EndAsync();

        Assert.Equal(130, ended.Code);
        await CompleteAsync(settles: false);
    }

    [Fact]
    public async Task Signal_ends_the_wait_for_another_run()
    {
        var hold = _run.Sandbox.Faults.Hold(Service.Graph, when: IsSubmit);
        using var first = Start("push", "-q");
        await hold.Reached.WaitAsync(TestContext.Current.CancellationToken);
        using var second = Start("push", "--wait", "10m");
        await second.SaysAsync("for it to finish");

        await second.SignalAsync("INT");
        var ended = await second.EndAsync();

        Assert.Equal(130, ended.Code);
        hold.Release();
        Assert.Equal(0, (await first.EndAsync()).Code);
    }

    private Process Start(params string[] args) =>
        ToolProcess.Start(_run.Folder, OperatingSystem.IsLinux() ? HearsInterrupt : null, new Dictionary<string, string>(), args);

    private static bool IsSubmit(SeenRequest request) => request.Path.EndsWith("submitTiIndicators", StringComparison.Ordinal);

    private static int Count(ToolResult result, string what) => result.Destination().GetProperty(what).GetInt32();

    private async Task CompleteAsync(bool settles)
    {
        _run.Sandbox.ForgetRequests();
        var rest = await _run.RunAsync("push", "--json");

        Assert.Equal(0, rest.Code);
        var all = _run.Sandbox.GraphState.All();
        Assert.Equal((400, 400), (all.Count, all.Select(one => one.ExternalId).Distinct().Count()));
        Assert.Equal(settles, _run.Sandbox.RequestsTo(Service.Graph)
            .Any(request => request.Path.EndsWith("ByExternalId", StringComparison.Ordinal)));
    }
}
