using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>
/// The <c>Galaxy</c> array that goes with <c>misp-galaxy:</c> tags: one galaxy a type, a cluster a tag. The tag of a library
/// cluster holds its name; that of a custom cluster, which an organisation made, holds its UUID.
/// </summary>
internal sealed partial class Galaxies
{
    private readonly Dictionary<string, Custom> _custom = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, JsonObject?> _described = new(StringComparer.OrdinalIgnoreCase);

    private sealed record Custom(string Value, string Distribution, string Organisation);

    /// <summary>Adds a custom cluster. Returns the tag that attaches it.</summary>
    public string Add(string type, string value, string distribution, string organisation)
    {
        var uuid = MispIds.Uuid(MispIds.Kind.Galaxy, 200_000 + MispNumbers.Of("cluster", $"{type}={value}"));
        _custom[uuid] = new Custom(value, distribution, organisation);
        return $"misp-galaxy:{type}=\"{uuid}\"";
    }

    /// <summary>Sets properties of the cluster of a tag, such as <c>value</c> or <c>meta</c>; null: the server does not have it.</summary>
    public void Describe(string tag, JsonObject? properties) => _described[tag] = properties;

    public static bool IsCustom(string tag) =>
        Tag().Match(tag) is { Success: true } match && Guid.TryParseExact(match.Groups[2].Value, "D", out _);

    public JsonArray For(JsonObject given)
    {
        if (given["Galaxy"] is JsonArray stated) return (JsonArray)stated.DeepClone();

        var tags = given["Tag"] as JsonArray ?? [];
        return new JsonArray([.. tags
            .Select(tag => (Name: tag is JsonObject json ? json.Text("name") : tag!.GetValue<string>(),
                IsLocal: (tag as JsonObject)?.Flag("local") ?? false))
            .Select(tag => (Match: Tag().Match(tag.Name), tag.IsLocal))
            .Where(tag => tag.Match.Success)
            .GroupBy(tag => tag.Match.Groups[1].Value, tag => (Value: tag.Match.Groups[2].Value, tag.IsLocal))
            .Select(galaxy => Galaxy(galaxy.Key, galaxy))
            .Where(galaxy => galaxy["GalaxyCluster"]!.AsArray().Count > 0)]);
    }

    /// <summary>
    /// The galaxies that a user of an organisation sees: a cluster of distribution 0 is its own organisation's, though its tag is not.
    /// </summary>
    public static JsonArray SeenBy(string organisation, JsonArray galaxies)
    {
        if (!galaxies.OfType<JsonObject>().Any(galaxy => Clusters(galaxy).Any(IsHidden))) return galaxies;

        var seen = (JsonArray)galaxies.DeepClone();
        foreach (var galaxy in seen.OfType<JsonObject>().ToArray())
        {
            foreach (var cluster in Clusters(galaxy).Where(IsHidden).ToArray()) galaxy["GalaxyCluster"]!.AsArray().Remove(cluster);
            if (!Clusters(galaxy).Any()) seen.Remove(galaxy);
        }

        return seen;

        bool IsHidden(JsonObject cluster) =>
            cluster.Text("distribution") == "0" && cluster["Orgc"] is JsonObject owner && owner.Text("name") != organisation;
    }

    private static IEnumerable<JsonObject> Clusters(JsonObject galaxy) =>
        galaxy["GalaxyCluster"] is JsonArray clusters ? clusters.OfType<JsonObject>() : [];

    private JsonObject Galaxy(string type, IEnumerable<(string Value, bool IsLocal)> clusters)
    {
        var number = MispNumbers.Of("galaxy", type);
        return new JsonObject
        {
            ["id"] = number.ToString(),
            ["uuid"] = MispIds.Uuid(MispIds.Kind.Galaxy, number),
            ["name"] = type,
            ["type"] = type,
            ["description"] = "Made for the sandbox.",
            ["version"] = "1",
            ["icon"] = "globe",
            ["namespace"] = "misp",
            ["enabled"] = true,
            ["local_only"] = false,
            ["GalaxyCluster"] = new JsonArray(
                [.. clusters.Select(one => Cluster(type, one.Value, number, one.IsLocal)).OfType<JsonNode>()]),
        };
    }

    /// <summary>Null for the UUID of a cluster that this server does not have.</summary>
    private JsonObject? Cluster(string type, string inTag, int galaxy, bool isLocal)
    {
        var custom = _custom.GetValueOrDefault(inTag);
        if (custom is null && Guid.TryParseExact(inTag, "D", out _)) return null;

        var tag = $"misp-galaxy:{type}=\"{inTag}\"";
        if (_described.TryGetValue(tag, out var described) && described is null) return null;
        var value = custom?.Value ?? inTag;
        var number = MispNumbers.Of("cluster", $"{type}={value}");
        var cluster = new JsonObject
        {
            ["id"] = number.ToString(),
            ["uuid"] = custom is null ? MispIds.Uuid(MispIds.Kind.Galaxy, 100_000 + number) : inTag,
            ["collection_uuid"] = custom is null ? MispIds.Uuid(MispIds.Kind.Galaxy, galaxy) : "",
            ["type"] = type,
            ["value"] = value,
            ["tag_name"] = tag,
            ["description"] = $"{value}, made up for the sandbox.",
            ["galaxy_id"] = galaxy.ToString(),
            ["source"] = "Sandbox",
            ["authors"] = new JsonArray("Sandbox"),
            ["version"] = "1",
            ["distribution"] = custom?.Distribution ?? "3",
            ["sharing_group_id"] = null,
            ["default"] = custom is null,
            ["deleted"] = false,
            ["GalaxyClusterRelation"] = new JsonArray(),
            ["Orgc"] = new JsonObject { ["name"] = custom?.Organisation ?? "MISP" },
            ["meta"] = new JsonObject { ["synonyms"] = new JsonArray($"{value} also known as") },
            ["tag_id"] = MispNumbers.Of("tag", tag), // one of the few numbers that MISP leaves a number
            ["local"] = isLocal,
            ["relationship_type"] = false,
        };
        foreach (var (name, one) in described ?? []) cluster[name] = one?.DeepClone();
        return cluster;
    }

    [GeneratedRegex("^misp-galaxy:([^=]+)=\"(.+)\"$")]
    private static partial Regex Tag();
}
