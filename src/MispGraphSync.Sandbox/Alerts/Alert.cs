using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Alerts;

/// <summary>An alert. Each service shows it in its own form. The defaults are those of a custom network indicator's alert.</summary>
public sealed record Alert
{
    public required string Id { get; init; }

    /// <summary>Graph's words.</summary>
    public string ServiceSource { get; init; } = "microsoftDefenderForEndpoint";

    public string DetectionSource { get; init; } = "customTi";

    public string Title { get; init; } = "Connection to a custom network indicator";

    public DateTimeOffset Created { get; init; }

    /// <summary>The instant of the last change; by default when the alert is put.</summary>
    public DateTimeOffset LastUpdate { get; init; }

    public DateTimeOffset FirstActivity { get; init; }

    public DateTimeOffset LastActivity { get; init; }

    public string? Classification { get; init; }

    public string? Determination { get; init; }

    /// <summary>The name of a custom detail and its value.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

    /// <summary>As Graph shows it.</summary>
    public IReadOnlyList<JsonObject> Evidence { get; init; } = [];

    /// <summary>An alert of an analytics rule that maps indicators.</summary>
    public bool IsOfRule => ServiceSource == "microsoftSentinel";

    public static JsonObject Url(string url) => Of("urlEvidence", ("url", url));

    public static JsonObject Address(string address) => Of("ipEvidence", ("ipAddress", address));

    public static JsonObject File(string sha256, string path = @"C:\Users\victim.name\Downloads") =>
        Of("fileEvidence", ("fileDetails", new JsonObject { ["sha256"] = sha256, ["fileName"] = "invoice.exe", ["filePath"] = path }));

    /// <summary>The victim: nothing of it may leave the alert.</summary>
    public static JsonObject Device(string name) => Of(
        "deviceEvidence", ("deviceDnsName", name), ("ipInterfaces", new JsonArray("192.0.2.10")),
        ("lastExternalIpAddress", "203.0.113.99"));

    public static JsonObject User(string name) => Of("userEvidence", ("userAccount", new JsonObject { ["userPrincipalName"] = name }));

    private static JsonObject Of(string type, params (string Name, JsonNode Value)[] fields)
    {
        var item = new JsonObject
        {
            ["@odata.type"] = $"#microsoft.graph.security.{type}",
            ["verdict"] = "suspicious",
            ["roles"] = new JsonArray(),
        };
        foreach (var (name, value) in fields) item[name] = value;
        return item;
    }
}
