using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>
/// The keys of a search. A real server ignores an unknown one in silence and finds everything, so a misspelt key would look like
/// success: here it is answered 501. So is a key that is known and not simulated, unless its value is one without effect.
/// </summary>
internal static class SearchKeys
{
    private static readonly FrozenSet<string> Simulated = new[]
    {
        "request", "returnFormat", "limit", "page", "order", "metadata",
        "value", "type", "category", "object_relation", "org", "tags", "event_tags", "eventid", "uuid", "eventinfo", "threat_level_id",
        "distribution", "sharinggroup", "searchall", "published", "to_ids", "deleted",
        "from", "to", "date", "last", "publish_timestamp", "timestamp", "event_timestamp",
        "enforceWarninglist", "includeWarninglistHits", "excludeLocalTags", "includeAllTags", "excludeGalaxy", "flatten",
        "noEventReports", "noShadowAttributes", "includeEventTags", "includeDecayScore", "decayingModel",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> WithoutEffect = new[]
    {
        "withAttachments", "includeAttachments", "sgReferenceOnly", "extended", "eventsExtendingUuid", "headerless", "idList",
        "disableSiteAdmin", "sharing_group_id", "orgc_id", "tag", "event_uuid", "blockedAttributeTags", "requested_attributes",
        "attackGalaxy", "wildcard", "ignore", "attribute_timestamp", "value1", "value2", "first_seen", "last_seen",
        "includeEventUuid", "includeContext", "includeProposals", "includeSightings", "includeCorrelations", "includeGalaxy",
        "includeAttributeUuid", "excludeDecayed", "includeFullModel", "includeScoresOnEvent", "includeSightingdb",
        "includeFeedCorrelations", "includeServerCorrelations", "includeGranularCorrelations", "includeAnalystData",
        "includeRelatedTags",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <exception cref="NoFactException">A key has an effect that is not simulated, or none that is known.</exception>
    public static void Check(JsonObject filters, string path)
    {
        foreach (var (name, value) in filters["request"] as JsonObject ?? filters)
        {
            if (Simulated.Contains(name) || (WithoutEffect.Contains(name) && IsNothing(value))) continue;
            throw new NoFactException($"the key {name}: {value?.ToJsonString() ?? "null"} of a search at {path}");
        }
    }

    private static bool IsNothing(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Number or JsonValueKind.String => value.ToString() is "" or "0",
        JsonValueKind.Array => value.AsArray().Count == 0,
        _ => false,
    };
}
