using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Settings;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// What MISP says of single attributes: decay scores, which only searches for attributes carry, and sightings, which move no timestamp.
/// </summary>
internal sealed class MispReports(MispClient client, MispSettings settings, TimeProvider time) : IAttributeReports
{
    private const int EventsPerSearch = 100;
    private const int AttributesPerPage = 5_000;
    private const int MaxPages = 10_000;

    /// <summary>The last second that has a date: without an end, MISP takes the last 30 days.</summary>
    private const long End = 253_402_300_799;

    private DecayModel? _model;

    /// <exception cref="RunFailedException">InvalidInput: the server does not have the model.</exception>
    public async Task OpenAsync(CancellationToken ct)
    {
        if (settings.Decay is { } decay) _model = await DecayModel.FindAsync(client, decay.Model, ct);
    }

    public async IAsyncEnumerable<AttributeScore> ReadScoresAsync(
        IReadOnlyCollection<EventHeader> events, [EnumeratorCancellation] CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var own = await OwnSightings.FindAsync(client, settings.OwnSightings, _model!, now, ct);
        foreach (var portion in events.Chunk(EventsPerSearch))
        {
            string? last = null;
            for (var page = 1; ; page++)
            {
                var body = SearchBody.Scores(portion, _model!.Id, settings.ToIdsOnly, AttributesPerPage, page);
                var (json, _) = await client.SearchWholeAsync("attributes/restSearch", body, ct, canShrink: false);
                using var found = json;
                var rows = MispJson.Entries(MispJson.Member(MispJson.Member(json.RootElement, "response"), "Attribute"))
                    ?? throw client.Errors.NotMisp();
                if (rows.Count == 0) break;
                var first = MispJson.Text(rows[0], "uuid");
                if (page > MaxPages || (first is not null && first == last)) throw client.Errors.OfPages();
                last = first;
                foreach (var row in rows)
                {
                    if (ScoreOf(row, own, now) is { } score) yield return score;
                }
            }
        }
    }

    public async Task<IReadOnlyList<ReadSighting>?> ReadSightingsAsync(DateTimeOffset? since, CancellationToken ct)
    {
        var body = SightingSearch(since, new JsonArray("1", "2"));
        body["includeEvent"] = 1;
        try
        {
            var us = (await MispServer.UserAsync(client, ct))?.OrganisationId;
            var found = await FindSightingsAsync(client, "sightings/restSearch", body, ct);
            return [.. found.Select(row => Read(row, us)).OfType<ReadSighting>()];
        }
        catch (MispException fault) when (fault.Kind is MispErrorKind.SignIn or MispErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>A search for sightings with their attributes' UUIDs. It has no pages.</summary>
    internal static JsonObject SightingSearch(DateTimeOffset? since, JsonNode type) => new()
    {
        ["returnFormat"] = "json",
        ["from"] = since?.ToUnixTimeSeconds() ?? 0,
        ["to"] = End,
        ["type"] = type,
        ["includeAttribute"] = 1,
    };

    internal static async Task<List<JsonElement>> FindSightingsAsync(
        MispClient client, string path, JsonObject body, CancellationToken ct, bool canShrink = false)
    {
        var (json, _) = await client.PostAsync(path, body.ToJsonString(), ct, canShrink);
        using var found = json;
        return (MispJson.Entries(MispJson.Member(json.RootElement, "response")) ?? throw client.Errors.NotMisp())
            .Select(item => MispJson.Unwrapped(item, "Sighting").Clone()).ToList();
    }

    internal static Guid? AttributeOf(JsonElement sighting) =>
        Guid.TryParse(MispJson.Text(MispJson.Member(sighting, "Attribute"), "uuid"), out var uuid) ? uuid : null;

    /// <summary>MISP takes any number for a date.</summary>
    internal static DateTimeOffset TimeOf(JsonElement item, string name) =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(NumberOf(item, name), 0, End));

    private static long NumberOf(JsonElement item, string name) =>
        long.TryParse(MispJson.Text(item, name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private ReadSighting? Read(JsonElement sighting, string? us)
    {
        var kind = (SightingKind)NumberOf(sighting, "type");
        if (!Guid.TryParse(MispJson.Text(sighting, "uuid"), out var uuid) || AttributeOf(sighting) is not { } attribute) return null;
        if (kind is not (SightingKind.FalsePositive or SightingKind.Expiration)) return null;
        var organisation = MispJson.Text(sighting, "org_id");
        var isOwn = organisation is not (null or "0")
            && (organisation == us || organisation == MispJson.Text(MispJson.Member(sighting, "Event"), "orgc_id"));
        var counts = settings.Expirations == ExpirationSightings.All || (settings.Expirations == ExpirationSightings.Own && isOwn);
        return new ReadSighting(
            uuid, NumberOf(sighting, "id"), attribute, kind, organisation, TimeOf(sighting, "date_sighting"),
            kind == SightingKind.Expiration && counts);
    }

    private AttributeScore? ScoreOf(JsonElement attribute, OwnSightings own, DateTimeOffset now)
    {
        if (!Guid.TryParse(MispJson.Text(attribute, "uuid"), out var uuid)) return null;
        if (MispJson.Entries(MispJson.Member(attribute, "decay_score")) is not [var first, ..]) return null;
        if (DecayModel.PointsOf(first, "score") is not { } score) return null;
        if (own.LastOfOthers(uuid, attribute) is { } last && DecayModel.PointsOf(first, "base_score") is { } start)
            score = Math.Min(score, _model!.ScoreOf(start, now - last) ?? score);
        return new AttributeScore(uuid, (int)Math.Clamp(Math.Floor(score), 0, 100));
    }
}
