using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Alerts;
using MispGraphSync.Sandbox.Entra;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Defender;

/// <summary>Defender for Endpoint, <c>/api/indicators</c> and <c>/api/alerts</c>. The case of a body's names counts.</summary>
internal sealed class DefenderService(DefenderState state, AlertState alerts, EntraState entra, TimeProvider time) : IService
{
    private readonly DefenderAlerts _alerts = new(alerts);
    private readonly RateWindow _imports = new(time, TimeSpan.FromMinutes(1));
    private readonly RateWindow _batchDeletions = new(time, TimeSpan.FromMinutes(1));
    private readonly RateWindow _calls = new(time, TimeSpan.FromMinutes(1));
    private readonly RateWindow _hour = new(time, TimeSpan.FromHours(1));

    public Answer Handle(Request request)
    {
        if (request.Segments is not ["api", "indicators" or "alerts", ..]) throw NoFact.Path(request);
        if (request.Method != "GET") NoFact.RequireQuery(request);
        if (Bearer.Of(request, entra.Mint, Audiences.Defender) is not { } token)
            return Error(401, "Unauthorized", "The token is missing, invalid or expired.");
        if (Limited(request) is { } wait) return Fail(429, wait, state.ThrottleForm);
        if (request.Segments[1] == "alerts") return _alerts.Handle(request, token, Error);

        var all = token.Roles.Contains("Ti.ReadWrite.All");
        if (!all && !token.Roles.Contains("Ti.ReadWrite"))
        {
            const string Needed = "Ti.ReadWrite, Ti.ReadWrite.All";
            return Error(403, "Forbidden", $"The application does not have any of the required permissions: {Needed}.");
        }

        try
        {
            return (request.Method, request.Segments[2..]) switch
            {
                ("GET", []) => List(request, token.AppId, all),
                ("POST", []) => One(request, token.AppId, all),
                ("POST", ["import"]) => Import(request, token.AppId, all),
                ("POST", ["BatchDelete"]) => BatchDelete(request, token.AppId, all),
                ("DELETE", [var id]) => Delete(id, token.AppId, all),
                _ => throw NoFact.Path(request),
            };
        }
        catch (JsonException)
        {
            return Error(400, "InvalidRequestBody", "Request body is incorrect.");
        }
    }

    public Answer Fail(int status, TimeSpan? retryAfter, RetryAfterForm form)
    {
        var (code, message) = status switch
        {
            429 => ("TooManyRequests", RetryAfter.Sentence(retryAfter, form)),
            >= 500 => ("InternalServerError", "The request could not be served."),
            _ => ("BadRequest", "The request could not be served."),
        };
        return Error(status, code, message).WithRetryAfter(retryAfter, form, time);
    }

    private Answer Import(Request request, string app, bool all)
    {
        if (JsonNode.Parse(request.Body.Span) is not JsonObject body || body["Indicators"] is not JsonArray { Count: > 0 } items)
            return Error(400, "MissingRequiredParameter", "Parameter Indicators is missing.");
        NoFact.RequireProperties(body, "an import", "Indicators");
        if (items.Count > state.MaxBatch) return TooMany("indicators");
        if (items.Select(DefenderRules.Unreadable).FirstOrDefault(fault => fault is not null) is { } unreadable)
            return Error(400, unreadable.Code, unreadable.Message);
        if (state.CapacityFailsBatch && items.OfType<JsonObject>().Count(IsNew) > state.Room())
            return Error(400, "InvalidInput", "The maximum number of indicators would be exceeded.");

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var results = items.OfType<JsonObject>().Select(item => Result(item, app, all, seen)).ToList();
        if (state.ReversesAnswers) results.Reverse();
        return Answer.Json(200, new JsonObject
        {
            ["@odata.context"] = $"{request.Origin}api/$metadata#Collection(microsoft.windowsDefenderATP.api.ImportIndicatorResult)",
            ["value"] = new JsonArray([.. results]),
        });
    }

    private JsonObject Result(JsonObject item, string app, bool all, HashSet<string> seen)
    {
        var value = item["indicatorValue"]!.ToString();
        var twice = !seen.Add($"{item["indicatorType"]}:{value}") && state.RefusesDuplicatesInBatch;
        var fault = value == state.RefusedValue ? "The value is refused." : twice
            ? "The same indicator is in the request twice."
            : DefenderRules.Fault(item, time.GetUtcNow(), state.TakesDocumentationAddresses)?.Message;
        DefenderIndicator? submitted = null;
        if (fault is null) (submitted, fault) = state.Submit(app, all, (JsonObject)item.DeepClone());
        return new JsonObject
        {
            ["id"] = submitted?.Id,
            ["indicator"] = state.RewritesUrls && (string?)item["indicatorType"] == "Url" ? new Uri(value).AbsoluteUri : value,
            ["isFailed"] = fault is not null,
            ["failureReason"] = fault,
        };
    }

    private Answer One(Request request, string app, bool all)
    {
        var item = JsonNode.Parse(request.Body.Span);
        if (DefenderRules.Unreadable(item) is { } unreadable) return Error(400, unreadable.Code, unreadable.Message);
        if (DefenderRules.Fault((JsonObject)item!, time.GetUtcNow(), state.TakesDocumentationAddresses) is { } fault)
            return Error(400, fault.Code, fault.Message);

        var (submitted, refused) = state.Submit(app, all, (JsonObject)item!);
        return submitted is null ? Error(400, "InvalidInput", refused!) : Answer.Json(200, json => Entity(json, submitted));
    }

    private Answer Delete(string id, string app, bool all) =>
        long.TryParse(id, CultureInfo.InvariantCulture, out var number) && state.Delete(app, all, [number])
            ? new Answer(204)
            : Error(404, "ResourceNotFound", $"Indicator {id} was not found.");

    private Answer TooMany(string what) =>
        Error(400, "MaximumBatchSizeExceeded", $"At most {state.MaxBatch} {what} are allowed in one request.");

    private Answer BatchDelete(Request request, string app, bool all)
    {
        if (JsonNode.Parse(request.Body.Span) is not JsonObject body || body["IndicatorIds"] is not JsonArray { Count: > 0 } ids)
            return Error(400, "MissingRequiredParameter", "Parameter IndicatorIds is missing or empty.");
        NoFact.RequireProperties(body, "a batch deletion", "IndicatorIds");
        if (ids.Count > state.MaxBatch) return TooMany("ids");

        var numbers = new List<long>();
        foreach (var id in ids)
        {
            if (id?.GetValueKind() != JsonValueKind.String || !long.TryParse(id.ToString(), CultureInfo.InvariantCulture, out var number))
                return Error(400, "InvalidInput", "An id is malformed.");
            numbers.Add(number);
        }

        return state.Delete(app, all, numbers) ? new Answer(204) : Error(404, "ResourceNotFound", "An indicator was not found.");
    }

    private Answer List(Request request, string app, bool all)
    {
        NoFact.RequireQuery(request, "$filter", "$top", "$skip");
        Func<DefenderIndicator, bool>? wanted = _ => true;
        if (request.Parameter("$filter") is { } filter) wanted = ListFilter.Parse(filter);
        if (wanted is null) return Error(400, "ODataError", "The filter is invalid.");
        if (!Whole(request, "$top", state.DefaultTop, out var top) || top > state.MaxTop)
            return Error(400, "ODataError", $"$top must be 0 to {state.MaxTop}.");
        if (!Whole(request, "$skip", 0, out var skip)) return Error(400, "ODataError", "$skip is invalid.");

        var page = state.Visible(app, all).Where(wanted).Skip(skip).Take(top).ToArray();
        return Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("@odata.context", $"{request.Origin}api/$metadata#Indicators");
            json.WriteStartArray("value");
            foreach (var one in page) Entity(json, one);
            if (state.ListsWebCategory && skip == 0) WebCategory(json);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>Read-only: made in the portal, of a type that the API does not take.</summary>
    private static void WebCategory(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", "1");
        json.WriteString("indicatorType", "WebCategory");
        json.WriteString("indicatorValue", "Gambling");
        json.WriteString("action", "Block");
        json.WriteString("sourceType", "User");
        json.WriteEndObject();
    }

    private void Entity(Utf8JsonWriter json, DefenderIndicator one)
    {
        json.WriteStartObject();
        json.WriteString("id", one.Id);
        foreach (var (name, value) in one.Fields)
        {
            if (name == "externalID" && !state.ListsExternalIds) continue;
            json.WritePropertyName(name);
            // In the case in which it was submitted first.
            if (name == "indicatorValue") json.WriteStringValue(one.Value);
            else if (value is null) json.WriteNullValue();
            else value.WriteTo(json);
        }

        foreach (var name in (string[])["expirationTime", "severity", "recommendedActions", "application", "educateUrl"])
        {
            if (!one.Fields.ContainsKey(name)) json.WriteNull(name);
        }

        if (!one.Fields.ContainsKey("generateAlert")) json.WriteBoolean("generateAlert", false);
        json.WriteString("sourceType", one.IsOfUser ? "User" : "AadApp");
        json.WriteString("createdBySource", one.IsOfUser ? "Portal" : "PublicApi");
        json.WriteString("createdBy", one.CreatedBy);
        json.WriteString("createdByDisplayName", one.CreatedBy);
        json.WriteString("creationTimeDateTimeUtc", one.Created);
        json.WriteString("lastUpdatedBy", one.LastUpdatedBy);
        json.WriteString("lastUpdateTime", one.LastUpdated);
        json.WriteStartArray("rbacGroupIds");
        json.WriteEndArray();
        // Seen in live responses, and documented nowhere.
        foreach (var name in (string[])["bypassDurationHours", "notificationId", "notificationBody", "lookBackPeriod", "additionalInfo"])
            json.WriteNull(name);
        json.WriteNull("historicalDetection");
        json.WriteNumber("version", 1);
        json.WriteEndObject();
    }

    private bool IsNew(JsonObject item) => state.Find(item["indicatorType"]!.ToString(), item["indicatorValue"]!.ToString()) is null;

    private TimeSpan? Limited(Request request) => request.Segments[2..] switch
    {
        ["import"] => _imports.Refuse(state.ImportsPerMinute),
        ["BatchDelete"] => _batchDeletions.Refuse(state.ImportsPerMinute) ?? _hour.Refuse(state.CallsPerMinute * 15),
        _ => _calls.Refuse(state.CallsPerMinute) ?? _hour.Refuse(state.CallsPerMinute * 15),
    };

    private static bool Whole(Request request, string name, int otherwise, out int number)
    {
        number = otherwise;
        return request.Parameter(name) is not { } text || (int.TryParse(text, CultureInfo.InvariantCulture, out number) && number >= 0);
    }

    /// <summary><c>target</c> is the correlation id.</summary>
    private static Answer Error(int status, string code, string message) => Answer.Json(status, new JsonObject
    {
        ["error"] = new JsonObject { ["code"] = code, ["message"] = message, ["target"] = "00000000-5a5d-4b0c-8000-0000000000cc" },
    });
}
