using System.Text.RegularExpressions;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>What a push reports when one call of a port fails: the exit code and a sentence; nothing where it does not matter.</summary>
public sealed class FailedCallTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(new SandboxOptions { Time = new VirtualTime() });
        _run.Width = 1_000;
        _run.Sandbox.MispState.AddEvent(SomeMisp.Event(1, domains: 3));
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Theory]
    [InlineData("File", @"\.lock$", "NoSpace", 5, "The lock '")]
    [InlineData("File", @"\.lock$", "BadDisk", 2, "The lock '")]
    [InlineData("File", @"\.owner$", "BadDisk", 0, "")]
    [InlineData("File", @"^misp-graph-\d+\.log$", "BadDisk", 0, "")]
    [InlineData("File", @"\.db$", "NoSpace", 5, "' cannot be created: No space left on device")]
    [InlineData("File", @"\.db$", "BadDisk", 2, "' cannot be created: Input/output error")]
    [InlineData("File", @"\.stamp$", "NoSpace", 5, "The stamp of this run cannot be written")]
    [InlineData("File", @"\.stamp$", "BadDisk", 2, "The stamp of this run cannot be written")]
    [InlineData("File", @"_graph_check_\d+\.json$", "NoSpace", 5, "The request log cannot be written")]
    [InlineData("File", @"_graph_submit_\d+\.json$", "BadDisk", 2, "The request log cannot be written")]
    [InlineData("Ledger", "^INSERT INTO run ", "NoSpace", 5, "The disk is full: the ledger could not be written, so nothing more is sent.")]
    [InlineData("Ledger", "^INSERT INTO intent ", "NoSpace", 5, "The disk is full: the ledger could not be written")]
    [InlineData("Ledger", "^INSERT INTO intent ", "BadDisk", 5, "The ledger could not be read or written")]
    [InlineData("Request", "^Misp POST ", "Reset", 0, "")]
    [InlineData("Request", "^Entra POST ", "Reset", 0, "")]
    [InlineData("Request", "^Graph POST .*submit", "Reset", 0, "")]
    [InlineData("Response", "^Graph POST .*submit", "Reset", 0, "")]
    [InlineData("Page", "^Misp POST ", "Reset", 0, "")]
    public async Task Failed_call_has_its_exit_code_and_sentence(string port, string what, string harm, int code, string sentence)
    {
        var points = new FailurePoints(
            _run, point => $"{point.Port}" == port && Regex.IsMatch(point.What, what), Enum.Parse<Harm>(harm));

        var push = await points.RunAsync("push");

        Assert.True(points.IsReached, string.Join('\n', points.Seen));
        Assert.True(push.Code == code, $"{push.Code} {push.Out}{push.Error}");
        Assert.Contains(sentence, push.Out + push.Error, StringComparison.Ordinal);
        if (sentence.Length == 0) Assert.DoesNotContain("! ", push.Out, StringComparison.Ordinal);
        Assert.Equal(0, (await _run.RunAsync("push")).Code);
        Assert.Equal(3, _run.Sandbox.GraphState.Count);
    }
}
