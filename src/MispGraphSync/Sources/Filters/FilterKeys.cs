using System.Collections.Frozen;
using System.Globalization;
using MispGraphSync.Settings;
using MispGraphSync.Text;

namespace MispGraphSync.Sources.Filters;

/// <summary>
/// The keys that a filter may have. The server drops a key that it does not know without a word, and then finds
/// everything; so what is not in this table is a fault.
/// </summary>
internal static class FilterKeys
{
    private static readonly FilterKey[] Keys =
    [
        // What attributes have
        new("value", FilterKind.Set)
        {
            Texts = e => e.Values, Comparer = StringComparer.OrdinalIgnoreCase, Wildcards = Wildcards.AtAnEnd, NeedsItems = true,
        },
        new("type", FilterKind.Set)
        {
            Texts = e => e.Types, Comparer = StringComparer.OrdinalIgnoreCase, Wildcards = Wildcards.AtAnEnd, NeedsItems = true,
            Warning = written => written.Contains('%', StringComparison.Ordinal) ? null : MispTypes.UnknownTypeWarningIgnoringCase(written),
        },
        new("category", FilterKind.Set) { Texts = e => e.Categories, Wildcards = Wildcards.AtAnEnd, NeedsItems = true },
        new("object_relation", FilterKind.Set) { Texts = e => e.Relations, Wildcards = Wildcards.AtAnEnd, NeedsItems = true },
        new("to_ids", FilterKind.Switch) { IsOn = (e, on) => e.Attributes.Any(a => a.ToIds == on), NeedsItems = true },
        new("deleted", FilterKind.Deleted) { IsOn = (e, on) => !on || e.HasDeletedAttribute, NeedsItems = true },

        // What events have
        new("org", FilterKind.Set) { Texts = e => e.Organisations, Spelling = OneUuid, ServerNegates = true },
        new("tags", FilterKind.TagSet)
        {
            // A negated tag drops events that carry it; attributes that carry it would only be cut out, and we cut nothing.
            Texts = e => e.Tags, TextsForNot = e => e.EventTags, Wildcards = Wildcards.Anywhere,
            ServerNegates = true, NeedsItems = true, LocalNote = "tags are known by name here, not by number",
        },
        new("event_tags", FilterKind.TagSet)
        {
            Texts = e => e.EventTags, Wildcards = Wildcards.Anywhere, ServerNegates = true,
            LocalNote = "tags are known by name here, not by number",
        },
        new("eventid", FilterKind.Set) { Texts = e => e.EventIds, Spelling = OneUuid, ServerNegates = true },
        new("uuid", FilterKind.Set)
        {
            Texts = e => e.Uuids, Spelling = OneUuid, ServerNegates = true, NeedsItems = true,
            Fault = value => Guid.TryParse(value, out _) ? null : "is no UUID",
        },
        new("eventinfo", FilterKind.Set) { Texts = e => [e.Event.Info], Wildcards = Wildcards.AtAnEnd },
        new("threat_level_id", FilterKind.Set)
        {
            Texts = e => [((int)e.Event.ThreatLevel).ToString(CultureInfo.InvariantCulture)],
            Fault = value => value is "1" or "2" or "3" or "4"
                ? null
                : "is no threat level: 1 high, 2 medium, 3 low, 4 undefined",
        },
        new("distribution", FilterKind.Set)
        {
            Texts = e => e.Event.Distribution is { } distribution ? [distribution.ToString(CultureInfo.InvariantCulture)] : [],
            Fault = value => value is "0" or "1" or "2" or "3" or "4" or "5" ? null : "is no distribution: 0 to 5",
            IsEvaluatedHere = true,
        },
        new("sharinggroup", FilterKind.Set)
        {
            Texts = e => e.Event.SharingGroupId is { } id ? [id.ToString(CultureInfo.InvariantCulture)] : [],
        },
        new("published", FilterKind.Switch) { IsOn = (e, on) => e.Event.Published == on },
        new("searchall", FilterKind.Text)
        {
            Texts = e => e.SearchedWithCase, NeedsItems = true, MustBeAlone = true,
            LocalNote = "title, tags, values and comments are searched",
        },

        // When
        new("from", FilterKind.Day) { Moment = Day },
        new("to", FilterKind.Day) { Moment = Day },
        new("date", FilterKind.Time) { Moment = Day },
        new("last", FilterKind.Time) { Moment = Publication },
        new("publish_timestamp", FilterKind.Time) { Moment = Publication },
        new("timestamp", FilterKind.Time) { Moment = e => e.Event.Timestamp },

        // What shapes an answer and selects nothing
        new("enforceWarninglist", FilterKind.Switch)
        {
            IsIgnored = true, // the listing is metadata only, where MISP answers 500 to it
            Note = "enforceWarninglist in a filter selects no events; misp.enforceWarninglist chooses attributes",
        },
        new("withAttachments", FilterKind.Switch)
        {
            IsIgnored = true, Note = "withAttachments has no effect: attachments are never fetched",
        },
    ];

    /// <summary>Names of the Python sample and of PyMISP, and the second names of the server's own.</summary>
    private static readonly (string Alias, string Name)[] Aliases =
    [
        ("values", "value"), ("type_attribute", "type"), ("date_from", "from"), ("date_to", "to"),
        ("with_attachments", "withAttachments"), ("includeAttachments", "withAttachments"),
        ("enforce_warninglist", "enforceWarninglist"), ("event_id", "eventid"), ("sharing_group_id", "sharinggroup"),
        ("event_timestamp", "timestamp"),
    ];

    /// <summary>The Python sample's names for a negated set.</summary>
    private static readonly (string Alias, string Name)[] NegatedAliases = [("not_values", "value"), ("not_tags", "tags")];

    private static readonly FrozenDictionary<string, (FilterKey Key, bool IsNegated)> Names = Keys
        .Select(key => (key.Name, Key: key, IsNegated: false))
        .Concat(Aliases.Select(a => (a.Alias, Named(a.Name), false)))
        .Concat(NegatedAliases.Select(a => (a.Alias, Named(a.Name), true)))
        .ToFrozenDictionary(row => row.Item1, row => (row.Item2, row.Item3), StringComparer.Ordinal);

    /// <summary>Keys that the server knows and that are not the user's to set, with what to do instead.</summary>
    private static readonly FrozenDictionary<string, string> Foreign = new Dictionary<string, string>
    {
        ["limit"] = "pages are ours to ask for: set misp.pageSize",
        ["page"] = "pages are ours to ask for: set misp.pageSize",
        ["order"] = "events are always read in the order of their ids",
        ["metadata"] = "what is fetched of an event is not the filter's to say",
        ["returnFormat"] = "the answer is always JSON",
        ["return_format"] = "the answer is always JSON",
        ["controller"] = "events are what is searched",
        ["pythonify"] = "it is PyMISP's own and means nothing here",
        ["debug"] = "it is PyMISP's own and means nothing here",
        ["quickFilter"] = "event searches do not know it: use \"searchall\"",
        ["quick_filter"] = "event searches do not know it: use \"searchall\"",
        ["attribute_timestamp"] = "event searches do not know it: use \"timestamp\"",
        ["first_seen"] = "event searches do not know it: use \"date\"",
        ["last_seen"] = "event searches do not know it: use \"date\"",
        ["comment"] = "the server ignores it: use \"searchall\"",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<string> AllNames => Names.Keys.Order(StringComparer.Ordinal);

    public static bool TryFind(string name, out FilterKey key, out bool isNegated)
    {
        var found = Names.TryGetValue(name, out var row);
        (key, isNegated) = row;
        return found;
    }

    /// <summary>The server's name.</summary>
    public static FilterKey Named(string name) => Array.Find(Keys, key => key.Name == name)!;

    /// <summary>Why a key is not allowed, with the nearest one that is.</summary>
    public static string WhyUnknown(string name)
    {
        if (Foreign.TryGetValue(name, out var reason))
        {
            return $"\"{name}\" is not allowed in a filter: {reason}";
        }
        return name.StartsWith("include", StringComparison.Ordinal) || name.StartsWith("exclude", StringComparison.Ordinal)
            ? $"\"{name}\" selects no events; what is fetched of an event is not the filter's to say"
            : $"\"{name}\" is unknown; did you mean \"{DidYouMean.AlwaysNearest(name, Names.Keys)}\"?";
    }

    /// <summary>For MISP an event that was never published was published in the first second of 1970.</summary>
    private static DateTimeOffset? Publication(EventView e) => e.Event.PublishTimestamp ?? DateTimeOffset.UnixEpoch;

    /// <summary>MISP compares UUIDs as text, and writes them in lower case with hyphens.</summary>
    private static string OneUuid(string value) => Guid.TryParse(value, out var uuid) ? uuid.ToString() : value;

    private static DateTimeOffset? Day(EventView e) =>
        e.Event.Date is { } date ? new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero) : null;
}
