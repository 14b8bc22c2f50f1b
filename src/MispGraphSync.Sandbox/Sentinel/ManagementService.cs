using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Entra;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Sentinel;

/// <summary>
/// ARM, as far as it lists subscriptions, workspaces and analytics rules, counts indicators, and reads them back. Its DELETE says 200 and
/// removes nothing that was uploaded, as users of the real one report.
/// </summary>
internal sealed class ManagementService(SentinelState state, EntraState entra, SandboxOptions options) : IService
{
    private const string OperationalInsights = "Microsoft.OperationalInsights";
    private const string SecurityInsights = "Microsoft.SecurityInsights";
    private const string SkipTokenPrefix = "place-";

    private readonly SubscriptionLists _lists = new(state, options);
    private readonly ObjectQuery _objects = new(state);

    private readonly WorkspaceContent _content = new(state, options);

    private string IndicatorsPath { get; } = $"/subscriptions/{options.SubscriptionId}/resourceGroups/{options.ResourceGroup}"
        + $"/providers/{OperationalInsights}/workspaces/{options.WorkspaceName}"
        + $"/providers/{SecurityInsights}/threatIntelligence/main/indicators";

    public Answer Handle(Request request)
    {
        if (Bearer.Of(request, entra.Mint, Audiences.Management) is not { } token)
            return Error(
                401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing or its token is invalid.");
        NoFact.RequireQuery(request, "api-version", "$skipToken", "$top");
        if (request is { Method: "GET", Segments: ["subscriptions"] })
        {
            return request.Parameter("api-version") is "2022-12-01"
                ? _lists.Subscriptions(request, seesAny: MayRead(token))
                : InvalidApiVersion();
        }

        if (request is { Method: "GET", Segments: ["subscriptions", var listed, "providers", OperationalInsights, "workspaces"] })
            return Workspaces(request, listed, token);
        if (request.Segments is not
            ["subscriptions", var subscription, _, var group, "providers", OperationalInsights, "workspaces", var workspace, .. var below])
            throw NoFact.Path(request);
        if (request.Method == "GET" && below is []) return Unknown(subscription, group, workspace) ?? Workspace(request, token);
        if (Content(request, subscription, group, workspace, below, token) is { } content) return content;
        if (below is not ["providers", SecurityInsights, "threatIntelligence", "main", .. var rest]) throw NoFact.Path(request);
        var version = rest is ["query"] ? ObjectQuery.ApiVersion : "2025-09-01";
        if (request.Parameter("api-version") != version) return InvalidApiVersion();
        if (Unknown(subscription, group, workspace) is { } unknown) return unknown;
        if (!MayRead(token)) return Unauthorized($"{SecurityInsights}/threatIntelligence/read");

        return (request.Method, rest) switch
        {
            ("POST", ["queryIndicators"]) => Query(request),
            ("POST" or "GET", ["query"]) => _objects.Handle(request),
            ("GET", ["indicators"]) => Page(request, request.Parameter("$skipToken"), request.Parameter("$top"), _ => true),
            ("GET", ["indicators", _]) => Error(404, "ResourceNotFound", "The indicator was not found."),
            ("DELETE", ["indicators", _]) => new Answer(200),
            _ => throw NoFact.Path(request),
        };
    }

    private Answer? Content(
        Request request, string subscription, string group, string workspace, ReadOnlySpan<string> below, AccessToken token)
    {
        var isRules = request.Method == "GET" && below is ["providers", SecurityInsights, "alertRules"];
        if (!isRules && (request.Method != "POST" || below is not ["api", "query"])) return null;
        if (Unknown(subscription, group, workspace) is { } unknown) return unknown;
        if (!MayRead(token))
            return Unauthorized(isRules ? $"{SecurityInsights}/alertRules/read" : $"{OperationalInsights}/workspaces/query/read");
        return isRules ? _content.Rules(request) : _content.Query(request);
    }

    private Answer Workspaces(Request request, string subscription, AccessToken token)
    {
        if (request.Parameter("api-version") is not "2023-09-01") return InvalidApiVersion();
        if (!Guid.TryParse(subscription, out var id)) return UnknownSubscription(subscription);
        if (!MayRead(token) || _lists.IsForbidden(id)) return Unauthorized($"{OperationalInsights}/workspaces/read");
        return _lists.Workspaces(id) ?? UnknownSubscription(subscription);
    }

    private Answer? Unknown(string subscription, string group, string workspace)
    {
        if (!Guid.TryParse(subscription, out var id) || id != options.SubscriptionId)
            return UnknownSubscription(subscription);
        if (!Same(group, options.ResourceGroup))
            return Error(404, "ResourceGroupNotFound", $"Resource group '{group}' could not be found.");
        return Same(workspace, options.WorkspaceName) ? null : Error(404, "ResourceNotFound", $"The Resource '{workspace}' was not found.");
    }

    /// <summary>The workspace itself; <c>customerId</c> is the id that the upload API knows it by.</summary>
    private Answer Workspace(Request request, AccessToken token)
    {
        if (request.Parameter("api-version") is not "2023-09-01") return InvalidApiVersion();
        if (!MayRead(token)) return Unauthorized($"{OperationalInsights}/workspaces/read");
        return Answer.Json(200, new JsonObject
        {
            ["name"] = options.WorkspaceName,
            ["type"] = "Microsoft.OperationalInsights/workspaces",
            ["properties"] = new JsonObject { ["customerId"] = options.WorkspaceId.ToString(), ["provisioningState"] = "Succeeded" },
        });
    }

    public Answer Fail(int status, TimeSpan? retryAfter, RetryAfterForm form) => status == 429
        ? Error(429, "TooManyRequests", RetryAfter.Sentence(retryAfter, form)).WithRetryAfter(retryAfter, form, options.Time)
        : Error(status, "InternalServerError", "The request could not be served.").WithRetryAfter(retryAfter, form, options.Time);

    private Answer Query(Request request)
    {
        JsonObject query;
        try
        {
            query = request.Body.Length == 0 ? [] : JsonNode.Parse(request.Body.Span) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return Error(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized.");
        }

        NoFact.RequireProperties(
            query, "queryIndicators", "pageSize", "skipToken", "sources", "ids", "patternTypes", "minValidUntil", "maxValidUntil",
            "includeDisabled");
        // What it leaves out otherwise is not documented.
        if (query["includeDisabled"] is { } disabled && disabled.GetValueKind() != JsonValueKind.True)
            throw new NoFactException($"includeDisabled: {disabled} of queryIndicators");
        var token = (string?)query["skipToken"] ?? (state.SkipTokenInBodyOnly ? null : request.Parameter("$skipToken"));
        return Page(request, token, query["pageSize"]?.ToString(), Wanted(query));
    }

    private Answer Page(Request request, string? token, string? pageSize, Func<StixObject, bool> wanted)
    {
        var isSized = int.TryParse(pageSize, CultureInfo.InvariantCulture, out var asked) && asked > 0;
        var size = isSized ? Math.Min(asked, state.MaxPageSize) : state.MaxPageSize;
        var from = 0;
        if (token is not null && !TryReadSkipToken(token, out from))
            return Error(400, "InvalidSkipToken", "The skip token is invalid.");

        var (page, next) = state.Page(from, size, wanted);
        if (next is null && state.PagesNeverEnd) next = int.MaxValue;
        return Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("value");
            foreach (var shown in page) Item(json, shown);
            json.WriteEndArray();
            if (next is { } place) json.WriteString("nextLink", NextLink(request, place));
            json.WriteEndObject();
        });
    }

    private static string NextLink(Request request, int place) =>
        $"{request.Origin.GetLeftPart(UriPartial.Authority)}{request.Path}?api-version=2025-09-01&$skipToken={SkipTokenPrefix}{place}";

    private static bool TryReadSkipToken(string token, out int place)
    {
        place = 0;
        return token.StartsWith(SkipTokenPrefix, StringComparison.Ordinal)
            && int.TryParse(token[SkipTokenPrefix.Length..], CultureInfo.InvariantCulture, out place);
    }

    private static Func<StixObject, bool> Wanted(JsonObject query)
    {
        var sources = Texts(query["sources"]);
        var ids = Texts(query["ids"]);
        var types = Texts(query["patternTypes"]);
        var from = Instant(query["minValidUntil"]);
        var to = Instant(query["maxValidUntil"]);
        return shown => (sources.Count == 0 || sources.Contains(shown.Source))
            && (ids.Count == 0 || ids.Contains(shown.Name) || ids.Contains(shown.Id))
            && (types.Count == 0 || types.Contains(shown.PatternType))
            && (from is null || shown.ValidUntil >= from)
            && (to is null || shown.ValidUntil <= to);
    }

    private void Item(Utf8JsonWriter json, StixObject shown)
    {
        using var stix = JsonDocument.Parse(shown.Bytes);
        var name = shown.Name;
        json.WriteStartObject();
        json.WriteString("id", $"{IndicatorsPath}/{name}");
        json.WriteString("name", name);
        json.WriteString("kind", "indicator");
        json.WriteString("type", "Microsoft.SecurityInsights/threatIntelligence");
        json.WriteStartObject("properties");
        json.WriteString("externalId", shown.Id);
        json.WriteString("source", shown.Source);
        Copy("name", "displayName");
        Copy("description");
        json.WriteString("pattern", shown.Pattern);
        json.WriteString("patternType", shown.PatternType);
        Parsed(json, shown);
        Copy("valid_from", "validFrom");
        Copy("valid_until", "validUntil");
        Copy("created");
        json.WriteBoolean("revoked", shown.Revoked);
        Copy("confidence");
        Copy("labels");
        Copy("labels", "threatIntelligenceTags");
        Copy("indicator_types", "threatTypes");
        Copy("object_marking_refs", "objectMarkingRefs");
        json.WriteString("lastUpdatedTimeUtc", shown.Ingested);
        json.WriteString("externalLastUpdatedTimeUtc", shown.Modified);
        json.WriteEndObject();
        json.WriteEndObject();

        void Copy(string property, string? shownAs = null)
        {
            if (!stix.RootElement.TryGetProperty(property, out var value)) return;
            json.WritePropertyName(shownAs ?? property);
            value.WriteTo(json);
        }
    }

    private static void Parsed(Utf8JsonWriter json, StixObject shown)
    {
        json.WriteStartArray("parsedPattern");
        if (shown.ObservableKey.Length > 0)
        {
            json.WriteStartObject();
            json.WriteString("patternTypeKey", shown.PatternType);
            json.WriteStartArray("patternTypeValues");
            json.WriteStartObject();
            json.WriteString("valueType", shown.ObservableKey);
            json.WriteString("value", shown.ObservableValue);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static HashSet<string> Texts(JsonNode? list) =>
        list is JsonArray array ? [.. array.Select(text => text?.ToString() ?? "")] : [];

    private static DateTimeOffset? Instant(JsonNode? value)
    {
        var isRead = DateTimeOffset.TryParse(
            value?.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant);
        return isRead ? instant : null;
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private bool MayRead(AccessToken token) =>
        entra.Find(token.AppId) is { IsSentinelReader: true } or { IsSentinelContributor: true };

    private static Answer UnknownSubscription(string subscription) =>
        Error(404, "SubscriptionNotFound", $"The subscription '{subscription}' could not be found.");

    private static Answer InvalidApiVersion() => Error(400, "InvalidApiVersionParameter", "The api-version is invalid.");

    private static Answer Unauthorized(string action) => Error(
        403, "AuthorizationFailed", $"The client does not have authorization to perform action '{action}'.");

    private static Answer Error(int status, string code, string message) =>
        Answer.Json(status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } });
}
