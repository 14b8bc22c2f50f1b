using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Entra;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Sentinel;

/// <summary>
/// ARM, as far as it reads Sentinel's indicators back. Its DELETE says 200 and removes nothing that was uploaded, as
/// users of the real one report.
/// </summary>
internal sealed class ManagementService(SentinelState state, EntraState entra, SandboxOptions options) : IService
{
    public Answer Handle(Request request)
    {
        if (Bearer.Of(request, entra.Mint, Audiences.Management) is not { } token)
            return Error(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing or its token is invalid.");
        if (request is { Method: "GET", Segments: ["subscriptions", var owner, _, var place, "providers", "Microsoft.OperationalInsights", "workspaces", var named] })
            return Unknown(owner, place, named) ?? Workspace(request, token);
        if (request.Segments is not
            [
                "subscriptions", var subscription, _, var group, "providers", "Microsoft.OperationalInsights", "workspaces", var workspace,
                "providers", "Microsoft.SecurityInsights", "threatIntelligence", "main", .. var rest,
            ])
            return Error(404, "InvalidResourceType", "The resource type could not be found.");
        if (request.Parameter("api-version") is not "2025-09-01") return Error(400, "InvalidApiVersionParameter", "The api-version is invalid.");
        if (Unknown(subscription, group, workspace) is { } unknown) return unknown;
        if (entra.Find(token.AppId) is not ({ IsSentinelReader: true } or { IsSentinelContributor: true }))
            return Error(403, "AuthorizationFailed", "The client does not have authorization to perform action 'Microsoft.SecurityInsights/threatIntelligence/read'.");

        return (request.Method, rest) switch
        {
            ("POST", ["queryIndicators"]) => Query(request),
            ("GET", ["indicators"]) => Page(request, request.Parameter("$skipToken"), request.Parameter("$top"), _ => true),
            ("GET", ["indicators", _]) => Error(404, "ResourceNotFound", "The indicator was not found."),
            ("DELETE", ["indicators", _]) => new Answer(200),
            _ => Error(404, "NotFound", "Not found."),
        };
    }

    private Answer? Unknown(string subscription, string group, string workspace)
    {
        if (!Guid.TryParse(subscription, out var id) || id != options.SubscriptionId)
            return Error(404, "SubscriptionNotFound", $"The subscription '{subscription}' could not be found.");
        if (!Same(group, options.ResourceGroup)) return Error(404, "ResourceGroupNotFound", $"Resource group '{group}' could not be found.");
        return Same(workspace, options.WorkspaceName) ? null : Error(404, "ResourceNotFound", $"The Resource '{workspace}' was not found.");
    }

    /// <summary>The workspace itself; <c>customerId</c> is the id that the upload API knows it by.</summary>
    private Answer Workspace(Request request, AccessToken token)
    {
        if (request.Parameter("api-version") is not "2023-09-01") return Error(400, "InvalidApiVersionParameter", "The api-version is invalid.");
        if (entra.Find(token.AppId) is not ({ IsSentinelReader: true } or { IsSentinelContributor: true }))
            return Error(403, "AuthorizationFailed", "The client does not have authorization to perform action 'Microsoft.OperationalInsights/workspaces/read'.");
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

        var token = (string?)query["skipToken"] ?? (state.SkipTokenInBodyOnly ? null : request.Parameter("$skipToken"));
        return Page(request, token, query["pageSize"]?.ToString(), Wanted(query));
    }

    private Answer Page(Request request, string? token, string? pageSize, Func<StixObject, bool> wanted)
    {
        var size = int.TryParse(pageSize, CultureInfo.InvariantCulture, out var asked) && asked > 0 ? Math.Min(asked, state.MaxPageSize) : state.MaxPageSize;
        var from = 0;
        if (token is not null && !(token.StartsWith("place-", StringComparison.Ordinal) && int.TryParse(token["place-".Length..], CultureInfo.InvariantCulture, out from)))
            return Error(400, "InvalidSkipToken", "The skip token is invalid.");

        var (page, next) = state.Page(from, size, wanted);
        if (next is null && state.PagesNeverEnd) next = int.MaxValue;
        return Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("value");
            foreach (var shown in page) Item(json, shown);
            json.WriteEndArray();
            if (next is { } place)
                json.WriteString("nextLink", $"{request.Origin.GetLeftPart(UriPartial.Authority)}{request.Path}?api-version=2025-09-01&$skipToken=place-{place}");
            json.WriteEndObject();
        });
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
        json.WriteString("id", $"/subscriptions/{options.SubscriptionId}/resourceGroups/{options.ResourceGroup}/providers/Microsoft.OperationalInsights/workspaces/{options.WorkspaceName}/providers/Microsoft.SecurityInsights/threatIntelligence/main/indicators/{name}");
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

    private static HashSet<string> Texts(JsonNode? list) => list is JsonArray array ? [.. array.Select(text => text?.ToString() ?? "")] : [];

    private static DateTimeOffset? Instant(JsonNode? value) =>
        DateTimeOffset.TryParse(value?.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant : null;

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static Answer Error(int status, string code, string message) =>
        Answer.Json(status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } });
}
