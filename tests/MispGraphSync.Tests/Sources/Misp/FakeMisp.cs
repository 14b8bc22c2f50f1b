using System.Text.Json;
using System.Text.Json.Nodes;
using WireMock;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;
using WireMock.Types;
using WireMock.Util;

namespace MispGraphSync.Tests.Sources.Misp;

/// <summary>A server with some events that pages, counts and looks up by id as MISP does, and can be made to misbehave.</summary>
internal sealed class FakeMisp : IDisposable
{
    private readonly WireMockServer _server = WireMockServer.Start();
    private readonly List<JsonElement> _searches = [];

    public FakeMisp(int events)
    {
        Events = Enumerable.Range(1, events).ToList();
        _server.Given(Request.Create().WithPath("/misp/events/restSearch").UsingPost())
            .RespondWith(Response.Create().WithCallback(request => Answer(request.Body!, request.Headers!)));
        Get("/misp/servers/getVersion", """{"version":"2.5.1"}""");
        Get("/misp/users/view/me", """{"User":{"id":"2","org_id":"34"},"Role":{"id":"5","perm_sync":true,"perm_admin":false}}""");
        Get("/misp/warninglists/index", """
            {"Warninglists":[{"Warninglist":{"id":"58","version":"20240422","enabled":true}},
             {"Warninglist":{"id":"2","version":"7","enabled":"1"}},
             {"Warninglist":{"id":"3","version":"1","enabled":false}}]}
            """);
    }

    /// <summary>Ids of the events that match.</summary>
    public List<int> Events { get; }

    /// <summary>Bodies of all searches, in order.</summary>
    public IReadOnlyList<JsonElement> Searches => _searches;

    /// <summary>Answers in the server's place, unless it gives null.</summary>
    public Func<JsonElement, ResponseMessage?> Misbehave { get; set; } = _ => null;

    /// <summary>What X-Result-Count says; null leaves it out.</summary>
    public Func<int, int?> Count { get; set; } = count => count;

    public Uri Url => new(_server.Url! + "/misp");

    public List<string> Keys { get; } = [];

    public static Guid Uuid(int id) => new($"{id:x8}-1111-4111-8111-111111111111");

    public static ResponseMessage Reply(int status, string body, params (string Name, string Value)[] headers) => new()
    {
        StatusCode = status,
        Headers = headers.Append(("Content-Type", "application/json")).Append(("Date", "Tue, 24 Nov 2026 05:46:53 GMT"))
            .ToDictionary(h => h.Item1, h => new WireMockList<string>(h.Item2)),
        BodyData = new BodyData { BodyAsString = body, DetectedBodyType = BodyType.String },
    };

    public void Get(string path, string body, int status = 200, params (string Name, string Value)[] headers) =>
        _server.Given(Request.Create().WithPath(path).UsingGet())
            .AtPriority(-_server.Mappings.Count)
            .RespondWith(Response.Create().WithCallback(_ => Reply(status, body, headers)));

    /// <summary>Metadata of these events, for any search.</summary>
    public static ResponseMessage Reply(params int[] events) =>
        Reply(200, Answer(events, full: false), ("X-Result-Count", events.Length.ToString()));

    /// <summary>Metadata of all events, for any search, without their number.</summary>
    public ResponseMessage ReplyAll() => Reply(200, Answer(Events, full: false));

    public static bool IsMetadata(JsonElement search) => search.TryGetProperty("metadata", out _);

    public void Dispose() => _server.Dispose();

    private ResponseMessage Answer(string body, IDictionary<string, WireMockList<string>> headers)
    {
        var search = JsonDocument.Parse(body).RootElement;
        lock (_searches)
        {
            _searches.Add(search);
            Keys.Add(headers["Authorization"].Single());
            if (Misbehave(search) is { } odd)
            {
                return odd;
            }

            var matching = search.TryGetProperty("eventid", out var ids)
                ? Events.Where(id => Among(ids).Contains(id)).ToList()
                : Events;
            var (limit, page) = (search.GetProperty("limit").GetInt32(), search.GetProperty("page").GetInt32());
            var count = Count(matching.Count);
            return Reply(
                200, Answer(matching.Skip((page - 1) * limit).Take(limit), full: !IsMetadata(search)),
                count is { } number ? [("X-Result-Count", number.ToString())] : []);
        }
    }

    private static HashSet<int> Among(JsonElement ids) =>
        (ids.ValueKind is JsonValueKind.Array ? ids.EnumerateArray().ToArray() : [ids])
            .Select(id => int.Parse(id.GetString()!)).ToHashSet();

    private static string Answer(IEnumerable<int> ids, bool full) =>
        $$"""{"response": [{{string.Join(", ", ids.Select(id => Event(id, full).ToJsonString()))}}]}""" + "\n";

    private static JsonObject Event(int id, bool full)
    {
        var content = new JsonObject
        {
            ["id"] = id.ToString(),
            ["uuid"] = Uuid(id).ToString(),
            ["info"] = $"event {id}",
            ["timestamp"] = (1795000000 + id).ToString(),
            ["attribute_count"] = "1",
            ["distribution"] = (id % 4).ToString(),
        };
        if (full)
        {
            content["Attribute"] = new JsonArray(new JsonObject { ["type"] = "domain", ["value"] = $"e{id}.example.com" });
        }
        return new JsonObject { ["Event"] = content };
    }
}
