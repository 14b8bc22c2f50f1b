using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

// Sightings move no timestamp of an event or an attribute, and come with every full read.
public sealed partial class MispState
{
    private readonly List<MispSighting> _sightings = [];
    private long _lastSighting;

    /// <summary>A copy of all, in the order in which they were saved.</summary>
    public IReadOnlyList<MispSighting> Sightings
    {
        get
        {
            lock (Gate) return [.. _sightings];
        }
    }

    /// <summary>UUIDs of attributes whose sightings the server does not take, without saying so.</summary>
    public ISet<string> RefusedSightings { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>0: the event's owner and the reporting organisation see a sighting; 2: everybody who sees the event.</summary>
    public int SightingsPolicy { get; set; }

    /// <summary>Searches for sightings are answered with this status; null: they work.</summary>
    public int? SightingSearchStatus { get; set; }

    /// <summary>Somebody adds a sighting in MISP.</summary>
    /// <param name="type">0: seen; 1: false positive; 2: expiration.</param>
    /// <param name="organisation">Null: <see cref="User"/>'s.</param>
    public void Sight(string attribute, string type, DateTimeOffset at, string? organisation = null, string? source = null)
    {
        lock (Gate)
        {
            organisation ??= User.Organisation;
            // A newer expiration of an organisation replaces its older one.
            var older = _sightings.Where(one => one.Type == "2" && one.Attribute == attribute && one.Organisation == organisation).ToList();
            if (type == "2") older.ForEach(Remove);
            var owner = _events.Values.First(one => one.HasAttribute(attribute));
            var uuid = MispIds.Uuid(MispIds.Kind.Sighting, (int)_lastSighting + 1);
            Add([new MispSighting(uuid, attribute, owner.Uuid, organisation, at.ToUnixTimeSeconds(), source, type)]);
        }
    }

    /// <summary>A person deletes all sightings in MISP.</summary>
    public void ForgetSightings()
    {
        foreach (var one in Sightings) Remove(one);
    }

    internal void Add(IReadOnlyList<MispSighting> sightings)
    {
        foreach (var ofEvent in sightings.GroupBy(one => one.Event))
        {
            // Generated events are not held in memory.
            var attributes = (_events.GetValueOrDefault(ofEvent.Key) as JsonEvent)?.Attributes()
                .ToDictionary(one => one.Text("uuid"), StringComparer.OrdinalIgnoreCase);
            foreach (var sighting in ofEvent)
            {
                var one = sighting with { Id = ++_lastSighting };
                _sightings.Add(one);
                if (attributes?.GetValueOrDefault(one.Attribute) is not { } attribute) continue;
                if (attribute["Sighting"] is not JsonArray list) attribute["Sighting"] = list = [];
                list.Add((JsonNode)SightingPages.Form(one));
            }
        }
    }

    internal void Remove(MispSighting sighting)
    {
        lock (Gate)
        {
            _sightings.Remove(sighting);
            if (AttributeOf(sighting)?["Sighting"] is not JsonArray list) return;
            foreach (var item in list.Where(item => (string?)item!["uuid"] == sighting.Uuid).ToList()) list.Remove(item);
        }
    }

    private JsonObject? AttributeOf(MispSighting sighting) => _events.GetValueOrDefault(sighting.Event) is JsonEvent stored
        ? stored.Attributes().FirstOrDefault(one => string.Equals(one.Text("uuid"), sighting.Attribute, StringComparison.OrdinalIgnoreCase))
        : null;
}
