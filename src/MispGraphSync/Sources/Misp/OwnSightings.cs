using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// The attributes that misp-graph itself reported as seen. MISP's score starts again with each sighting, so that what fires would never
/// age: for these, the score is computed from what others say.
/// </summary>
/// <param name="word">The source of the sightings that misp-graph writes.</param>
internal sealed class OwnSightings(string word)
{
    private const int AttributesPerSearch = 100;

    private readonly Dictionary<Guid, DateTimeOffset?> _others = [];

    /// <summary>Those of the model's lifetime: an older one has no effect any more.</summary>
    public static async Task<OwnSightings> FindAsync(
        MispClient client, string word, DecayModel model, DateTimeOffset now, CancellationToken ct)
    {
        var found = new OwnSightings(word);
        if (model.Lifetime is not { } lifetime) return found;
        var since = now - lifetime;
        var body = MispReports.SightingSearch(since, "0");
        body["source"] = word;
        try
        {
            foreach (var one in await MispReports.FindSightingsAsync(client, "sightings/restSearch", body, ct))
            {
                if (MispReports.AttributeOf(one) is { } attribute) found._others[attribute] = null;
            }

            foreach (var portion in found._others.Keys.Chunk(AttributesPerSearch)) await found.AddOthersAsync(client, portion, since, ct);
            return found;
        }
        catch (MispException fault) when (fault.Kind is MispErrorKind.SignIn or MispErrorKind.NotFound)
        {
            // A key that sees no sightings does not see ours.
            return found;
        }
    }

    /// <summary>When somebody else saw it, or MISP changed it; null: we did not report it.</summary>
    public DateTimeOffset? LastOfOthers(Guid uuid, JsonElement attribute)
    {
        if (!_others.TryGetValue(uuid, out var seen)) return null;
        var changed = MispReports.TimeOf(attribute, "timestamp");
        var last = DateTimeOffset.TryParse(MispJson.Text(attribute, "last_seen"), out var lastSeen) ? lastSeen : changed;
        // As MISP does: a change after the sighting counts.
        return seen is { } at && at >= changed ? at : last;
    }

    private async Task AddOthersAsync(MispClient client, Guid[] attributes, DateTimeOffset since, CancellationToken ct)
    {
        var body = MispReports.SightingSearch(since, "0");
        body["uuid"] = new JsonArray([.. attributes.Select(uuid => (JsonNode?)uuid.ToString())]);
        foreach (var one in await MispReports.FindSightingsAsync(client, "sightings/restSearch/attribute", body, ct))
        {
            if (MispJson.Text(one, "source") == word || MispReports.AttributeOf(one) is not { } attribute) continue;
            var at = MispReports.TimeOf(one, "date_sighting");
            if (_others.TryGetValue(attribute, out var known) && !(known >= at)) _others[attribute] = at;
        }
    }
}
