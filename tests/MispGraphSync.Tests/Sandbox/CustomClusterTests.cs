using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Misp;
using Xunit;

namespace MispGraphSync.Tests.Sandbox;

public sealed class CustomClusterTests : IAsyncLifetime
{
    private SandboxHost _sandbox = null!;
    private SandboxClient _client = null!;
    private string _ours = "";
    private string _shared = "";

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        _client = new SandboxClient(_sandbox);
        _sandbox.MispState.Users.Add(new MispUser("another-key") { Organisation = "Other CERT" });
        _ours = _sandbox.MispState.AddCluster("threat-actor", "Our actor", distribution: "0");
        _shared = _sandbox.MispState.AddCluster("threat-actor", "Shared actor");
        _sandbox.MispState.AddEvent(new JsonObject
        {
            ["Tag"] = new JsonArray(_ours, _shared,
                new JsonObject { ["name"] = "misp-galaxy:threat-actor=\"Velvet Heron\"", ["local"] = true }),
            ["Attribute"] = new JsonArray(new JsonObject { ["type"] = "domain", ["value"] = "a.example", ["Tag"] = new JsonArray(_ours) }),
        });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Custom_cluster_tag_contains_its_UUID()
    {
        var found = await SearchAsync(_sandbox.Options.MispKey);

        Assert.Matches("^misp-galaxy:threat-actor=\"[0-9a-f]{8}-[0-9a-f-]{27}\"$", _shared);
        var tags = found["Tag"]!.AsArray();
        Assert.Equal([_ours, _shared, "misp-galaxy:threat-actor=\"Velvet Heron\""], tags.Select(tag => (string?)tag!["name"]));
        Assert.Equal([true, true, false], tags.Select(tag => (bool)tag!["is_custom_galaxy"]!));
        Assert.Equal(["Our actor", "Shared actor", "Velvet Heron"], Clusters(found, "value"));
        Assert.Equal(["0", "3", "3"], Clusters(found, "distribution"));
        Assert.Equal(["false", "false", "true"], Clusters(found, "local"));
        Assert.Equal(["false", "false", "true"], Clusters(found, "default"));
        Assert.Equal([_ours, _shared, "misp-galaxy:threat-actor=\"Velvet Heron\""], Clusters(found, "tag_name"));
    }

    [Fact]
    public async Task Other_organisations_see_the_tag_but_not_the_cluster()
    {
        var found = await SearchAsync("another-key");

        Assert.Equal(3, found["Tag"]!.AsArray().Count);
        Assert.Equal(["Shared actor", "Velvet Heron"], Clusters(found, "value"));
        Assert.Empty(found["Attribute"]![0]!["Galaxy"]!.AsArray());
        Assert.Equal(_ours, (string?)found["Attribute"]![0]!["Tag"]![0]!["name"]);
    }

    [Fact]
    public async Task Galaxy_update_changes_clusters_and_no_timestamp()
    {
        var before = await SearchAsync(_sandbox.Options.MispKey);
        _sandbox.MispState.SetCluster(_shared, new JsonObject { ["value"] = "Renamed actor" });
        _sandbox.MispState.SetCluster("misp-galaxy:threat-actor=\"Velvet Heron\"", null);

        var after = await SearchAsync(_sandbox.Options.MispKey);

        Assert.Equal(["Our actor", "Renamed actor"], Clusters(after, "value"));
        Assert.Equal((string?)before["timestamp"], (string?)after["timestamp"]);
        Assert.Equal(3, after["Tag"]!.AsArray().Count);
    }

    private static IEnumerable<string> Clusters(JsonNode found, string property) =>
        found["Galaxy"]!.AsArray().SelectMany(galaxy => galaxy!["GalaxyCluster"]!.AsArray())
            .Select(cluster => cluster![property]!.ToString());

    private async Task<JsonNode> SearchAsync(string key)
    {
        _client.Http.DefaultRequestHeaders.Remove("Authorization");
        _client.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", key);
        var (_, body) = await _client.SendAsync(
            HttpMethod.Post, _sandbox.Misp, "events/restSearch", new JsonObject { ["returnFormat"] = "json", ["excludeLocalTags"] = 0 });
        return Assert.Single(body!["response"]!.AsArray())!["Event"]!;
    }
}
