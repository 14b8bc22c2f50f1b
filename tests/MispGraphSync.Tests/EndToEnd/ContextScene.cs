using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Sentinel;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>
/// A MISP with clusters of every sort and a workspace that gets context: two galaxies for one group, custom and local clusters, a revoked
/// technique, a tag without its cluster, 300 techniques, an address that two events share.
/// </summary>
internal sealed class ContextScene : IAsyncDisposable
{
    public const string Actor = "misp-galaxy:threat-actor=\"Velvet Heron\"";
    public const string Group = "misp-galaxy:mitre-intrusion-set=\"Velvet Heron - G9901\"";
    public const string Ghost = "misp-galaxy:threat-actor=\"Grey Moth\"";
    public const string Phishing = "misp-galaxy:mitre-attack-pattern=\"Phishing - T1566\"";
    public const string Replaced = "misp-galaxy:mitre-attack-pattern=\"Old way in - T1445\"";
    public const string LocalActor = "misp-galaxy:threat-actor=\"Local Finch\"";
    public const string Shared = "198.51.100.7";

    private ContextScene(SandboxRun run, int techniques) => (Run, Techniques) = (run, techniques);

    /// <summary>Of the second event, besides the one that both have.</summary>
    public int Techniques { get; }

    /// <summary>Two organisations, three actors, the techniques, and three actors that use the first of them.</summary>
    public int Count => 2 + 3 + 1 + Techniques + 3;

    public SandboxRun Run { get; }

    public SandboxHost Sandbox => Run.Sandbox;

    /// <summary>Has all clusters and one address.</summary>
    public string First { get; private set; } = "";

    /// <summary>Has many techniques and the same address.</summary>
    public string Second { get; private set; } = "";

    public string Hidden { get; private set; } = "";

    public string Group4 { get; private set; } = "";

    public static JsonObject All => new() { ["identities"] = true, ["actors"] = true, ["techniques"] = true, ["relations"] = true };

    public static async Task<ContextScene> StartAsync(JsonObject? context = null, int techniques = 5)
    {
        var scene = new ContextScene(await SandboxRun.StartAsync(new SandboxOptions(), "sentinel"), techniques);
        scene.SetContext(context ?? All);
        scene.Fill();
        return scene;
    }

    public void SetContext(JsonObject? context) => Run.Change(settings =>
    {
        var destination = settings["destinations"]![0]!.AsObject();
        destination.Remove("context");
        if (context is not null) destination["context"] = context.DeepClone();
    });

    /// <summary>The objects that are not indicators and not revoked, by type and name.</summary>
    public IReadOnlyList<JsonObject> Live(string? type = null) =>
    [
        .. Sandbox.SentinelState.All().Where(one => one.Type != "indicator" && !one.Revoked && (type is null || one.Type == type))
            .Select(Json).OrderBy(one => (string?)one["type"], StringComparer.Ordinal)
            .ThenBy(one => (string?)one["name"], StringComparer.Ordinal),
    ];

    public JsonObject One(string type, string name) => Live(type).Single(one => (string?)one["name"] == name);

    public JsonObject Indicator(string value) => Json(Sandbox.SentinelState.Active().Single(one => one.ObservableValue == value));

    /// <summary>The types of each upload's objects, in order.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Uploads() =>
    [
        .. Run.RequestFiles().Where(file => file.Contains("_upload_", StringComparison.Ordinal))
            .Select(file => JsonNode.Parse(File.ReadAllText(Path.Combine(Run.Logs, file)))!["requestBody"]!["stixobjects"]!.AsArray()
                .Select(one => (string)one!["type"]!).ToList()),
    ];

    public static JsonObject Json(StixObject one) => JsonNode.Parse(one.Json)!.AsObject();

    public static string Technique(int number) => $"misp-galaxy:mitre-attack-pattern=\"Way {number} - T{number}\"";

    public ValueTask DisposeAsync() => Run.DisposeAsync();

    private void Fill()
    {
        var misp = Sandbox.MispState;
        Hidden = misp.AddCluster("threat-actor", "Our hidden actor", distribution: "0");
        Group4 = misp.AddCluster("threat-actor", "Our group's actor", distribution: "4");
        First = misp.AddEvent(new JsonObject
        {
            ["Orgc"] = new JsonObject { ["name"] = "First CERT", ["uuid"] = "5cf6a4a0-0000-4000-8000-000000000001" },
            ["Tag"] = new JsonArray(
                "tlp:green", Actor, Group, Ghost, Phishing, Replaced, Hidden, Group4,
                new JsonObject { ["name"] = LocalActor, ["local"] = true }),
            ["Attribute"] = new JsonArray(Address(Shared)),
        });
        Second = misp.AddEvent(new JsonObject
        {
            ["Orgc"] = new JsonObject { ["name"] = "Second CERT", ["uuid"] = "5cf6a4a0-0000-4000-8000-000000000002" },
            ["Tag"] = new JsonArray(
                ["tlp:amber", Phishing, .. Enumerable.Range(2001, Techniques).Select(number => (JsonNode)Technique(number))]),
            ["Attribute"] = new JsonArray(Address(Shared), Address("198.51.100.8")),
        });
        misp.SetCluster(Actor, new JsonObject
        {
            ["description"] = "Made up for the tests.",
            ["meta"] = new JsonObject { ["synonyms"] = new JsonArray("Heron Group", "VH"), ["country"] = new JsonArray("XX") },
        });
        misp.SetCluster(Group, new JsonObject { ["meta"] = new JsonObject { ["external_id"] = new JsonArray("G9901") } });
        misp.SetCluster(Ghost, null);
        misp.SetCluster(Phishing, new JsonObject
        {
            ["meta"] = new JsonObject
            {
                ["external_id"] = new JsonArray("T1566"),
                ["kill_chain"] = new JsonArray("attack-Windows:initial-access", "attack-Linux:initial-access"),
            },
        });
        misp.SetCluster(Replaced, new JsonObject
        {
            ["GalaxyClusterRelation"] = new JsonArray(new JsonObject { ["referenced_galaxy_cluster_type"] = "revoked-by" }),
        });
    }

    private static JsonObject Address(string value) => new() { ["type"] = "ip-dst", ["value"] = value, ["to_ids"] = true };
}
