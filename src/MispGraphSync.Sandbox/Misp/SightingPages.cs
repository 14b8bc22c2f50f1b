using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>The calls on sightings, measured on a server of version 2.5.1.</summary>
internal sealed class SightingPages(MispState state, TimeProvider time)
{
    private const string NoneAdded = "No sightings added.";

    public Answer? Route(Request request, string[] path, MispUser user) => (request.Method, path) switch
    {
        ("POST", ["sightings", "bulkSaveSightings", var id]) => user.MaySight ? Save(request, id, user) : Forbidden(request),
        ("POST", ["sightings", "restSearch", ..]) when state.SightingSearchStatus is { } status => Error(status, "No.", request),
        ("POST", ["sightings", "restSearch", .. var context]) => Search(request, context, user),
        ("POST", ["sightings", "delete", var id]) => user.MaySight ? Delete(request, id, user) : Forbidden(request),
        _ => null,
    };

    private Answer Save(Request request, string id, MispUser user)
    {
        lock (state.Gate)
        {
            var stored = state.Snapshot(user).Find(one =>
                one.Id.ToString() == id || string.Equals(one.Uuid, id, StringComparison.OrdinalIgnoreCase));
            if (stored is null) return Error(405, "Event not found or not accessible by this user.", request);

            var items = Body(request) switch
            {
                JsonArray list => list.OfType<JsonObject>().ToList(),
                JsonObject wrapped => wrapped.List("Sighting").ToList(),
                _ => [],
            };
            var known = state.Sightings.Select(one => one.Uuid).ToHashSet(StringComparer.Ordinal);
            // An upper-case UUID of a known sighting is not found, and cannot be stored a second time.
            if (items.Any(item => !known.Contains(item.Text("uuid")) && known.Contains(item.Text("uuid").ToLowerInvariant())))
                return Error(500, "An Internal Error Has Occurred.", request);

            var made = new List<MispSighting>();
            var owners = new Dictionary<string, StoredEvent>(StringComparer.OrdinalIgnoreCase);
            foreach (var one in state.Snapshot(user))
            {
                foreach (var attribute in one.Attributes()) owners[attribute.Text("uuid")] = one;
            }

            foreach (var item in items)
            {
                NoFact.RequireProperties(
                    item, "a sighting", "uuid", "attribute_uuid", "date_sighting", "type", "source", "org_id", "Organisation");
                if (Of(item, user, owners) is not { } sighting) return Saved(0);
                if (known.Add(sighting.Uuid)) made.Add(sighting);
            }

            state.Add(made);
            return Saved(made.Count);
        }
    }

    /// <summary>Null for one that the server does not take; then it takes none of the request.</summary>
    private MispSighting? Of(JsonObject item, MispUser user, Dictionary<string, StoredEvent> owners)
    {
        var (uuid, attribute, type) = (item.Text("uuid"), item.Text("attribute_uuid"), item.Text("type"));
        if (uuid.Length == 0) throw new NoFactException("the UUID that the server gives a sighting");
        if (!Guid.TryParse(uuid, out _) || type is not ("0" or "1" or "2")) return null;
        if (!owners.TryGetValue(attribute, out var owner) || state.RefusedSightings.Contains(attribute)) return null;
        var date = item["date_sighting"] is null ? time.GetUtcNow().ToUnixTimeSeconds() : item.Number("date_sighting");
        return new MispSighting(
            uuid, attribute.ToLowerInvariant(), owner.Uuid, user.Organisation, date,
            item["source"] is null ? null : item.Text("source"), type);
    }

    private static Answer Saved(int count) => Answer.Json(200, new JsonObject
    {
        ["saved"] = count > 0,
        ["success"] = count > 0 ? $"{count} sightings added." : NoneAdded,
        ["name"] = count > 0 ? $"{count} sightings added." : NoneAdded,
        ["message"] = count > 0 ? $"{count} sightings added." : NoneAdded,
        ["url"] = "/sightings/bulkSaveSightings",
    }, indented: true);

    private Answer Search(Request request, string[] context, MispUser user)
    {
        var filter = Body(request) as JsonObject ?? [];
        NoFact.RequireProperties(
            filter, "a search for sightings", "returnFormat", "uuid", "id", "from", "to", "last", "type", "source", "org_id",
            "includeAttribute", "includeEvent");
        string[]? uuids = filter["uuid"] switch
        {
            null => null,
            JsonArray list => [.. list.Select(one => one!.ToString())],
            JsonValue when context is ["event"] => throw new ServerFailureException(),
            var one => [one.ToString()],
        };
        if (context is [_] && uuids is null && filter["id"] is null) return Error(400, "You need to specify an ID or UUID.", request);
        // Without a span of time: the last 30 days.
        var now = time.GetUtcNow();
        var from = filter["from"] is null ? now.AddDays(-30).ToUnixTimeSeconds() : filter.Number("from");
        var to = filter["to"] is null ? long.MaxValue : filter.Number("to");
        lock (state.Gate)
        {
            var seen = state.Snapshot(user).ToDictionary(one => one.Uuid);
            var found = state.Sightings.Where(one => one.Date >= from && one.Date <= to
                && (filter["source"] is null || one.Source == filter.Text("source"))
                && (filter["type"] is null || TextsOf(filter["type"]!).Contains(one.Type))
                && (uuids is null || uuids.Contains(context is ["event"] ? one.Event : one.Attribute, StringComparer.OrdinalIgnoreCase))
                && IsVisible(one, seen, user));
            return Answer.Json(200, new JsonObject
            {
                ["response"] = new JsonArray([.. found.Select(one => new JsonObject { ["Sighting"] = Shown(one, filter) })]),
            });
        }
    }

    private static string[] TextsOf(JsonNode given) =>
        given is JsonArray list ? [.. list.Select(one => one!.ToString())] : [given.ToString()];

    private JsonObject Shown(MispSighting one, JsonObject filter)
    {
        var form = Form(one);
        var head = state.Snapshot(state.User).Find(stored => stored.Uuid == one.Event)?.Head;
        if (filter.Flag("includeAttribute")) form["Attribute"] = new JsonObject { ["id"] = "1", ["uuid"] = one.Attribute };
        else form.Remove("attribute_uuid");
        if (filter.Flag("includeEvent"))
            form["Event"] = new JsonObject { ["uuid"] = one.Event, ["orgc_id"] = head?["orgc_id"]?.DeepClone() };
        return form;
    }

    private Answer Delete(Request request, string id, MispUser user)
    {
        lock (state.Gate)
        {
            var found = state.Sightings.FirstOrDefault(one => one.Uuid == id || $"{one.Id}" == id);
            if (found is null || found.Organisation != user.Organisation) return Error(404, "Invalid sighting", request);
            state.Remove(found);
            return Answer.Json(200, new JsonObject { ["saved"] = true, ["success"] = true, ["message"] = "Sighting deleted." });
        }
    }

    // The policy: the event's owner and the organisation that reports; or everybody who sees the event.
    private bool IsVisible(MispSighting one, Dictionary<string, StoredEvent> seen, MispUser user)
    {
        if (!seen.TryGetValue(one.Event, out var stored)) return false;
        return state.SightingsPolicy == 2 || one.Organisation == user.Organisation
            || stored.Head["Orgc"]?["name"]?.ToString() == user.Organisation;
    }

    internal static JsonObject Form(MispSighting one) => new()
    {
        ["id"] = $"{one.Id}",
        ["attribute_id"] = "1",
        ["event_id"] = "1",
        ["org_id"] = MispNumbers.Of("org", one.Organisation).ToString(),
        ["date_sighting"] = $"{one.Date}",
        ["uuid"] = one.Uuid,
        ["source"] = one.Source,
        ["type"] = one.Type,
        ["attribute_uuid"] = one.Attribute,
    };

    private static JsonNode? Body(Request request)
    {
        try
        {
            return request.Body.Length == 0 ? null : JsonNode.Parse(request.Body.Span);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Answer Forbidden(Request request) => Error(403, "You do not have permission to use this functionality.", request);

    private static Answer Error(int status, string message, Request request) =>
        Answer.Json(status, new JsonObject { ["name"] = message, ["message"] = message, ["url"] = request.Path });
}
