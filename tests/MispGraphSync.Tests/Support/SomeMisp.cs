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

    /// <summary>An event with the domains <c>xN.example</c> of these numbers, each with the same UUID whenever it is there.</summary>
    public static JsonObject NumberedDomains(string uuid, DateTimeOffset changed, params int[] numbers) => new()
    {
        ["uuid"] = uuid,
        ["info"] = "Domains",
        ["timestamp"] = $"{changed.ToUnixTimeSeconds()}",
        ["Attribute"] = new JsonArray([.. numbers.Select(NumberedDomain)]),
    };

    private static JsonObject NumberedDomain(int number)
    {
        var domain = Domain($"x{number}.example");
        domain["uuid"] = $"5f0a0000-0000-4000-8000-0000000001{number:00}";
        return domain;
    }

    public static JsonObject Domain(string value) => new()
    {
        ["type"] = "domain",
        ["category"] = "Network activity",
        ["to_ids"] = true,
        ["value"] = value,
    };
}
