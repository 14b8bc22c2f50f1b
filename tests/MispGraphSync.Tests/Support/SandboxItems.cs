using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;

namespace MispGraphSync.Tests;

/// <summary>An indicator that a service of the sandbox holds, read without the product.</summary>
/// <param name="Tlp">Empty where the service has no field for it.</param>
internal sealed record SandboxItem(string Id, string Value, string Tlp, DateTimeOffset? Expires, string Json);

internal static class SandboxItems
{
    public static string[] Kinds { get; } = ["graph", "sentinel", "defender"];

    /// <summary>What is live at a service of this kind, whoever put it there.</summary>
    public static IReadOnlyList<SandboxItem> Items(this SandboxHost sandbox, string kind) => kind switch
    {
        "graph" => [.. sandbox.GraphState.All().Select(one =>
        {
            var json = JsonNode.Parse(one.Json)!;
            var value = json["domainName"] ?? json["url"] ?? json["fileHashValue"] ?? json["externalId"];
            return new SandboxItem(one.Id, $"{value}", $"{json["tlpLevel"]}", one.Expires, one.Json);
        })],
        "sentinel" => [.. sandbox.SentinelState.Active().Select(one =>
        {
            var markings = JsonNode.Parse(one.Json)!["object_marking_refs"] as JsonArray ?? [];
            var tlp = string.Join(' ', markings.Select(id => $"{id}" switch
            {
                "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da" => "green",
                "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82" => "amber",
                "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed" => "red",
                var other => other,
            }));
            return new SandboxItem($"{one.Source} {one.Id}", one.ObservableValue, tlp, one.ValidUntil, one.Json);
        })],
        _ => [.. sandbox.DefenderState.All().Select(one =>
            new SandboxItem(one.Id, one.Value, "", one.Expires, one.Fields.ToJsonString()))],
    };

    /// <summary>The values that are live at a service of this kind, each as often as it is there, in order.</summary>
    public static IReadOnlyList<string> Values(this SandboxHost sandbox, string kind) =>
        [.. sandbox.Items(kind).Select(one => one.Value).Order(StringComparer.Ordinal)];

    /// <summary>The requests that changed something at a service of this kind, or tried to.</summary>
    public static IReadOnlyList<SeenRequest> Writes(this SandboxHost sandbox, string kind) =>
        [.. sandbox.RequestsTo(ServiceOf(kind)).Where(request => request.Method != "GET")];

    public static Service ServiceOf(string kind) => Enum.Parse<Service>(kind, ignoreCase: true);

    /// <summary>The service that lists what one of this kind holds.</summary>
    public static Service ListServiceOf(string kind) => kind == "sentinel" ? Service.Management : ServiceOf(kind);
}
