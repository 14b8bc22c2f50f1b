using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MispGraphSync.Sandbox.Entra;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Alerts;

/// <summary>The query API of Log Analytics, as far as it reads the table <c>SecurityAlert</c> of the one workspace.</summary>
internal sealed partial class LogAnalyticsService(AlertState state, EntraState entra, SandboxOptions options) : IService
{
    private static readonly string[] Columns =
    [
        "SystemAlertId", "AlertName", "AlertLink", "ProductName", "ProviderName", "Status", "StartTime", "EndTime", "TimeGenerated",
        "ExtendedProperties", "Entities",
    ];

    public Answer Handle(Request request)
    {
        if (request is not { Method: "POST", Segments: ["v1", "workspaces", var workspace, "query"] }) throw NoFact.Path(request);
        if (Bearer.Of(request, entra.Mint, Audiences.LogAnalytics) is null)
            return Error(401, "AuthorizationRequiredError", "Valid authentication was not provided.");
        if (!entra.App.IsLogAnalyticsReader)
            return Error(403, "InsufficientAccessError", "The provided credentials have insufficient access to the workspace.");
        if (!Guid.TryParse(workspace, out var id) || id != options.WorkspaceId)
            return Error(404, "WorkspaceNotFoundError", "Workspace not found.");
        try
        {
            return JsonNode.Parse(request.Body.Span)?["query"] is JsonValue query
                ? Run((string)query!)
                : Error(400, "BadArgumentError", "The request had some invalid properties.");
        }
        catch (JsonException)
        {
            return Error(400, "BadArgumentError", "The request is no JSON.");
        }
    }

    public Answer Fail(int status, TimeSpan? retryAfter, RetryAfterForm form) => status == 429
        ? Error(429, "ThrottledError", RetryAfter.Sentence(retryAfter, form)).WithRetryAfter(retryAfter, form, options.Time)
        : Error(status, "InternalServerError", "The request could not be served.").WithRetryAfter(retryAfter, form, options.Time);

    private Answer Run(string query)
    {
        var match = Query().Match(query);
        if (!match.Success) throw new NoFactException($"the query {query}");
        var (from, until) = (Instant(match.Groups["from"]), Instant(match.Groups["until"]));
        var found = state.All.Where(one => one.IsOfRule && one.LastUpdate >= from && one.LastUpdate < until)
            .Take(int.Parse(match.Groups["take"].Value, CultureInfo.InvariantCulture));
        var body = new JsonObject
        {
            ["tables"] = new JsonArray(new JsonObject
            {
                ["name"] = "PrimaryResult",
                ["columns"] = new JsonArray([.. Columns.Select(name => new JsonObject { ["name"] = name, ["type"] = "string" })]),
                ["rows"] = new JsonArray([.. found.Select(Row)]),
            }),
        };
        if (state.IsPartial) body["error"] = new JsonObject { ["code"] = "PartialError", ["message"] = "There were some errors." };
        return Answer.Json(200, body);
    }

    private JsonArray Row(Alert one)
    {
        var details = new JsonObject(
            one.Details.Select(detail => KeyValuePair.Create(detail.Key, (JsonNode?)new JsonArray(detail.Value))));
        var properties = new JsonObject
        {
            ["Query"] = "ThreatIntelIndicators | where IsActive",
            ["Custom Details"] = details.ToJsonString(),
        };
        return
        [
            one.Id[2..], one.Title, $"https://portal.azure.com/#alert/{one.Id[2..]}", "Azure Sentinel", "ASI Scheduled Alerts", "New",
            one.FirstActivity.UtcDateTime, one.LastActivity.UtcDateTime, one.LastUpdate.UtcDateTime, properties.ToJsonString(),
            new JsonArray([.. one.Evidence.SelectMany(Entities)]).ToJsonString(),
        ];
    }

    private IEnumerable<JsonNode> Entities(JsonObject item, int at) => ((string)item["@odata.type"]!).Split('.')[^1] switch
    {
        "urlEvidence" => [Entity(at, "url", ("Url", state.WrittenUrl((string)item["url"]!)))],
        "ipEvidence" => [Entity(at, "ip", ("Address", item["ipAddress"]!.DeepClone()))],
        // The file refers to its hash, which is an entity of its own.
        "fileEvidence" =>
        [
            Entity(at, "file", ("Name", "invoice.exe"), ("FileHashes", new JsonArray(new JsonObject { ["$ref"] = $"{100 + at}" }))),
            Entity(100 + at, "filehash", ("Algorithm", "SHA256"), ("Value", item["fileDetails"]!["sha256"]!.DeepClone())),
        ],
        "deviceEvidence" => [Entity(at, "host", ("HostName", item["deviceDnsName"]!.DeepClone()))],
        _ => [],
    };

    private static JsonObject Entity(int id, string type, params (string Name, JsonNode Value)[] fields)
    {
        var entity = new JsonObject { ["$id"] = $"{id}", ["Type"] = type };
        foreach (var (name, value) in fields) entity[name] = value;
        return entity;
    }

    private static DateTimeOffset Instant(Group text) =>
        DateTimeOffset.Parse(text.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static Answer Error(int status, string code, string message) =>
        Answer.Json(status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } });

    // The parts of the language that the one documented query has.
    [GeneratedRegex("""
        ^SecurityAlert\s*
        \|\ where\ TimeGenerated\ >=\ datetime\((?<from>[^)]+)\)\ and\ TimeGenerated\ <\ datetime\((?<until>[^)]+)\)\s*
        \|\ where\ ProductName\ ==\ "Azure\ Sentinel"\s*
        \|\ summarize\ arg_max\(TimeGenerated,\ \*\)\ by\ SystemAlertId\s*
        \|\ project\ SystemAlertId,\ AlertName,\ AlertLink,\ ProductName,\ ProviderName,\ Status,\ StartTime,\ EndTime,\ TimeGenerated,
        \ ExtendedProperties,\ Entities\s*
        \|\ take\ (?<take>\d+)\s*$
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Query();
}
