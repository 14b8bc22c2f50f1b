using System.Text.Json.Nodes;

namespace MispGraphSync.Tests;

/// <summary>Events as a MISP server holds them.</summary>
internal static class SomeMisp
{
    /// <summary>An event with so many domains of its own.</summary>
    public static JsonObject Event(int number, int domains) => new()
    {
        ["info"] = $"Event {number}",
        ["Attribute"] = new JsonArray([.. Enumerable.Range(0, domains).Select(i => Domain($"d{i}.e{number}.example"))]),
    };

    public static JsonObject Domain(string value) => new()
    {
        ["type"] = "domain",
        ["category"] = "Network activity",
        ["to_ids"] = true,
        ["value"] = value,
    };
}
