using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>The MISP server: what is sent out of it, and the few things a client asks besides.</summary>
internal sealed class MispService(MispState state, TimeProvider time) : IService
{
    private const string NotAuthenticated =
        "Authentication failed. Please make sure you pass the API key of an API enabled user along in the Authorization header.";

    private const string SearchByGet =
        "Restsearch queries using GET and no parameters are not allowed. If you have passed parameters via a JSON body, "
        + "make sure you use POST requests.";

    private const string InvalidJson =
        "Invalid JSON input. Make sure that the JSON input is a correctly formatted JSON string. "
        + "This request has been blocked to avoid an unfiltered request.";

    private static readonly HashSet<string> Controllers =
    [
        "events", "attributes", "objects", "servers", "users", "warninglists", "sightings", "tags", "galaxies", "galaxy_clusters",
        "organisations", "sharing_groups", "feeds", "taxonomies", "noticelists", "roles", "auth_keys", "shadow_attributes", "eventReports",
        "jobs", "logs", "news", "dashboards", "workflows", "decayingModel", "analystData", "correlations", "templates", "communities",
    ];

    private readonly Dictionary<string, RateWindow> _windows = [];
    private readonly SightingPages _sightings = new(state, time);

    public Answer Handle(Request request)
    {
        if (state.Maintenance || request.Path == "/users/login")
            return Answer.Html(302, "").With("Location", $"{request.Origin}users/login");
        if (UserOf(request) is not { } user) return Unauthenticated(request);

        NoFact.RequireQuery(request);
        try
        {
            return Route(request, user);
        }
        catch (ServerFailureException)
        {
            return Error(500, "An Internal Error Has Occurred.", request.Path);
        }
    }

    public Answer Fail(int status, TimeSpan? retryAfter, RetryAfterForm form) => status switch
    {
        429 => Error(429, "Rate limit exceeded.", "/events/restSearch")
            .With("X-Rate-Limit-Limit", "100").With("X-Rate-Limit-Remaining", "0")
            .With("X-Rate-Limit-Reset", RetryAfter.WholeSeconds(retryAfter ?? TimeSpan.FromSeconds(900)).ToString()),
        403 => Error(403, "You do not have permission to use this functionality.", "/events/restSearch"),
        500 => Error(500, "An Internal Error Has Occurred.", "/events/restSearch"),
        _ => Answer.Html(
            status,
            $"<html>\n<head><title>{status} Bad Gateway</title></head>\n<body>\n<hr><center>nginx/1.22.1</center>\n</body>\n</html>\n"),
    };

    private Answer Route(Request request, MispUser user) =>
        _sightings.Route(request, Plain(request.Segments), user) ?? Routed(request, user);

    private Answer Routed(Request request, MispUser user) => (request.Method, Plain(request.Segments)) switch
    {
        ("POST", ["events" or "attributes" or "objects", "restSearch"]) => Limited(user, () => Search(request, user)),
        ("GET", ["events", "restSearch"]) => Error(400, SearchByGet, request.Path),
        ("GET", ["events", "view" or "viewEvent", var id]) => View(id, user, request.Path),
        ("GET", ["servers", "getVersion"]) => Answer.Json(200, MispPages.Version(state, user), indented: true),
        ("GET", ["users", "view", "me"]) => Answer.Json(200, MispPages.User(state, user), indented: true),
        ("GET", ["warninglists"] or ["warninglists", "index"]) => Answer.Json(200, MispPages.Warninglists(state), indented: true),
        ("GET", ["decayingModel", "index", ..]) =>
            Answer.Json(200, new JsonArray([.. state.DecayModels.Select(one => one.Page())]), indented: true),
        ("GET", ["attributes", "describeTypes"]) => Answer.Json(200, MispPages.Types(), indented: true),
        // Recorded: no such controller, and no such action of one.
        (_, [var controller, ..]) when !Controllers.Contains(controller) => Error(404, "Not Found", request.Path),
        (_, [_, var action, ..]) when Controllers.Contains(action) || action is "nosuchaction" =>
            Error(403, "You do not have permission to use this functionality.", request.Path),
        _ => throw NoFact.Path(request),
    };

    private Answer Search(Request request, MispUser user)
    {
        JsonNode? body = null;
        try
        {
            // Sent with another content type, or empty: no filter at all, so everything.
            if (request.IsJson && request.Body.Length > 0) body = JsonNode.Parse(request.Body.Span);
        }
        catch (JsonException)
        {
            return Error(405, InvalidJson, request.Path);
        }

        if (body is JsonObject json && json.Text("returnFormat") is not ("" or "json"))
            return Error(404, "Invalid output format.", request.Path);

        if (body is JsonObject filters) SearchKeys.Check(filters, request.Path);
        var search = RestSearch.Read(body, user, state.Warninglists, time.GetUtcNow());
        List<StoredEvent> found;
        lock (state.Gate)
        {
            if (request.Segments[0] != "events")
            {
                var parts = new PartSearch(search, state.Snapshot(user).Where(search.Matches), ScoreBy(body as JsonObject ?? []));
                return request.Segments[0] == "objects" ? parts.Objects() : parts.Attributes();
            }

            var matching = state.Snapshot(user).Where(search.Matches);
            // Without an order none is promised: here they come shuffled, so that nobody comes to rely on one.
            found = [.. search.Order?.Sort(matching) ?? matching.OrderBy(stored => MispNumbers.Of("place", stored.Uuid))];
        }

        IEnumerable<StoredEvent> page = search.Limit is { } limit ? found.Skip((search.Page - 1) * limit).Take(limit) : found;
        if (search.LimitIsNoNumber) page = [];
        var shown = page.Where(stored => search.Shows(stored) && !state.DroppedFromPages.Contains(stored.Uuid)).ToArray();
        if (!search.View.Metadata) RefuseTooBig(shown, search.View);
        return new Answer(200)
        {
            ContentType = "application/json; charset=UTF-8",
            Stream = state.TimeLimit is { } most
                ? (pipe, aborted) => WriteCutAsync(pipe, shown, search.View, most, aborted)
                : (pipe, aborted) => WriteAsync(pipe, shown, search.View, aborted),
            Headers =
            [
                KeyValuePair.Create("X-Result-Count", found.Count.ToString()),
                KeyValuePair.Create("X-Export-Module-Used", "json"),
                KeyValuePair.Create("X-Response-Format", "json"),
                KeyValuePair.Create("X-Skipped-Elements-Count", "0"),
            ],
        };
    }

    // Also a disabled model is asked for by its number; an unknown one gives no score.
    private Func<JsonObject, JsonArray?>? ScoreBy(JsonObject filters) =>
        filters.Flag("includeDecayScore")
        && state.DecayModels.FirstOrDefault(one => $"{one.Id}" == filters.Text("decayingModel")) is { } model
            ? attribute => model.ScoreOf(attribute, state.Sightings, time.GetUtcNow())
            : null;

    private async Task WriteAsync(PipeWriter pipe, StoredEvent[] events, EventView view, CancellationToken aborted)
    {
        await using var json = new Utf8JsonWriter(
            pipe, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        var writer = new EventWriter(json, view);
        pipe.Write("{\"response\": ["u8);
        for (var number = 0; number < events.Length; number++)
        {
            if (number > 0) pipe.Write(","u8);
            if (events[number] is GeneratedEvent)
            {
                writer.Write(events[number]);
            }
            else
            {
                lock (state.Gate) writer.Write(events[number]);
            }

            json.Flush();
            json.Reset();
            if (number % 8 == 7 || events[number] is GeneratedEvent) await pipe.FlushAsync(aborted);
        }

        pipe.Write("]}\n"u8);
        await pipe.FlushAsync(aborted);
    }

    /// <summary>PHP runs out of memory before the first byte of an answer.</summary>
    private void RefuseTooBig(StoredEvent[] events, EventView view)
    {
        if (state.FailsOnFullEvents) throw new ServerFailureException();
        if (state.MemoryLimit is not { } memory) return;
        foreach (var stored in events)
        {
            var body = Answer.Json(200, json => new EventWriter(json, view).Write(stored)).Body;
            if (body.Length > memory) throw new ServerFailureException();
        }
    }

    /// <summary>PHP runs out of time in an answer: it ends after a whole buffer, and an error follows in the middle of a word.</summary>
    private async Task WriteCutAsync(PipeWriter pipe, StoredEvent[] events, EventView view, int most, CancellationToken aborted)
    {
        var whole = new MemoryStream();
        var buffer = PipeWriter.Create(whole, new StreamPipeWriterOptions(leaveOpen: true));
        await WriteAsync(buffer, events, view, aborted);
        await buffer.CompleteAsync();
        var isCut = whole.Length > most;
        pipe.Write(whole.GetBuffer().AsSpan(0, isCut ? most / 8192 * 8192 : (int)whole.Length));
        if (isCut) pipe.Write(Error(500, "An Internal Error Has Occurred.", "/events/restSearch").Body.Span);
        await pipe.FlushAsync(aborted);
    }

    private Answer View(string id, MispUser user, string path)
    {
        lock (state.Gate)
        {
            var found = state.Snapshot(user).Find(stored =>
                stored.Id.ToString() == id || string.Equals(stored.Uuid, id, StringComparison.OrdinalIgnoreCase));
            if (found is null) return Error(404, "Invalid event", path);

            var view = new EventView { ExcludeLocalTags = user is { IsSync: true, IsSiteAdmin: false }, Organisation = user.Organisation };
            return Answer.Json(200, json => new EventWriter(json, view).Write(found));
        }
    }

    private Answer Limited(MispUser user, Func<Answer> answer)
    {
        if (state.RateLimit is not { } limit) return answer();

        RateWindow window;
        lock (_windows)
        {
            if (!_windows.TryGetValue(user.Key, out window!)) _windows[user.Key] = window = new RateWindow(time, TimeSpan.FromSeconds(900));
        }

        var given = window.Refuse(limit) is null ? answer() : Error(429, "Rate limit exceeded.", "/events/restSearch");
        var (remaining, reset) = window.Rest(limit);
        return given.With("X-Rate-Limit-Limit", limit.ToString())
            .With("X-Rate-Limit-Remaining", remaining.ToString())
            .With("X-Rate-Limit-Reset", ((int)reset.TotalSeconds).ToString(CultureInfo.InvariantCulture));
    }

    private MispUser? UserOf(Request request)
    {
        var key = request.Headers["X-MISP-AUTH"].ToString();
        if (key.Length == 0) key = request.Headers.Authorization.ToString();
        return state.Users.FirstOrDefault(user => user.Key == key && !user.IsRefused);
    }

    private Answer Unauthenticated(Request request)
    {
        var wantsJson = request.Headers.Accept.ToString().Contains("application/json", StringComparison.OrdinalIgnoreCase)
            || request.Path.EndsWith(".json", StringComparison.Ordinal);
        if (wantsJson) return Error(403, NotAuthenticated, request.Path);

        return state.RedirectsToLogin
            ? Answer.Html(302, "").With("Location", $"{request.Origin}users/login")
            : Answer.Html(
                403,
                "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Errors - MISP</title></head>"
                + $"<body><h2>{NotAuthenticated}</h2></body></html>");
    }

    /// <summary>A path may end in <c>.json</c> or with a slash.</summary>
    private static string[] Plain(string[] segments) => segments is [.., var last] && last.EndsWith(".json", StringComparison.Ordinal)
        ? [.. segments[..^1], last[..^".json".Length]]
        : segments;

    private static Answer Error(int status, string message, string path) =>
        Answer.Json(status, new JsonObject { ["name"] = message, ["message"] = message, ["url"] = path });
}
