using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;

namespace MispGraphSync.Tests.Simulation;

/// <summary>Indicators that another app, or another tool under our own app, put there: they look like ours and are not.</summary>
internal static class Strangers
{
    private const string Value = "stranger.example";

    public static void AddTo(SandboxHost sandbox, string kind, string instance, DateTimeOffset expires)
    {
        var until = expires.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ");
        switch (kind)
        {
            case "graph":
                foreach (var key in (string?[])[null, "theirs", "6f9b9a5e-3f0b-5c6e-9c58-8a4f2f7d1b33"])
                    sandbox.GraphState.Seed(sandbox.Options.ClientId, Graph(key, until));
                break;
            case "sentinel":
                foreach (var source in (string[])["misp-graph", "other-tool"]) sandbox.SentinelState.Seed(source, Sentinel(until));
                break;
            default:
                sandbox.DefenderState.Seed("another-app", Defender($"app.{Value}", instance, until));
                sandbox.DefenderState.Seed(sandbox.Options.ClientId, Defender($"tool.{Value}", "Another tool", until));
                break;
        }
    }

    private static JsonObject Graph(string? key, string until)
    {
        var item = new JsonObject
        {
            ["action"] = "alert",
            ["description"] = "Another tool's",
            ["domainName"] = Value,
            ["expirationDateTime"] = until,
            ["targetProduct"] = "Azure Sentinel",
            ["threatType"] = "WatchList",
            ["tlpLevel"] = "green",
        };
        if (key is not null) item["externalId"] = key;
        return item;
    }

    private static JsonObject Sentinel(string until) => new()
    {
        ["type"] = "indicator",
        ["spec_version"] = "2.1",
        ["id"] = "indicator--6f9b9a5e-3f0b-4c6e-9c58-8a4f2f7d1b33",
        ["created"] = "2026-01-01T00:00:00.000Z",
        ["modified"] = "2026-01-01T00:00:00.000Z",
        ["pattern"] = $"[domain-name:value = '{Value}']",
        ["pattern_type"] = "stix",
        ["valid_from"] = "2026-01-01T00:00:00.000Z",
        ["valid_until"] = until,
    };

    private static JsonObject Defender(string value, string application, string until) => new()
    {
        ["indicatorValue"] = value,
        ["indicatorType"] = "DomainName",
        ["action"] = "Audit",
        ["title"] = "Another tool's",
        ["description"] = "Another tool's",
        ["application"] = application,
        ["expirationTime"] = until,
    };
}
