using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// The search defaults that MISP has stored for the key's user (<c>default_restsearch_parameters</c>). MISP merges them into each search,
/// where they silently select events or remove attributes. So each search sets these keys to a value that selects nothing. Only
/// these: with some of the values MISP skips events without attributes.
/// </summary>
internal sealed class SearchDefaults
{
    /// <summary>An empty text has no effect, even in place of a list.</summary>
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

    /// <param name="user">The response of <c>users/view/me</c>; undefined for none.</param>
    public SearchDefaults(JsonElement user)
    {
        var stored = MispJson.Member(MispJson.Member(user, "UserSetting"), "default_restsearch_parameters");
        if (stored.ValueKind is not JsonValueKind.Object) return;
        foreach (var field in stored.EnumerateObject()) _values[field.Name] = field.Value.Clone();
    }

    public bool IsEmpty => _values.Count == 0;
    public IEnumerable<string> Keys => _values.Keys;

    /// <summary>Keys that no value in a request overrides.</summary>
    public IEnumerable<string> Lasting => _values.Keys.Where(key => !IsHarmless(key) && Neutral(key) is null);

    /// <summary>Changes the body so that the defaults have no effect on its search.</summary>
    public void OverrideIn(JsonObject body)
    {
        foreach (var (key, stored) in _values)
        {
            if (!body.TryGetPropertyValue(key, out var own))
            {
                if (Neutral(key) is { } value) body[key] = JsonNode.Parse(value);
            }
            // MISP merges two lists index by index: a longer default would keep its end, so ours is padded with its last value.
            else if (own is JsonArray { Count: > 0 } list && stored.ValueKind is JsonValueKind.Array)
            {
                while (list.Count < stored.GetArrayLength()) list.Add(list[^1]!.DeepClone());
            }
        }
    }

    public override string ToString() => string.Join(' ', _values.Select(pair => $"{pair.Key}={pair.Value.GetRawText()}"));

    /// <summary>
    /// Each search has its own value, or, for a full-text search, the default has no effect. A <c>searchall</c> in the request would have
    /// one, even an empty text: MISP then ignores the other keys.
    /// </summary>
    private static bool IsHarmless(string key) => key is "returnFormat" or "limit" or "page" or "order" or "searchall";

    /// <summary>A JSON value with the same effect as none; null if MISP has no such value.</summary>
    private static string? Neutral(string key) => key switch
    {
        "published" or "to_ids" => "[0,1]",
        "deleted" => "0",
        "threat_level_id" => "[1,2,3,4]",
        "last" or "timestamp" or "publish_timestamp" or "event_timestamp" or "attribute_timestamp" => "\"36500d\"",
        "from" or "date" => "\"1970-01-01\"",
        "to" => "\"9998-12-31\"",
        _ when Sets.Contains(key) => "\"\"",
        _ when Switches.Contains(key) || key.StartsWith("include", StringComparison.Ordinal)
            || key.StartsWith("exclude", StringComparison.Ordinal) => "0",
        _ => null,
    };
}
