using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MispGraphSync.Sandbox.Alerts;
using MispGraphSync.Sandbox.Entra;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Graph;

/// <summary>Microsoft Graph, <c>/beta/security/tiIndicators</c> and <c>/v1.0/security/alerts_v2</c>.</summary>
internal sealed partial class GraphService(GraphState state, AlertState alerts, EntraState entra, TimeProvider time) : IService
{
    private const string Role = "ThreatIndicators.ReadWrite.OwnedBy";

    private readonly RateWindow _minute = new(time, TimeSpan.FromMinutes(1));
    private readonly TiWriter _write = new(state, entra.Tenant);
    private readonly GraphAlerts _alerts = new(alerts, time);
    private readonly TiBatches _batches = new(state, new TiWriter(state, entra.Tenant), time);

    public Answer Handle(Request request)
    {
        if (request.Segments is not ["beta" or "v1.0", ..])
            return Error(400, "BadRequest", $"Resource not found for the segment '{request.Segments.FirstOrDefault()}'.");
        if (request.Segments is ["v1.0", "security", "alerts_v2", ..]) return Alerts(request);
        if (request.Segments is not ["beta", "security", "tiIndicators", ..]) throw NoFact.Path(request);
        if (Unavailable() is { } unavailable) return unavailable;
        if (_minute.Refuse(state.RequestsPerMinute) is { } wait) return Fail(429, wait, state.ThrottleForm);
        if (Bearer.Of(request, entra.Mint, Audiences.Graph) is not { } token)
            return Error(401, "InvalidAuthenticationToken", "Access token is empty, has expired or is not for this resource.");
        if (!token.Roles.Contains(Role))
            return Error(403, "accessDenied", $"Missing application role. Required: {Role}.");
        if (request.Body.Length > state.MaxBodyBytes) return Error(413, "invalidRequest", "The request body is too large.");

        try
        {
            return Route(request, token.AppId);
        }
        catch (JsonException unreadable)
        {
            return Error(400, "BadRequest", $"Unable to read JSON request payload. {unreadable.Message}");
        }
        catch (UnreadableBodyException unreadable)
        {
            return Error(400, "invalidRequest", unreadable.Message);
        }
    }

    public Answer Fail(int status, TimeSpan? retryAfter, RetryAfterForm form)
    {
        var (code, message) = status switch
        {
            429 => ("activityLimitReached", RetryAfter.Sentence(retryAfter, form)),
            503 => ("serviceNotAvailable", "The service is not available. Try the request again after a delay."),
            >= 500 => ("generalException", "The request could not be served."),
            _ => ("invalidRequest", "The request could not be served."),
        };
        return Error(status, code, message).WithRetryAfter(retryAfter, form, time);
    }

    private Answer Alerts(Request request) => Bearer.Of(request, entra.Mint, Audiences.Graph) is { } token
        ? _alerts.Handle(request, token, Error, wait => Fail(429, wait, state.ThrottleForm))
        : Error(401, "InvalidAuthenticationToken", "Access token is empty, has expired or is not for this resource.");

    private Answer Route(Request request, string app)
    {
        if (request is not { Method: "GET", Segments.Length: 3 }) NoFact.RequireQuery(request);
        return Routed(request, app);
    }

    private Answer Routed(Request request, string app) => (request.Method, request.Segments[3..]) switch
    {
        ("GET", []) => List(request, app),
        ("POST", []) => Create(request, app),
        ("POST", ["submitTiIndicators" or "microsoft.graph.submitTiIndicators"]) => _batches.Submit(request.Body, app),
        ("POST", ["updateTiIndicators" or "microsoft.graph.updateTiIndicators"]) => _batches.Update(request.Body, app),
        ("POST", ["deleteTiIndicators" or "microsoft.graph.deleteTiIndicators"]) => _batches.Delete(request.Body, app),
        ("POST", ["deleteTiIndicatorsByExternalId" or "microsoft.graph.deleteTiIndicatorsByExternalId"]) => state.RefusesDeleteByExternalId
            ? Error(501, "notSupported", "The action is not supported.")
            : _batches.DeleteByExternalId(request.Body, app),
        (_, [var id]) when Guid.TryParse(id, out _) || id.All(char.IsAsciiDigit) => One(request, app, id),
        _ => throw NoFact.Path(request),
    };

    private Answer One(Request request, string app, string id)
    {
        if (state.Find(app, id) is not { } found) return Error(404, "itemNotFound", "The indicator was not found.");
        switch (request.Method)
        {
            case "GET":
                return Answer.Json(200, json => _write.Entity(json, found, withNulls: true));
            case "DELETE":
                state.Delete(app, id);
                return new Answer(204);
            case "PATCH":
                using (var body = JsonDocument.Parse(request.Body))
                {
                    var change = TiItem.Read(body.RootElement, enumerationsToo: true);
                    change.RequireKnown(state.UndeclaredNames);
                    if (TiRules.FaultOfUpdate(change, found.TargetProduct, time.GetUtcNow()) is { } fault) return Provider(fault);
                    state.Update(found, change);
                }

                return request.Headers["Prefer"].ToString().Contains("return=representation", StringComparison.OrdinalIgnoreCase)
                    ? Answer.Json(200, json => _write.Entity(json, found, withNulls: true))
                    : new Answer(204);
            default:
                return Error(405, "notAllowed", "The method is not allowed.");
        }
    }

    private Answer Create(Request request, string app)
    {
        using var body = JsonDocument.Parse(request.Body);
        var item = TiItem.Read(body.RootElement, enumerationsToo: true);
        item.RequireKnown(state.UndeclaredNames);
        if (TiRules.Fault(item, time.GetUtcNow()) is { } fault) return Provider(fault);
        if (state.Add(app, item) is not { } added) return Provider(TiBatches.Full);
        return Answer.Json(201, json => _write.Entity(json, added, withNulls: true));
    }

    private Answer List(Request request, string app)
    {
        NoFact.RequireQuery(request, "$top", "$skip", "$skiptoken", "$filter");
        string? externalId = null;
        if (request.Parameter("$filter") is { } filter)
        {
            var match = ExternalIdFilter().Match(filter);
            if (!match.Success) throw new NoFactException($"the filter {filter}");
            externalId = match.Groups[1].Value.Replace("''", "'", StringComparison.Ordinal);
        }

        var top = int.TryParse(request.Parameter("$top"), CultureInfo.InvariantCulture, out var asked) ? asked : (int?)null;
        if (top < 0) return Error(400, "BadRequest", "Invalid value for $top.");
        _ = int.TryParse(request.Parameter("$skiptoken") ?? request.Parameter("$skip"), CultureInfo.InvariantCulture, out var from);
        var (page, next) = state.Page(app, from, Math.Min(top ?? state.PageSize, state.MaxPageSize), externalId);

        return Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("@odata.context", $"{request.Origin}beta/$metadata#security/tiIndicators");
            if (next is { } slot)
            {
                var kept = (top is null ? "" : $"$top={top}&")
                    + (externalId is null ? "" : $"$filter={Uri.EscapeDataString(request.Parameter("$filter")!)}&");
                json.WriteString("@odata.nextLink", $"{request.Origin}beta/security/tiIndicators?{kept}$skiptoken={slot}");
            }

            json.WriteStartArray("value");
            foreach (var indicator in page) _write.Entity(json, indicator, withNulls: true);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private Answer? Unavailable() => state.Availability switch
    {
        GraphAvailability.Forbidden => Error(403, "accessDenied", "The tenant is not enabled for tiIndicators."),
        GraphAvailability.RetiredNotFound => Error(404, "itemNotFound", "The resource could not be found."),
        GraphAvailability.RetiredGone => Error(410, "resourceGone", "This API has been retired."),
        GraphAvailability.RetiredNotImplemented => Error(501, "notSupported", "This API is no longer supported."),
        GraphAvailability.RetiredSegment => Error(400, "BadRequest", "Resource not found for the segment 'tiIndicators'."),
        _ => null,
    };

    /// <summary>A single item that its provider refuses: a 400, and the provider's own status in a Warning header.</summary>
    private Answer Provider(string fault) =>
        Error(400, "invalidRequest", fault).With("Warning", "199 - \"Microsoft/ThreatIntelligence/400/12\"");

    private Answer Error(int status, string code, string message)
    {
        const string RequestId = "00000000-5a5d-4b0c-8000-0000000000bb";
        return Answer.Json(status, new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["code"] = code,
                ["message"] = message,
                ["innerError"] = new JsonObject
                {
                    ["date"] = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss"),
                    ["request-id"] = RequestId,
                    ["client-request-id"] = RequestId,
                },
            },
        }).With("request-id", RequestId);
    }

    [GeneratedRegex("^externalId eq '((?:[^']|'')*)'$")]
    private static partial Regex ExternalIdFilter();
}
