using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>The <c>Galaxy</c> array that goes with <c>misp-galaxy:</c> tags: one galaxy a type, a cluster a tag.</summary>
internal static partial class Galaxies
{
    public static JsonArray For(JsonObject given)
    {
        if (given["Galaxy"] is JsonArray stated) return (JsonArray)stated.DeepClone();

        var names = given["Tag"] is JsonArray tags
            ? tags.Select(tag => tag is JsonObject json ? json.Text("name") : tag!.GetValue<string>())
            : [];
        return new JsonArray([.. names
            .Select(name => Tag().Match(name))
            .Where(tag => tag.Success)
            .GroupBy(tag => tag.Groups[1].Value, tag => tag.Groups[2].Value)
            .Select(galaxy => Galaxy(galaxy.Key, galaxy))]);
    }

    private static JsonObject Galaxy(string type, IEnumerable<string> clusters)
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
            ["GalaxyCluster"] = new JsonArray([.. clusters.Select(value => Cluster(type, value, number))]),
        };
    }

    private static JsonObject Cluster(string type, string value, int galaxy)
    {
        var number = MispNumbers.Of("cluster", $"{type}={value}");
        return new JsonObject
        {
            ["id"] = number.ToString(),
            ["uuid"] = MispIds.Uuid(MispIds.Kind.Galaxy, 100_000 + number),
            ["collection_uuid"] = MispIds.Uuid(MispIds.Kind.Galaxy, galaxy),
            ["type"] = type,
            ["value"] = value,
            ["tag_name"] = $"misp-galaxy:{type}=\"{value}\"",
            ["description"] = $"{value}, made up for the sandbox.",
            ["galaxy_id"] = galaxy.ToString(),
            ["source"] = "Sandbox",
            ["authors"] = new JsonArray("Sandbox"),
            ["version"] = "1",
            ["distribution"] = "3",
            ["meta"] = new JsonObject { ["synonyms"] = new JsonArray($"{value} also known as") },
            ["tag_id"] = MispNumbers.Of("tag", $"misp-galaxy:{type}=\"{value}\""), // one of the few numbers that MISP leaves a number
            ["local"] = false,
            ["relationship_type"] = "",
        };
    }

    [GeneratedRegex("^misp-galaxy:([^=]+)=\"(.+)\"$")]
    private static partial Regex Tag();
}
