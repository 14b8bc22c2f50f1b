using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Alerts;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Control;

/// <summary>
/// Lets another process inspect and change the sandbox, on its own port. Not journaled and without faults.
/// <code>
/// GET    /_control/state                           what each service holds, and requests by status
/// GET    /_control/requests?service=graph          the last requests
/// DELETE /_control/requests                        forget them, and their counts
/// GET    /_control/indicators/graph                one JSON line an indicator; also sentinel, defender
/// GET    /_control/faults                          the rules, and how often each was applied
/// POST   /_control/faults      {"fault":"graph=429@2"}
/// DELETE /_control/faults                          end them all and release held requests
/// POST   /_control/release                         release held requests
/// POST   /_control/switch      {"service":"graph","name":"PageSize","value":1000}
/// POST   /_control/clear/graph                     empty one service; also misp, sentinel, defender
/// POST   /_control/alerts      {"id":"da1","url":"bad.example","address":"198.51.100.7","indicatorId":"UUID"}
/// POST   /_control/misp/events EVENT               add, or replace by UUID
/// DELETE /_control/misp/events/UUID
/// POST   /_control/misp/touch/UUID                 a new timestamp and nothing else
/// POST   /_control/misp/change {"events":0.01,"attributes":0.5}
/// POST   /_control/misp/generate {"events":2000,"attributes":500,"seed":1}
/// </code>
/// </summary>
internal sealed class ControlService(States states) : IService
{
    public Answer Handle(Request request)
    {
        try
        {
            return request.Segments is ["_control", .. var rest] ? Route(request, rest) : Fail(404);
        }
        catch (Exception wrong) when (wrong is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return Answer.Json(400, new JsonObject { ["error"] = wrong.Message });
        }
    }

    public Answer Fail(int status, TimeSpan? retryAfter = null, RetryAfterForm form = RetryAfterForm.None) =>
        Answer.Json(status, new JsonObject { ["error"] = "No such control." });

    private Answer Route(Request request, string[] path) => (request.Method, path) switch
    {
        ("GET", ["state"]) => Answer.Json(200, Report.State(states), indented: true),
        ("GET", ["requests"]) => Answer.Json(200, Report.Requests(states, request.Parameter("service"))),
        ("DELETE", ["requests"]) => Done(states.Journal.Clear),
        ("GET", ["indicators", var service]) => Report.Indicators(states, ServiceOf(service)),
        ("GET", ["faults"]) => Answer.Json(200, Report.Faults(states.Faults), indented: true),
        ("POST", ["faults"]) => Done(() => states.Faults.Add(FaultText.Parse(Body(request).Text("fault")))),
        ("DELETE", ["faults"]) => Done(states.Faults.Clear),
        ("POST", ["release"]) => Done(states.Faults.Release),
        ("POST", ["switch"]) => Done(() => Switch.Set(states, Body(request))),
        ("POST", ["alerts"]) => Done(() => states.Alerts.Put(AlertOf(Body(request)))),
        ("POST", ["clear", var service]) => Done(() => Clear(ServiceOf(service))),
        ("POST", ["misp", .. var rest]) => Misp(request, rest),
        ("DELETE", ["misp", "events", var uuid]) => states.Misp.Remove(uuid) ? Answer.Json(200, new JsonObject()) : Fail(404),
        _ => Fail(404),
    };

    private Answer Misp(Request request, string[] path)
    {
        switch (path)
        {
            case ["events"]:
                return Answer.Json(200, new JsonObject { ["uuid"] = states.Misp.Put(Body(request)) });
            case ["touch", var uuid]:
                return Done(() => states.Misp.TouchTimestamp(uuid));
            case ["change"]:
                var change = Body(request);
                var changed = states.Misp.Change(Share(change, "events"), Share(change, "attributes"));
                return Answer.Json(200, new JsonObject { ["changed"] = changed });
            case ["generate"]:
                return Done(() => Generate(Body(request)));
            default:
                return Fail(404);
        }
    }

    /// <summary>An alert of a custom indicator at Defender, or of a rule at Sentinel where the id begins with <c>sn</c>.</summary>
    private static Alert AlertOf(JsonObject wish)
    {
        var isOfRule = wish.Text("id").StartsWith("sn", StringComparison.Ordinal);
        var alert = new Alert
        {
            Id = wish.Text("id"),
            Details = wish["indicatorId"] is { } key ? new Dictionary<string, string> { ["IndicatorId"] = $"{key}" } : [],
            Evidence =
            [
                .. wish["url"] is { } url ? [Alert.Url($"{url}")] : Array.Empty<JsonObject>(),
                .. wish["address"] is { } address ? [Alert.Address($"{address}")] : Array.Empty<JsonObject>(),
            ],
        };
        return !isOfRule ? alert : alert with
        {
            ServiceSource = "microsoftSentinel",
            DetectionSource = "scheduledAlerts",
            Title = "TI map IP entity to Network Session Events",
        };
    }

    private void Generate(JsonObject wish) => states.Misp.Generate(
        (int)wish.Number("events"), (int)wish.Number("attributes"), seed: (int)Math.Max(1, wish.Number("seed")));

    private void Clear(Service service)
    {
        if (service == Service.Misp) states.Misp.Clear();
        else if (service == Service.Graph) states.Graph.Clear();
        else if (service == Service.Sentinel) states.Sentinel.Clear();
        else if (service == Service.Defender) states.Defender.Clear();
        else throw new FormatException($"{service} holds nothing that could be cleared.");
    }

    private static double Share(JsonObject body, string name) =>
        body[name] is null ? 1 : double.Parse(body.Text(name), CultureInfo.InvariantCulture);

    private static JsonObject Body(Request request) =>
        JsonNode.Parse(request.Body.Span) as JsonObject ?? throw new FormatException("The body must be a JSON object.");

    private static Service ServiceOf(string name) =>
        Enum.TryParse<Service>(name, ignoreCase: true, out var service)
            ? service
            : throw new FormatException($"There is no service '{name}'.");

    private static Answer Done(Action action)
    {
        action();
        return Answer.Json(200, new JsonObject());
    }
}
