using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>What a run reads from MISP, and what it says when it cannot.</summary>
public sealed class TagChangeTests
{
    [Fact]
    public async Task Refused_MISP_key_is_reported_at_each_destination()
    {
        await using var run = await SandboxRun.StartAsync(null, "graph", "sentinel");
        run.Sandbox.MispState.User.IsRefused = true;

        var push = await run.RunAsync("push", "--output", "json");

        Assert.Equal(4, push.Code);
        Assert.All(push.Json.GetProperty("destinations").EnumerateArray(), destination =>
        {
            Assert.Equal("failed", destination.GetProperty("status").GetString());
            Assert.Equal(4, destination.GetProperty("exitCode").GetInt32());
            Assert.Contains("refused the key", destination.GetProperty("error").GetString(), StringComparison.Ordinal);
            Assert.Contains("misp.key", destination.GetProperty("remedy").GetString(), StringComparison.Ordinal);
        });
        Assert.Equal(2, push.Json.GetProperty("destinations").GetArrayLength());
        Assert.Contains("misp.key", push.Json.GetProperty("source").GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Local_tag_takes_effect_in_the_next_run()
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions());
        var kept = run.Sandbox.MispState.AddEvent(Event("kept.example"));
        var tagged = run.Sandbox.MispState.AddEvent(Event("tagged.example"));
        run.Time.Advance(TimeSpan.FromMinutes(1));
        await run.RunAsync("push");
        run.Sandbox.ForgetRequests();

        run.Sandbox.MispState.AddLocalTag(tagged, "tlp:red");
        var push = await run.RunAsync("push", "--output", "json");
        var again = await run.RunAsync("push", "--output", "json");

        Assert.Equal(1, push.Destination().GetProperty("planned").GetProperty("delete").GetInt32());
        Assert.Equal(1, push.Json.GetProperty("source").GetProperty("eventsUnchanged").GetInt32());
        Assert.Equal(2, again.Json.GetProperty("source").GetProperty("eventsUnchanged").GetInt32());
        Assert.NotEqual(kept, tagged);
    }

    [Fact]
    public async Task Non_exportable_tag_takes_effect_in_the_next_run()
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions());
        var kept = Event("kept.example");
        kept["Tag"] = new JsonArray(new JsonObject { ["name"] = "tlp:red", ["exportable"] = false });
        run.Sandbox.MispState.AddEvent(kept);
        var green = Event("green.example");
        green["Tag"]!.AsArray().Add((JsonNode)"ours");
        run.Sandbox.MispState.AddEvent(green);
        run.Time.Advance(TimeSpan.FromMinutes(1));
        await run.RunAsync("push");
        var sent = Assert.Single(run.Sandbox.GraphState.All()).Json;
        Assert.Contains("ours", sent, StringComparison.Ordinal);

        run.Sandbox.MispState.SetExportable("ours", false);
        var push = await run.RunAsync("push", "--output", "json");

        Assert.Equal(1, push.Json.GetProperty("source").GetProperty("eventsUnchanged").GetInt32());
        sent = Assert.Single(run.Sandbox.GraphState.All()).Json;
        Assert.Contains("green.example", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("ours", sent, StringComparison.Ordinal);
    }

    private static JsonObject Event(string value) => new()
    {
        ["Tag"] = new JsonArray("tlp:green"),
        ["Attribute"] = new JsonArray(new JsonObject { ["type"] = "domain", ["value"] = value }),
    };
}
