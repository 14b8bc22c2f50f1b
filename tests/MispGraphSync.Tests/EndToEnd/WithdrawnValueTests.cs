using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>What MISP has withdrawn is shown by type and value, the same for all destinations, as long as it is held.</summary>
public sealed class WithdrawnValueTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync(null, "graph", "sentinel", "defender");

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Plan_names_the_values_of_a_deleted_event_alike_for_all_destinations()
    {
        await PushAndWithdrawAsync();

        var plan = await _run.RunAsync("plan");

        var lines = plan.Out.Split('\n').Where(line => line.StartsWith("- ", StringComparison.Ordinal)).ToList();
        foreach (var destination in (string[])["graph", "sentinel", "defender"])
            Assert.Contains($"- {destination}: domain gone.example  (withdrawn)", lines);
        Assert.DoesNotContain(lines, line => line.Contains(": key ", StringComparison.Ordinal));
        var step = (await _run.RunAsync("plan", "--output", "jsonl")).Lines
            .First(line => line.GetProperty("value").GetString() == "gone.example");
        Assert.Equal(("delete", "domain"), (step.GetProperty("step").GetString(), step.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task Explain_and_errors_name_a_withdrawn_value_whose_deletion_is_rejected()
    {
        await PushAndWithdrawAsync();
        _run.Sandbox.Faults.Add(
            Service.Defender, new Fault.Reply(400, """{"error":{"code":"BadRequest","message":"no"}}"""), times: 100,
            when: request => request.Method != "GET");
        Assert.Equal(3, (await _run.RunAsync("push", "--destination", "defender")).Code);

        Assert.Contains("domain gone.example", (await _run.RunAsync("explain", "gone.example")).Out, StringComparison.Ordinal);
        Assert.Contains("domain gone.example", (await _run.RunAsync("errors")).Out, StringComparison.Ordinal);
    }

    private async Task PushAndWithdrawAsync()
    {
        var uuid = _run.Sandbox.MispState.Events[0]["uuid"]!.GetValue<string>();
        var attribute = _run.Sandbox.MispState.AddAttribute(
            uuid, new() { ["type"] = "domain", ["value"] = "gone.example", ["to_ids"] = true, ["category"] = "Network activity" });
        Assert.Equal(0, (await _run.RunAsync("push")).Code);
        _run.Sandbox.MispState.RemoveAttribute(attribute);
    }
}
