using System.Globalization;
using System.Text.Json.Nodes;
using MispGraphSync.Sources.Filters;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// Bodies of searches. MISP answers 500 when a warninglist switch is on together with <c>metadata</c> or <c>noShadowAttributes</c>, so both
/// switches are always sent, and the latter never. Tags that may not be exported come only with <c>includeAllTags</c>, and local ones
/// to a sync user only with <c>excludeLocalTags: 0</c>: a TLP may be among them.
/// </summary>
internal static class SearchBody
{
    /// <summary>
    /// One page of matching events without attributes. <c>page</c> without <c>limit</c> would be ignored, and without an order pages
    /// may overlap.
    /// </summary>
    public static JsonObject Metadata(EventFilter filter, int limit, int page)
    {
        var body = Events(filter.ToJson(), limit, page, galaxies: false, warninglistHits: false);
        body["metadata"] = 1;
        return body;
    }

    /// <summary>
    /// Some events in full. No key here makes the server remove attributes (to_ids, enforceWarninglist): it would remove members of
    /// objects too.
    /// </summary>
    public static JsonObject Full(IReadOnlyCollection<EventHeader> events, bool galaxies) => Events(
        new JsonObject { ["eventid"] = new JsonArray([.. events.Select(header => (JsonNode?)IdOf(header))]) },
        events.Count, page: 1, galaxies, warninglistHits: true);

    /// <summary>One page of an event's attributes, those of one object together.</summary>
    /// <param name="allTags">Also tags that may not be exported. This search does not say which these are.</param>
    public static JsonObject Attributes(EventHeader header, int limit, int page, bool allTags) => new()
    {
        ["returnFormat"] = "json",
        ["eventid"] = IdOf(header),
        ["limit"] = limit,
        ["page"] = page,
        ["order"] = "Attribute.object_id asc, Attribute.id asc",
        ["withAttachments"] = 0,
        ["excludeLocalTags"] = 0,
        ["includeAllTags"] = allTags ? 1 : 0,
        ["enforceWarninglist"] = 0,
        ["includeWarninglistHits"] = 1,
    };

    /// <summary>
    /// One page of the attributes of these events with their scores. Without <c>excludeDecayed</c>, which is not reliable.
    /// </summary>
    public static JsonObject Scores(IEnumerable<EventHeader> events, string model, bool toIdsOnly, int limit, int page)
    {
        var body = new JsonObject
        {
            ["returnFormat"] = "json",
            ["eventid"] = new JsonArray([.. events.Select(header => (JsonNode?)IdOf(header))]),
            ["limit"] = limit,
            ["page"] = page,
            ["order"] = "Attribute.id asc",
            ["includeDecayScore"] = 1,
            ["decayingModel"] = model,
            ["withAttachments"] = 0,
            ["enforceWarninglist"] = 0,
        };
        if (toIdsOnly) body["to_ids"] = 1;
        return body;
    }

    /// <summary>One page of an event's objects without their attributes.</summary>
    public static JsonObject Objects(EventHeader header, int limit, int page) => new()
    {
        ["returnFormat"] = "json",
        ["eventid"] = IdOf(header),
        ["limit"] = limit,
        ["page"] = page,
        ["order"] = "Object.id asc",
        ["metadata"] = 1,
    };

    public static string IdOf(EventHeader header) => header.Id?.ToString(CultureInfo.InvariantCulture) ?? header.Uuid.ToString();

    private static JsonObject Events(JsonObject body, int limit, int page, bool galaxies, bool warninglistHits)
    {
        body["returnFormat"] = "json";
        body["limit"] = limit;
        body["page"] = page;
        body["order"] = "Event.id asc";
        body["excludeGalaxy"] = galaxies ? 0 : 1;
        body["includeWarninglistHits"] = warninglistHits ? 1 : 0;
        body["noEventReports"] = 1;
        body["withAttachments"] = 0;
        body["excludeLocalTags"] = 0;
        body["includeAllTags"] = 1;
        body["enforceWarninglist"] = 0;
        return body;
    }
}
