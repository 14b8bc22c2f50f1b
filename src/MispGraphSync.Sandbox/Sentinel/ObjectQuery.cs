using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Sentinel;

/// <summary>
/// ARM's preview <c>query</c>: STIX objects of one type as they were uploaded. The first page comes by POST, the next ones by a GET of
/// their link, which carries the question.
/// </summary>
internal sealed class ObjectQuery(SentinelState state)
{
    public const string ApiVersion = "2025-07-01-preview";

    private static readonly Dictionary<string, string> Kinds = new()
    {
        ["indicator"] = "Indicator",
        ["attack-pattern"] = "AttackPattern",
        ["threat-actor"] = "ThreatActor",
        ["identity"] = "Identity",
        ["relationship"] = "Relationship",
    };

    public Answer Handle(Request request)
    {
        if (request.Method == "GET")
        {
            if (request.Parameter("$skipToken") is not { } token) return Error("InvalidSkipToken", "The skip token is missing.");
            var parts = Encoding.UTF8.GetString(Convert.FromHexString(token)).Split('\n');
            return Page(request, parts[0], parts[1], int.Parse(parts[2]), int.Parse(parts[3]));
        }

        JsonObject query;
        try
        {
            query = request.Body.Length == 0 ? [] : JsonNode.Parse(request.Body.Span) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return Error("InvalidRequestContent", "The request content was invalid and could not be deserialized.");
        }

        NoFact.RequireProperties(query, "query", "condition", "sortBy", "maxPageSize", "minPageSize");
        if (query["condition"] is not JsonObject condition || (string?)condition["stixObjectType"] is not { } type
            || !Kinds.ContainsKey(type))
            return Error("BadRequest", "condition.stixObjectType must be one of the supported types.");
        NoFact.RequireProperties(condition, "a condition", "stixObjectType", "clauses", "conditionConnective");
        var source = "";
        foreach (var clause in condition["clauses"] as JsonArray ?? [])
        {
            if ((string?)clause!["field"] != "source" || (string?)clause["operator"] != "Equals")
                throw new NoFactException($"a clause of query: {clause.ToJsonString()}");
            source = (string?)((JsonArray)clause["values"]!)[0] ?? "";
        }

        var size = query["maxPageSize"]?.GetValue<int>() ?? state.MaxPageSize;
        return Page(request, type, source, Math.Clamp(size, 1, state.MaxPageSize), from: 0);
    }

    private Answer Page(Request request, string type, string source, int size, int from)
    {
        var (page, next) = state.Page(
            from, size, [type], state.QueryHidesRevoked, shown => source.Length == 0 || shown.Source == source);
        return Answer.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("value");
            foreach (var shown in page) Item(json, shown);
            json.WriteEndArray();
            if (next is { } place)
            {
                var token = Convert.ToHexString(Encoding.UTF8.GetBytes($"{type}\n{source}\n{size}\n{place}"));
                json.WriteString(
                    "nextLink",
                    $"{request.Origin.GetLeftPart(UriPartial.Authority)}{request.Path}?api-version={ApiVersion}&$skipToken={token}");
            }

            json.WriteEndObject();
        });
    }

    private static void Item(Utf8JsonWriter json, StixObject shown)
    {
        json.WriteStartObject();
        json.WriteString("name", shown.Name);
        json.WriteString("kind", Kinds[shown.Type]);
        json.WriteString("type", "Microsoft.SecurityInsights/threatIntelligence");
        json.WriteStartObject("properties");
        json.WritePropertyName("data");
        var data = (JsonObject)JsonNode.Parse(shown.Bytes.Span)!;
        // An upload without the mark does not bring it back.
        if (shown.Revoked) data["revoked"] = true;
        data.WriteTo(json);
        json.WriteString("source", shown.Source);
        json.WriteString("firstIngestedTimeUtc", shown.FirstIngested);
        json.WriteString("lastIngestedTimeUtc", shown.Ingested);
        json.WriteString("lastUpdateMethod", "UploadApi");
        json.WriteString("lastUpdatedDateTimeUtc", shown.Ingested);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static Answer Error(string code, string message) =>
        Answer.Json(400, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } });
}
