using System.Globalization;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Entra;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Alerts;

/// <summary>Defender for Endpoint, <c>/api/alerts</c>. Dates in its filter count whole seconds.</summary>
internal sealed class DefenderAlerts(AlertState state)
{
    private const string Role = "Alert.Read.All";

    private static readonly Dictionary<string, Func<Alert, DateTimeOffset>> Times = new()
    {
        ["lastUpdateTime"] = one => WholeSecond(one.LastUpdate),
        ["alertCreationTime"] = one => WholeSecond(one.Created),
    };

    public Answer Handle(Request request, AccessToken token, Func<int, string, string, Answer> error)
    {
        if (request is not { Method: "GET", Segments.Length: 2 }) throw NoFact.Path(request);
        if (!token.Roles.Contains(Role))
            return error(403, "Forbidden", $"The application does not have any of the required permissions: {Role}.");
        NoFact.RequireQuery(request, "$top", "$filter", "$expand");
        var words = new Dictionary<string, Func<Alert, string>> { ["detectionSource"] = Word };
        Func<Alert, bool>? wanted = _ => true;
        if (request.Parameter("$filter") is { } filter) wanted = AlertFilter.Parse(filter, words, Times);
        if (wanted is null) return error(400, "ODataError", "The filter is invalid.");
        if (!int.TryParse(request.Parameter("$top") ?? "10000", CultureInfo.InvariantCulture, out var top) || top is < 1 or > 10_000)
            return error(400, "ODataError", "$top must be 1 to 10000.");

        // With $top there is no next link.
        var found = state.All.Where(one => !one.IsOfRule).Where(wanted).Take(Math.Min(top, state.PageSize));
        var isExpanded = request.Parameter("$expand") == "evidence";
        return Answer.Json(200, new JsonObject
        {
            ["@odata.context"] = $"{request.Origin}api/$metadata#Alerts",
            ["value"] = new JsonArray([.. found.Select(one => Entity(one, isExpanded))]),
        });
    }

    private string Word(Alert one) => one.DetectionSource == "customTi" ? state.DefenderWord : Capital(one.DetectionSource)!;

    private JsonNode Entity(Alert one, bool isExpanded) => new JsonObject
    {
        ["id"] = one.Id,
        ["incidentId"] = 17,
        ["title"] = one.Title,
        ["detectionSource"] = Word(one),
        ["status"] = one.Classification is null ? "New" : "Resolved",
        ["classification"] = Capital(one.Classification),
        ["determination"] = Capital(one.Determination),
        ["machineId"] = "0123456789abcdef0123456789abcdef01234567",
        ["computerDnsName"] = "pc-1.corp.example",
        ["alertCreationTime"] = one.Created.UtcDateTime,
        ["firstEventTime"] = one.FirstActivity.UtcDateTime,
        ["lastEventTime"] = one.LastActivity.UtcDateTime,
        ["lastUpdateTime"] = one.LastUpdate.UtcDateTime,
        ["evidence"] = new JsonArray([.. (isExpanded ? one.Evidence : []).Select(Record).OfType<JsonNode>()]),
    };

    private JsonObject? Record(JsonObject item) => ((string)item["@odata.type"]!).Split('.')[^1] switch
    {
        "urlEvidence" => new() { ["entityType"] = "Url", ["url"] = state.WrittenUrl((string)item["url"]!) },
        "ipEvidence" => new() { ["entityType"] = "Ip", ["ipAddress"] = item["ipAddress"]!.DeepClone() },
        "fileEvidence" => new()
        {
            ["entityType"] = "File",
            ["sha256"] = item["fileDetails"]!["sha256"]!.DeepClone(),
            ["filePath"] = item["fileDetails"]!["filePath"]!.DeepClone(),
        },
        "userEvidence" => new()
        {
            ["entityType"] = "User",
            ["userPrincipalName"] = item["userAccount"]!["userPrincipalName"]!.DeepClone(),
        },
        _ => null,
    };

    private static DateTimeOffset WholeSecond(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());

    private static string? Capital(string? word) => word is null ? null : char.ToUpperInvariant(word[0]) + word[1..];
}
