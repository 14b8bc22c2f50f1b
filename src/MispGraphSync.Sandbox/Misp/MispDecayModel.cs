using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>A decaying model with MISP's polynomial formula.</summary>
/// <param name="Days">After so many days without a sighting, the score is 0.</param>
/// <param name="Start">The score of a new attribute: tags do not count here.</param>
public sealed record MispDecayModel(int Id, string Name, double Days = 30, double Speed = 2, double Start = 80)
{
    internal JsonObject Page() => new()
    {
        ["DecayingModel"] = new JsonObject
        {
            ["id"] = $"{Id}",
            ["uuid"] = null,
            ["name"] = Name,
            ["parameters"] = new JsonObject
            {
                ["lifetime"] = Days,
                ["decay_speed"] = Speed,
                ["threshold"] = 30,
                ["default_base_score"] = Start,
                ["base_score_config"] = new JsonArray(),
                ["settings"] = new JsonArray(),
            },
            ["attribute_types"] = new JsonArray(),
            ["org_id"] = "1",
            ["enabled"] = true,
            ["all_orgs"] = true,
            ["formula"] = "Polynomial",
            ["version"] = "1",
            ["default"] = false,
        },
        ["DecayingModelMapping"] = new JsonArray(),
    };

    /// <summary>
    /// Counts from the last sighting; after a later change of the attribute, and without a sighting, from last_seen or the change.
    /// </summary>
    internal JsonArray ScoreOf(JsonObject attribute, IEnumerable<MispSighting> sightings, DateTimeOffset now)
    {
        var changed = attribute.Number("timestamp");
        var seen = sightings.Where(one => one.Type == "0" && one.Attribute == attribute.Text("uuid")).Select(one => (long?)one.Date).Max();
        var last = seen >= changed ? seen.Value
            : DateTimeOffset.TryParse(attribute.Text("last_seen"), out var told) ? told.ToUnixTimeSeconds()
            : changed;
        var days = (now.ToUnixTimeSeconds() - last) / 86_400.0;
        var score = days < 0 ? 0 : Math.Max(0, Start * (1 - Math.Pow(days / Days, 1 / Speed)));
        return new JsonArray(new JsonObject
        {
            ["score"] = score,
            ["base_score"] = Start,
            ["decayed"] = score < 30,
            ["DecayingModel"] = new JsonObject { ["id"] = $"{Id}", ["name"] = Name },
        });
    }
}
