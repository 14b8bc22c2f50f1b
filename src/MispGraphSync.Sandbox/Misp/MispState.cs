using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>The events, users and warninglists of the MISP server, and its switches.</summary>
public sealed partial class MispState
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

    public IReadOnlyList<MispDecayModel> DecayModels { get; set; } = [];

    /// <summary>Searches in 15 minutes for a user; every answer then carries the X-Rate-Limit headers. Null = no limit.</summary>
    public int? RateLimit { get; set; }

    /// <summary>Everything is answered by a redirect to a page that redirects to itself.</summary>
    public bool Maintenance { get; set; }

    /// <summary>A request that does not accept JSON is sent to the login page, instead of a 403 page.</summary>
    public bool RedirectsToLogin { get; set; }

    /// <summary>Events that count in X-Result-Count and are missing from the page they belong to: pages get short.</summary>
    public ISet<string> DroppedFromPages { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>PHP's memory: an event with more bytes of JSON cannot be given in full (500). Null = no limit.</summary>
    public int? MemoryLimit { get; set; }

    /// <summary>
    /// PHP's time: an answer with more bytes is cut off before that, with status 200 and an error right behind. Null = no limit.
    /// </summary>
    public int? TimeLimit { get; set; }

    /// <summary>Every search for full events fails, while the server answers all else.</summary>
    public bool FailsOnFullEvents { get; set; }

    public int Count
    {
        get
        {
            lock (Gate) return _events.Count;
        }
    }

    /// <summary>The UUIDs of all events, by id.</summary>
    public IReadOnlyList<string> Uuids
    {
        get
        {
            lock (Gate) return [.. _events.Values.OrderBy(stored => stored.Id).Select(stored => stored.Uuid)];
        }
    }

    internal Lock Gate { get; } = new();

    /// <summary>Copies of all events except generated ones, by id.</summary>
    public IReadOnlyList<JsonObject> Events
    {
        get
        {
            lock (Gate)
            {
                var events = _events.Values.OfType<JsonEvent>().OrderBy(stored => stored.Id);
                return [.. events.Select(stored => (JsonObject)stored.Load().DeepClone())];
            }
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

    /// <summary>
    /// Adds a galaxy cluster that an organisation made itself, by default <see cref="User"/>'s. Returns the tag that attaches it:
    /// it holds the cluster's UUID, not its name. Only its own organisation sees a cluster of distribution 0; all see its tag.
    /// </summary>
    public string AddCluster(string type, string value, string distribution = "3", string? organisation = null)
    {
        lock (Gate) return _form.Galaxies.Add(type, value, distribution, organisation ?? User.Organisation);
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
