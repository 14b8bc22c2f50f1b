using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox;

/// <summary>Settings with which <c>misp-graph</c> uses only a sandbox.</summary>
public static class SandboxConfig
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>
    /// The text of a <c>config.json</c>; <paramref name="caFile"/> may be relative to it. All three destinations are enabled
    /// unless <paramref name="kinds"/> names some of <c>graph</c>, <c>sentinel</c>, <c>defender</c>.
    /// </summary>
    public static string For(SandboxHost sandbox, string caFile = "ca.pem", params string[] kinds)
    {
        var wanted = kinds.Length > 0 ? kinds : ["graph", "sentinel", "defender"];
        return new JsonObject
        {
            ["instance"] = "sandbox",
            ["misp"] = new JsonObject { ["url"] = Origin(sandbox.Misp), ["key"] = sandbox.Options.MispKey },
            ["caFile"] = caFile,
            ["auth"] = new JsonObject
            {
                ["tenant"] = sandbox.Options.Tenant.ToString(),
                ["clientId"] = sandbox.Options.ClientId,
                ["clientSecret"] = sandbox.Options.ClientSecret,
                ["authority"] = Origin(sandbox.Entra),
            },
            ["alerts"] = new JsonObject { ["endpoint"] = Origin(sandbox.Graph) },
            ["destinations"] = new JsonArray([.. wanted.Select(kind => Destination(sandbox, kind))]),
        }.ToJsonString(Indented);
    }

    private static JsonObject Destination(SandboxHost sandbox, string kind) => kind switch
    {
        "graph" => new JsonObject
        {
            ["name"] = "graph",
            ["kind"] = "graph",
            ["targetProduct"] = "Azure Sentinel",
            ["endpoint"] = Origin(sandbox.Graph),
        },
        "sentinel" => new JsonObject
        {
            ["name"] = "sentinel",
            ["kind"] = "sentinel",
            ["workspaceId"] = sandbox.Options.WorkspaceId.ToString(),
            ["endpoint"] = Origin(sandbox.Sentinel),
            ["managementEndpoint"] = Origin(sandbox.Management),
        },
        "defender" => new JsonObject
        {
            ["name"] = "defender",
            ["kind"] = "defender",
            ["endpoint"] = Origin(sandbox.Defender),
        },
        _ => throw new ArgumentException($"There is no destination '{kind}'.", nameof(kind)),
    };

    private static string Origin(Uri uri) => uri.GetLeftPart(UriPartial.Authority);
}
