using System.Globalization;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Entra;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Alerts;

/// <summary>Microsoft Graph, <c>/v1.0/security/alerts_v2</c>.</summary>
internal sealed class GraphAlerts(AlertState state, TimeProvider time)
{
    private const string Role = "SecurityAlert.Read.All";

    /// <summary>Words that came after the first ones: without a header of the request, another word is in their place.</summary>
    private static readonly HashSet<string> NewerWords =
    [
        "microsoftSentinel", "scheduledAlerts", "nrtAlerts", "microsoftThreatIntelligence", "microsoftDefenderThreatIntelligenceAnalytics",
    ];

    private static readonly Dictionary<string, Func<Alert, string>> Words = new() { ["serviceSource"] = one => one.ServiceSource };

    private static readonly Dictionary<string, Func<Alert, DateTimeOffset>> Times = new()
    {
        ["lastUpdateDateTime"] = one => one.LastUpdate,
        ["createdDateTime"] = one => one.Created,
    };

    private readonly RateWindow _minute = new(time, TimeSpan.FromMinutes(1));

    public Answer Handle(Request request, AccessToken token, Func<int, string, string, Answer> error, Func<TimeSpan, Answer> throttle)
    {
        if (request is not { Method: "GET", Segments.Length: 3 }) throw NoFact.Path(request);
        if (_minute.Refuse(state.RequestsPerMinute) is { } wait) return throttle(wait);
        if (!token.Roles.Contains(Role)) return error(403, "Forbidden", $"Missing application role. Required: {Role}.");
        NoFact.RequireQuery(request, "$top", "$filter", "$skiptoken");
        var top = 100;
        if (request.Parameter("$top") is { } asked
            && (!int.TryParse(asked, CultureInfo.InvariantCulture, out top) || top < 1 || top > state.MaxTop))
            return error(400, "BadRequest", $"$top must be 1 to {state.MaxTop}.");
        Func<Alert, bool>? wanted = _ => true;
        if (request.Parameter("$filter") is { } filter) wanted = AlertFilter.Parse(filter, Words, Times);
        if (wanted is null) return error(400, "BadRequest", "The filter is invalid.");

        _ = int.TryParse(request.Parameter("$skiptoken"), CultureInfo.InvariantCulture, out var from);
        var matching = state.All.Where(wanted).ToList();
        var size = Math.Min(top, state.PageSize);
        var page = matching.Skip(from).Take(size).ToList();
        var hasAll = request.Headers["Prefer"].ToString().Contains("include-unknown-enum-members", StringComparison.OrdinalIgnoreCase);
        var body = new JsonObject { ["@odata.context"] = $"{request.Origin}v1.0/$metadata#security/alerts_v2" };
        if (from + page.Count < matching.Count && !state.OmitsNextLinks)
        {
            var kept = string.Concat(((string[])["$top", "$filter"]).Where(name => request.Parameter(name) is not null)
                .Select(name => $"{name}={Uri.EscapeDataString(request.Parameter(name)!)}&"));
            body["@odata.nextLink"] = $"{request.Origin}v1.0/security/alerts_v2?{kept}$skiptoken={from + page.Count}";
        }

        body["value"] = new JsonArray([.. page.Select(one => Entity(one, hasAll))]);
        return state.IsPartial
            ? Answer.Json(206, body).With("Warning", "199 - \"Microsoft/Example/504/10000\"")
            : Answer.Json(200, body);
    }

    private JsonObject Entity(Alert one, bool hasAllWords)
    {
        string Word(string word) => hasAllWords || !NewerWords.Contains(word) ? word : "unknownFutureValue";
        return new JsonObject
        {
            ["id"] = one.Id,
            ["providerAlertId"] = one.Id[2..],
            ["incidentId"] = "17",
            ["title"] = one.Title,
            ["serviceSource"] = Word(one.ServiceSource),
            ["detectionSource"] = Word(one.DetectionSource),
            ["status"] = one.Classification is null ? "new" : "resolved",
            ["severity"] = "informational",
            ["classification"] = one.Classification,
            ["determination"] = one.Determination,
            ["alertWebUrl"] = $"https://security.microsoft.com/alerts/{one.Id}?tid=00000000-0000-0000-0000-000000000009",
            ["createdDateTime"] = Text(one.Created),
            ["lastUpdateDateTime"] = Text(one.LastUpdate),
            ["firstActivityDateTime"] = Text(one.FirstActivity),
            ["lastActivityDateTime"] = Text(one.LastActivity),
            ["customDetails"] = new JsonObject(
                one.Details.Select(detail => KeyValuePair.Create(detail.Key, (JsonNode?)state.Written(detail.Value)))),
            ["evidence"] = new JsonArray([.. (one.IsOfRule && state.RulesHaveNoEvidence ? [] : one.Evidence).Select(Evidence)]),
        };
    }

    private JsonNode Evidence(JsonObject item)
    {
        var copy = (JsonObject)item.DeepClone();
        if (copy["url"] is { } url) copy["url"] = state.WrittenUrl((string)url!);
        return copy;
    }

    private static string Text(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}
