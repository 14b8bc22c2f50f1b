using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Core.Hits;

namespace MispGraphSync.Sources.Misp;

/// <summary>What MISP says to a request to save sightings. It does not say which of them it took.</summary>
internal enum SaveAnswer
{
    Answered,

    /// <summary>The server failed, or broke off: perhaps after it saved them.</summary>
    Failed,

    /// <summary>The event is gone, or not for this key.</summary>
    NoEvent,
}

/// <summary>
/// Sightings of one MISP server. <c>bulkSaveSightings</c> keeps the UUID that it is given and skips a known one, which
/// <c>sightings/add</c> does not: only so a sighting can be sent twice without harm.
/// </summary>
internal sealed class MispSightings(MispClient client)
{
    /// <exception cref="RunFailedException">The key has no right to, or MISP cannot be reached.</exception>
    public async Task<SaveAnswer> SaveAsync(
        Guid @event, IReadOnlyList<(Guid Uuid, Sighting Sighting)> sightings, string source, CancellationToken ct)
    {
        var body = new JsonArray([.. sightings.Select(one => new JsonObject
        {
            // In lower case: MISP fails on another one of a UUID that it knows.
            ["uuid"] = one.Uuid.ToString("D"),
            ["attribute_uuid"] = one.Sighting.Attribute.ToString("D"),
            ["date_sighting"] = one.Sighting.Date.ToUnixTimeSeconds(),
            // As a text: MISP takes some numbers for another type.
            ["type"] = $"{(int)one.Sighting.Type}",
            ["source"] = source,
        })]);
        try
        {
            var path = "sightings/bulkSaveSightings/" + @event.ToString("D");
            var (json, _) = await client.PostAsync(path, body.ToJsonString(), ct).ConfigureAwait(false);
            json.Dispose();
            return SaveAnswer.Answered;
        }
        catch (MispException fault) when (fault.Status is 404 or 405 && fault.Message.Contains("Event not found", StringComparison.Ordinal))
        {
            return SaveAnswer.NoEvent;
        }
        catch (MispException fault) when (fault.Status is 403 or 404 or 405)
        {
            throw new RunFailedException(
                RunOutcome.SignInFailed, $"MISP does not let this key write sightings. {fault.Message}",
                "Give the role of the key's user the right perm_sighting, or set misp.sightingsKey to a key that has it. "
                + "'misp-graph doctor' tests it.", fault);
        }
        catch (MispException fault) when (fault.Kind == MispErrorKind.ResponseFailed)
        {
            return SaveAnswer.Failed;
        }
    }

    /// <summary>The UUIDs of all sightings of these attributes in these days, whoever wrote them.</summary>
    public async Task<HashSet<Guid>> FindAsync(IReadOnlyList<Sighting> sightings, CancellationToken ct)
    {
        var body = new JsonObject
        {
            ["returnFormat"] = "json",
            ["uuid"] = new JsonArray([.. sightings.Select(one => (JsonNode)one.Attribute.ToString("D")).DistinctBy(one => one.ToString())]),
            // Without a span, MISP shows the last 30 days. An earlier run may have written another time of the same day.
            ["from"] = sightings.Min(one => one.Date).AddDays(-1).ToUnixTimeSeconds(),
            ["to"] = sightings.Max(one => one.Date).AddDays(1).ToUnixTimeSeconds(),
        };
        var found = await MispReports.FindSightingsAsync(client, "sightings/restSearch/attribute", body, ct, canShrink: true)
            .ConfigureAwait(false);
        return [.. found.Select(UuidOf).OfType<Guid>()];
    }

    /// <summary>MISP fails on sightings one by one.</summary>
    public RunFailedException Failing() => new(
        RunOutcome.Unreachable, $"MISP at {client.Server.Authority} fails on sightings (500).",
        "Look into MISP's logs (app/tmp/logs/error.log). The next run tries again.");

    private static Guid? UuidOf(JsonElement item) =>
        Guid.TryParse(MispJson.Text(item, "uuid"), out var uuid) ? uuid : null;
}
