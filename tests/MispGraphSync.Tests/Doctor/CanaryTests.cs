using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Doctor;

public sealed class CanaryTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() =>
        _run = await SandboxRun.StartAsync(new SandboxOptions { SampleEvents = true }, "graph", "sentinel", "defender");

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Canary_is_written_to_every_destination_and_removed()
    {
        var doctor = await _run.RunAsync("doctor", "--write", "--output", "json");

        Assert.Equal(0, doctor.Code);
        Assert.Equal(3, Writes(doctor).Count(
            row => row["cause"]!.ToString().EndsWith(".misp-graph-doctor.example was written and removed", StringComparison.Ordinal)));
        Assert.Equal(
            (0, 0, 0), (_run.Sandbox.GraphState.Count, _run.Sandbox.SentinelState.Active().Count, _run.Sandbox.DefenderState.Count));
    }

    [Fact]
    public async Task Canary_is_never_mistaken_for_a_synced_indicator()
    {
        await _run.RunAsync("push");
        await _run.RunAsync("doctor", "--write");

        Assert.Equal(0, (await _run.RunAsync("verify")).Code);
        Assert.Equal(0, (await _run.RunAsync("plan", "--detailed-exitcode")).Code);
    }

    [Theory]
    [InlineData("graph", Service.Graph, "submitTiIndicators")]
    [InlineData("sentinel", Service.Sentinel, ":upload")]
    [InlineData("defender", Service.Defender, "import")]
    public async Task Canary_is_removed_after_a_lost_response(string kind, Service service, string call)
    {
        // After the empty upload that checks access.
        var before = service == Service.Sentinel ? 1 : 0;
        _run.Sandbox.Faults.Add(service, new Fault.Reset(AfterHandling: true), nth: 1 + before, times: 2, when: request =>
            request.Path.Contains(call, StringComparison.Ordinal));

        var doctor = await _run.RunAsync("doctor", "--write", "--destination", kind, "--output", "json");

        var write = Assert.Single(Writes(doctor));
        Assert.Equal("failed", write["status"]!.ToString());
        Assert.Contains("it was removed in any case", write["cause"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(5, doctor.Code);
        Assert.Equal(
            (0, 0, 0), (_run.Sandbox.GraphState.Count, _run.Sandbox.SentinelState.Active().Count, _run.Sandbox.DefenderState.Count));
    }

    [Fact]
    public async Task Canary_is_removed_after_an_interrupt()
    {
        using var interrupt = new CancellationTokenSource();
        _run.Interrupt = interrupt.Token;
        var hold = _run.Sandbox.Faults.Hold(
            Service.Defender, afterHandling: true, when: request => request.Path.Contains("import", StringComparison.Ordinal));
        var running = _run.RunAsync("doctor", "--write", "--destination", "defender");
        await hold.Reached;
        var whileHeld = _run.Sandbox.DefenderState.Count;

        await interrupt.CancelAsync();

        Assert.Equal(130, (await running).Code);
        Assert.Equal((1, 0), (whileHeld, _run.Sandbox.DefenderState.Count));
    }

    [Fact]
    public async Task Canary_that_cannot_be_removed_is_named_with_its_expiry()
    {
        _run.Sandbox.Faults.Add(Service.Defender, new Fault.Status(503), times: 9, when: request =>
            request.Path.Contains("BatchDelete", StringComparison.Ordinal));

        var doctor = await _run.RunAsync("doctor", "--write", "--destination", "defender", "--output", "json");

        var write = Assert.Single(Writes(doctor));
        Assert.Contains("could not be removed", write["cause"]!.ToString(), StringComparison.Ordinal);
        Assert.Contains("expires at", write["remedy"]!.ToString(), StringComparison.Ordinal);
        _run.Time.Advance(TimeSpan.FromHours(3));
        Assert.Equal(0, _run.Sandbox.DefenderState.Count);
    }

    [Fact]
    public async Task Rejected_canary_quotes_the_service()
    {
        _run.Sandbox.DefenderState.Capacity = 0;

        var doctor = await _run.RunAsync("doctor", "--write", "--destination", "defender", "--output", "json");

        var write = Assert.Single(Writes(doctor));
        Assert.Equal("failed", write["status"]!.ToString());
        Assert.Contains("rejected the test indicator", write["cause"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(4, doctor.Code);
    }

    [Fact]
    public async Task Canary_is_not_written_without_access()
    {
        _run.Sandbox.EntraState.App.DefenderRoles.Clear();

        var doctor = await _run.RunAsync("doctor", "--write", "--destination", "defender", "--output", "json");

        Assert.Equal("skipped", Assert.Single(Writes(doctor))["status"]!.ToString());
    }

    private static IReadOnlyList<JsonNode> Writes(ToolResult doctor) =>
        [.. JsonNode.Parse(doctor.Out)!.AsArray().Select(row => row!)
            .Where(row => row["check"]!.ToString().EndsWith(" write", StringComparison.Ordinal))];
}
