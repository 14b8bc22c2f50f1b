using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

public sealed class CustomClusterTests
{
    [Fact]
    public async Task Only_names_of_shared_clusters_are_sent_and_never_a_UUID()
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "graph", "sentinel");
        var misp = run.Sandbox.MispState;
        var tags = new JsonArray(
            "tlp:green",
            misp.AddCluster("threat-actor", "Our actor", distribution: "0"),
            misp.AddCluster("threat-actor", "Group actor", distribution: "4"),
            misp.AddCluster("threat-actor", "Shared actor"),
            new JsonObject { ["name"] = misp.AddCluster("threat-actor", "Local actor"), ["local"] = true },
            "misp-galaxy:threat-actor=\"Velvet Heron\"");
        misp.AddEvent(new JsonObject
        {
            ["Tag"] = tags,
            ["Attribute"] = new JsonArray(new JsonObject { ["type"] = "domain", ["value"] = "evil.example", ["to_ids"] = true }),
        });

        var push = await run.RunAsync("push");

        Assert.Equal(0, push.Code);
        var graph = JsonNode.Parse(Assert.Single(run.Sandbox.GraphState.All()).Json)!;
        Assert.Equal(["Shared actor", "Velvet Heron"], graph["activityGroupNames"]!.AsArray().Select(name => (string?)name));
        var stix = Assert.Single(run.Sandbox.SentinelState.Active()).Json;
        Assert.All(["Our actor", "Group actor", "Local actor"],
            name => Assert.DoesNotContain(name, stix + graph.ToJsonString(), StringComparison.Ordinal));
    }
}
