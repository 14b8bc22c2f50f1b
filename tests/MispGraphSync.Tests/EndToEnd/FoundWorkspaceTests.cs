using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>A Sentinel destination that knows only the id of its workspace.</summary>
public sealed class FoundWorkspaceTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(options: null, "sentinel");
        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);
        _run.Time.Advance(TimeSpan.FromMinutes(6));
        _run.Sandbox.ForgetRequests();
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Read_lists_it()
    {
        _run.Sandbox.SentinelState.ForbidsFirstSubscription = true;

        var read = await _run.RunAsync("read", "--output", "jsonl");

        Assert.Equal((0, _run.Sandbox.SentinelState.Count), (read.Code, read.Lines.Count));
        Assert.Equal(5, _run.Sandbox.RequestsTo(Service.Management).Count(request => request.Method == "GET"));
    }

    [Fact]
    public async Task Verify_lists_it_and_searches_once()
    {
        var verify = await _run.RunAsync("verify", "--json");

        Assert.Equal((0, _run.Sandbox.SentinelState.Count), (verify.Code, verify.Destination().GetProperty("asSent").GetInt32()));
        Assert.Equal(5, _run.Sandbox.RequestsTo(Service.Management).Count(request => request.Method == "GET"));
    }

    [Fact]
    public async Task Doctor_names_what_it_found()
    {
        var doctor = await _run.RunAsync("doctor");

        Assert.Equal(0, doctor.Code);
        Assert.Contains(
            "found by its id: sandbox-workspace in the resource group sandbox-rg", OnOneLine(doctor.Out), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_says_what_is_missing_when_it_is_not_found()
    {
        _run.Sandbox.SentinelState.HidesWorkspace = true;

        var read = await _run.RunAsync("read");

        Assert.Equal(2, read.Code);
        var error = OnOneLine(read.Error);
        Assert.Contains(
            $"no workspace with the id {_run.Sandbox.Options.WorkspaceId} in 3 subscriptions.", error, StringComparison.Ordinal);
        Assert.Contains("Microsoft Sentinel Reader", error, StringComparison.Ordinal);
        Assert.Contains("subscriptionId, resourceGroup and workspaceName", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_without_a_list_is_not_searched_for()
    {
        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);

        Assert.Empty(_run.Sandbox.RequestsTo(Service.Management));
    }

    private static string OnOneLine(string text) =>
        string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
