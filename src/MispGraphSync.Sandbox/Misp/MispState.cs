using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>
/// The events, users and warninglists of the MISP server, and its switches. Each change sets the timestamps as the
/// server would: to the current second, even if they were that already.
/// </summary>
public sealed class MispState
{
    private readonly Dictionary<string, StoredEvent> _events = new(StringComparer.OrdinalIgnoreCase);
    private readonly TimeProvider _time;
    private readonly EventForm _form;
    private long _lastId;

    internal MispState(TimeProvider time, string key)
    {
        (_time, _form) = (time, new EventForm(time));
        User = new MispUser(key);
        Users.Add(User);
    }

    /// <summary>The owner of <see cref="SandboxOptions.MispKey"/>.</summary>
    public MispUser User { get; }

    public IList<MispUser> Users { get; } = [];

    public IReadOnlyList<Warninglist> Warninglists { get; set; } = Warninglist.BuiltIn();

    public string Version { get; set; } = "2.5.1";

    /// <summary>Searches in 15 minutes for a user; every answer then carries the X-Rate-Limit headers. Null = no limit.</summary>
    public int? RateLimit { get; set; }

    /// <summary>Everything is answered by a redirect to a page that redirects to itself.</summary>
    public bool Maintenance { get; set; }

    /// <summary>A request that does not accept JSON is sent to the login page, instead of a 403 page.</summary>
    public bool RedirectsToLogin { get; set; }

    /// <summary>Events that count in X-Result-Count and are missing from the page they belong to: pages get short.</summary>
    public ISet<string> DroppedFromPages { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    public int Count
    {
        get
        {
            lock (Gate) return _events.Count;
        }
    }

    internal Lock Gate { get; } = new();

    /// <summary>Copies of all events, by id. Generated ones are left out.</summary>
    public IReadOnlyList<JsonObject> Events
    {
        get
        {
            lock (Gate) return [.. _events.Values.OfType<JsonEvent>().OrderBy(stored => stored.Id).Select(stored => (JsonObject)stored.Load().DeepClone())];
        }
    }

    /// <summary>
    /// Adds an event, as little of one as <c>{ "Attribute": [ { "type": "domain", "value": "a.example" } ], "Tag": [ "tlp:green" ] }</c>;
    /// the rest is filled in. Returns its UUID.
    /// </summary>
    public string AddEvent(JsonObject given)
    {
        lock (Gate)
        {
            var json = given["Event"] as JsonObject ?? given;
            var id = json["id"] is null ? _lastId + 1 : json.Number("id");
            _lastId = Math.Max(_lastId, id);
            var stored = new JsonEvent(_form.Event(json, id));
            _events[stored.Uuid] = stored;
            return stored.Uuid;
        }
    }

    /// <summary>Puts an event in the place of the one with its UUID, which it must have.</summary>
    public string Put(JsonObject given)
    {
        lock (Gate)
        {
            var json = given["Event"] as JsonObject ?? given;
            var copy = (JsonObject)json.DeepClone();
            if (copy["id"] is null && _events.TryGetValue(json.Text("uuid"), out var old)) copy["id"] = old.Id.ToString();
            return AddEvent(copy);
        }
    }

    public JsonObject? Get(string uuid)
    {
        lock (Gate) return _events.TryGetValue(uuid, out var stored) ? (JsonObject)stored.Load().DeepClone() : null;
    }

    public bool Remove(string uuid)
    {
        lock (Gate) return _events.Remove(uuid);
    }

    public void Clear()
    {
        lock (Gate) _events.Clear();
    }

    /// <summary>Any change of an event; its timestamp and count follow.</summary>
    public void Edit(string uuid, Action<JsonObject> change)
    {
        lock (Gate)
        {
            var stored = _events.TryGetValue(uuid, out var found) ? found : throw new KeyNotFoundException($"There is no event {uuid}.");
            var json = stored.Load();
            change(json);
            json["timestamp"] = Now;
            EventForm.Count(json);
            _events[uuid] = new JsonEvent(json);
        }
    }

    public void TouchTimestamp(string uuid) => Edit(uuid, _ => { });

    public void Publish(string uuid, bool published = true) => Edit(uuid, json =>
    {
        json["published"] = published;
        if (published) json["publish_timestamp"] = Now;
    });

    /// <summary>Returns the new attribute's UUID.</summary>
    public string AddAttribute(string eventUuid, JsonObject given)
    {
        var uuid = "";
        Edit(eventUuid, json =>
        {
            var attribute = _form.Attribute(given, json.Number("id"), Now, parent: null);
            uuid = attribute.Text("uuid");
            ((JsonArray)json["Attribute"]!).Add((JsonNode)attribute);
        });
        return uuid;
    }

    /// <summary>Marks it deleted, as the server's own delete does: it stays, and is not shown.</summary>
    public void DeleteAttribute(string attributeUuid) => EditAttribute(attributeUuid, attribute => attribute["deleted"] = true);

    /// <summary>Removes it without a trace.</summary>
    public void RemoveAttribute(string attributeUuid) =>
        EditAttribute(attributeUuid, attribute => ((JsonArray)attribute.Parent!).Remove(attribute));

    public void SetToIds(string attributeUuid, bool toIds) => EditAttribute(attributeUuid, attribute => attribute["to_ids"] = toIds);

    public void SetValue(string attributeUuid, string value) => EditAttribute(attributeUuid, attribute => attribute["value"] = value);

    public void SetEventTags(string eventUuid, params string[] tags) => Edit(eventUuid, json =>
    {
        json["Tag"] = new JsonArray([.. tags.Select(tag => (JsonNode)tag)]);
        var formed = _form.Event(json, json.Number("id"));
        json.Remove("Tag");
        if (formed["Tag"] is { } list) json["Tag"] = list.DeepClone();
    });

    public void EditAttribute(string attributeUuid, Action<JsonObject> change)
    {
        lock (Gate)
        {
            var owner = _events.Values.FirstOrDefault(stored => stored.HasAttribute(attributeUuid))
                ?? throw new KeyNotFoundException($"There is no attribute {attributeUuid}.");
            Edit(owner.Uuid, json =>
            {
                var attribute = new JsonEvent(json).Attributes().First(one => one.Text("uuid") == attributeUuid);
                attribute["timestamp"] = Now;
                change(attribute);
            });
        }
    }

    /// <summary>
    /// "Some of it changed": this share of the events, evenly spread (at least one), gets new values in this share of its
    /// attributes. Returns the number of attributes changed.
    /// </summary>
    public int Change(double events, double attributes)
    {
        lock (Gate)
        {
            var all = _events.Values.OrderBy(stored => stored.Id).Select(stored => stored.Uuid).ToArray();
            var count = Math.Max(1, (int)(all.Length * events));
            var changed = 0;
            for (var number = 0; number < count && all.Length > 0; number++)
            {
                Edit(all[(int)((long)number * all.Length / count)], json =>
                {
                    var list = new JsonEvent(json).Attributes().ToArray();
                    foreach (var attribute in list.Take(Math.Max(1, (int)(list.Length * attributes))))
                    {
                        attribute["type"] = "domain";
                        attribute["value"] = $"changed-{_time.GetUtcNow().ToUnixTimeSeconds()}-{attribute.Text("id")}.example";
                        attribute["timestamp"] = Now;
                        changed++;
                    }
                });
            }

            return changed;
        }
    }

    /// <summary>
    /// Adds events × attributes made up from a seed, the same ones each time, and not held in memory:
    /// 2,000 × 500 are about 420 MB of JSON.
    /// </summary>
    public void Generate(int events, int attributes, int seed = 1)
    {
        lock (Gate)
        {
            var first = _lastId + 1;
            for (var number = 0; number < events; number++)
            {
                var stored = new GeneratedEvent(first + number, seed, number, attributes);
                _events[stored.Uuid] = stored;
            }

            _lastId += events;
        }
    }

    internal List<StoredEvent> Snapshot(MispUser user)
    {
        lock (Gate) return [.. _events.Values.Where(stored => !user.Hidden.Contains(stored.Uuid))];
    }

    private string Now => _time.GetUtcNow().ToUnixTimeSeconds().ToString();
}
