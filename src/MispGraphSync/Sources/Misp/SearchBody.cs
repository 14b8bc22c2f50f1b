using System.Buffers;
using System.Globalization;
using System.Text.Json;
using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Filters;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// Bodies of event searches. A key's owner can have search defaults stored on the server, which are merged into each
/// search, so both warninglist switches are always sent. MISP answers 500 when one of them is on together with
/// <c>metadata</c> or <c>noShadowAttributes</c>: the first is sent without them, the second never. Tags that may not be exported
/// come only with <c>includeAllTags</c>, and local ones to a sync user only with <c>excludeLocalTags: 0</c>: a TLP may be among them.
/// </summary>
internal static class SearchBody
{
    /// <summary>
    /// One page of matching events without attributes. <c>page</c> without <c>limit</c> would be ignored, and without an
    /// order pages may overlap.
    /// </summary>
    public static byte[] Metadata(EventFilter filter, int limit, int page) => Write(writer =>
    {
        filter.Write(writer);
        writer.WriteNumber("metadata", 1);
        writer.WriteNumber("limit", limit);
        writer.WriteNumber("page", page);
        writer.WriteNumber("excludeGalaxy", 1);
        writer.WriteNumber("includeWarninglistHits", 0);
    });

    /// <summary>
    /// Some events in full. Nothing here makes the server remove attributes (to_ids, enforceWarninglist), since it would
    /// remove members of objects too.
    /// </summary>
    public static byte[] Full(IReadOnlyCollection<EventHeader> events, bool warninglistHits, bool galaxies) => Write(writer =>
    {
        writer.WriteStartArray("eventid");
        foreach (var header in events) writer.WriteStringValue(IdOf(header));
        writer.WriteEndArray();
        writer.WriteNumber("limit", events.Count);
        writer.WriteNumber("page", 1);
        writer.WriteNumber("excludeGalaxy", galaxies ? 0 : 1);
        writer.WriteNumber("includeWarninglistHits", warninglistHits ? 1 : 0);
    });

    /// <summary>One page of an event's attributes, those of one object together.</summary>
    /// <param name="allTags">Also tags that may not be exported. This search does not say which these are.</param>
    public static byte[] Attributes(EventHeader header, int limit, int page, bool warninglistHits, bool allTags) =>
        Page(header, limit, page, "Attribute.object_id asc, Attribute.id asc", writer =>
        {
            writer.WriteNumber("withAttachments", 0);
            writer.WriteNumber("excludeLocalTags", 0);
            writer.WriteNumber("includeAllTags", allTags ? 1 : 0);
            writer.WriteNumber("enforceWarninglist", 0);
            writer.WriteNumber("includeWarninglistHits", warninglistHits ? 1 : 0);
        });

    /// <summary>One page of an event's objects without their attributes.</summary>
    public static byte[] Objects(EventHeader header, int limit, int page) =>
        Page(header, limit, page, "Object.id asc", writer => writer.WriteNumber("metadata", 1));

    public static string IdOf(EventHeader header) => header.Id?.ToString(CultureInfo.InvariantCulture) ?? header.Uuid.ToString();

    private static byte[] Page(EventHeader header, int limit, int page, string order, Action<Utf8JsonWriter> rest) => Compose(writer =>
    {
        writer.WriteString("eventid", IdOf(header));
        writer.WriteNumber("limit", limit);
        writer.WriteNumber("page", page);
        writer.WriteString("order", order);
        rest(writer);
    });

    private static byte[] Write(Action<Utf8JsonWriter> rest) => Compose(writer =>
    {
        rest(writer);
        writer.WriteString("order", "Event.id asc");
        writer.WriteNumber("noEventReports", 1);
        writer.WriteNumber("withAttachments", 0);
        writer.WriteNumber("excludeLocalTags", 0);
        writer.WriteNumber("includeAllTags", 1);
        writer.WriteNumber("enforceWarninglist", 0);
    });

    private static byte[] Compose(Action<Utf8JsonWriter> keys)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("returnFormat", "json");
            keys(writer);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
