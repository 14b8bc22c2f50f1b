using System.Buffers;
using System.Text.Json;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// The search defaults that MISP has stored for the key's user (<c>default_restsearch_parameters</c>). MISP merges them into
/// each search, where they select events or remove attributes unseen. So each search states the keys that they have, with a
/// value that selects nothing. Only those: some of these values cost events without attributes.
/// </summary>
internal sealed class SearchDefaults
{
    /// <summary>Ignored when it is an empty text, also in the place of a list.</summary>
    private static readonly HashSet<string> Sets = new(StringComparer.Ordinal)
    {
        "value", "type", "category", "object_relation", "org", "orgc_id", "tags", "tag", "event_tags", "eventid", "event_uuid", "uuid",
        "eventinfo", "sharinggroup", "sharing_group_id", "distribution", "blockedAttributeTags", "requested_attributes",
        "attackGalaxy", "eventsExtendingUuid", "wildcard", "ignore",
    };

    private static readonly HashSet<string> Switches = new(StringComparer.Ordinal)
    {
        "metadata", "flatten", "sgReferenceOnly", "withAttachments", "enforceWarninglist", "noShadowAttributes", "noEventReports",
        "extended", "headerless", "idList", "disableSiteAdmin",
    };

    private readonly SortedDictionary<string, JsonElement> _values = new(StringComparer.Ordinal);

    public bool IsEmpty => _values.Count == 0;

    public IEnumerable<string> Keys => _values.Keys;

    /// <summary>Keys that no value in a request makes ineffective.</summary>
    public IEnumerable<string> Lasting => _values.Keys.Where(key => !IsHarmless(key) && Neutral(key) is null);

    /// <param name="user">The answer of <c>users/view/me</c>; undefined for none.</param>
    public static SearchDefaults Of(JsonElement user)
    {
        var defaults = new SearchDefaults();
        var stored = MispJson.Member(MispJson.Member(user, "UserSetting"), "default_restsearch_parameters");
        if (stored.ValueKind is not JsonValueKind.Object) return defaults;
        foreach (var field in stored.EnumerateObject()) defaults._values[field.Name] = field.Value.Clone();
        return defaults;
    }

    /// <summary>The body, so that the defaults have no effect on its search.</summary>
    public byte[] Override(byte[] body)
    {
        if (IsEmpty) return body;
        using var json = JsonDocument.Parse(body);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var field in json.RootElement.EnumerateObject())
            {
                writer.WritePropertyName(field.Name);
                Write(writer, field.Value, _values.GetValueOrDefault(field.Name));
            }
            foreach (var key in _values.Keys.Where(key => !json.RootElement.TryGetProperty(key, out _)))
            {
                if (Neutral(key) is not { } value) continue;
                writer.WritePropertyName(key);
                writer.WriteRawValue(value);
            }
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    public override string ToString() => string.Join(' ', _values.Select(pair => $"{pair.Key}={pair.Value.GetRawText()}"));

    /// <summary>MISP merges two lists place by place: a longer default would keep its end, so ours is filled up with its last value.</summary>
    private static void Write(Utf8JsonWriter writer, JsonElement ours, JsonElement stored)
    {
        if (ours.ValueKind is not JsonValueKind.Array || stored.ValueKind is not JsonValueKind.Array || ours.GetArrayLength() == 0)
        {
            ours.WriteTo(writer);
            return;
        }
        var (length, missing) = (ours.GetArrayLength(), stored.GetArrayLength() - ours.GetArrayLength());
        writer.WriteStartArray();
        foreach (var value in ours.EnumerateArray()) value.WriteTo(writer);
        for (; missing > 0; missing--) ours[length - 1].WriteTo(writer);
        writer.WriteEndArray();
    }

    /// <summary>
    /// Each search has its own, or, of a full-text search, the default has no effect. A <c>searchall</c> in the request would
    /// have one, be it an empty text: MISP then ignores the other keys.
    /// </summary>
    private static bool IsHarmless(string key) => key is "returnFormat" or "limit" or "page" or "order" or "searchall";

    /// <summary>A JSON value that has the same effect as none; null where MISP has no such value.</summary>
    private static string? Neutral(string key) => key switch
    {
        "published" or "to_ids" => "[0,1]",
        "deleted" => "0",
        "threat_level_id" => "[1,2,3,4]",
        "last" or "timestamp" or "publish_timestamp" or "event_timestamp" or "attribute_timestamp" => "\"36500d\"",
        "from" or "date" => "\"1970-01-01\"",
        "to" => "\"9998-12-31\"",
        _ when Sets.Contains(key) => "\"\"",
        _ when Switches.Contains(key) || key.StartsWith("include", StringComparison.Ordinal) || key.StartsWith("exclude", StringComparison.Ordinal) => "0",
        _ => null,
    };
}
