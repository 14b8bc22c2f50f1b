using System.Collections.Frozen;
using System.Globalization;
using MispGraphSync.Settings;

namespace MispGraphSync.Sources.Filters;

/// <summary>
/// The keys that a filter may have. The server silently ignores an unknown key, and then finds everything; so a key that is not in
/// this table is a fault.
/// </summary>
internal static class FilterKeys
{
    private const string TagsByName = "tags are known by name here, not by number";

    private static readonly FilterKey[] Keys =
    [
        // Attributes
        new("value", FilterKind.Set)
        {
            Texts = e => e.Values, Comparer = StringComparer.OrdinalIgnoreCase, Wildcards = Wildcards.AtAnEnd, NeedsItems = true,
        },
        new("type", FilterKind.Set)
        {
            Texts = e => e.Types, Comparer = StringComparer.OrdinalIgnoreCase, Wildcards = Wildcards.AtAnEnd, NeedsItems = true,
            Warning = type => type.Contains('%', StringComparison.Ordinal) ? null : MispTypes.UnknownTypeWarning(type, ignoreCase: true),
        },
        new("category", FilterKind.Set) { Texts = e => e.Categories, Wildcards = Wildcards.AtAnEnd, NeedsItems = true },
        new("object_relation", FilterKind.Set) { Texts = e => e.Relations, Wildcards = Wildcards.AtAnEnd, NeedsItems = true },
        new("to_ids", FilterKind.Switch) { IsOn = (e, on) => e.Attributes.Any(a => a.ToIds == on), NeedsItems = true },
        new("deleted", FilterKind.Deleted) { IsOn = (e, on) => !on || e.HasDeletedAttribute, NeedsItems = true },

        // Events
        new("org", FilterKind.Set) { Texts = e => e.Organisations, Normalise = LowerCaseUuid, ServerNegates = true },
        new("tags", FilterKind.TagSet)
        {
            // On the server, a negated tag drops events with that tag; attributes with it would only be removed, which we never do.
            Texts = e => e.Tags, TextsForNot = e => e.EventTags, Wildcards = Wildcards.Anywhere,
            ServerNegates = true, NeedsItems = true, LocalNote = TagsByName,
        },
        new("event_tags", FilterKind.TagSet)
        {
            Texts = e => e.EventTags, Wildcards = Wildcards.Anywhere, ServerNegates = true, LocalNote = TagsByName,
        },
        new("eventid", FilterKind.Set) { Texts = e => e.EventIds, Normalise = LowerCaseUuid, ServerNegates = true },
        new("uuid", FilterKind.Set)
        {
            Texts = e => e.Uuids, Normalise = LowerCaseUuid, ServerNegates = true, NeedsItems = true,
            Fault = value => Guid.TryParse(value, out _) ? null : "is no UUID",
        },
        new("eventinfo", FilterKind.Set) { Texts = e => [e.Event.Info], Wildcards = Wildcards.AtAnEnd },
        new("threat_level_id", FilterKind.Set)
        {
            Texts = e => Number((int)e.Event.ThreatLevel),
            Fault = value => value is "1" or "2" or "3" or "4" ? null : "is no threat level: 1 high, 2 medium, 3 low, 4 undefined",
        },
        new("distribution", FilterKind.Set)
        {
            Texts = e => Number(e.Event.Distribution), IsEvaluatedHere = true,
            Fault = value => value is "0" or "1" or "2" or "3" or "4" or "5" ? null : "is no distribution: 0 to 5",
        },
        new("sharinggroup", FilterKind.Set) { Texts = e => Number(e.Event.SharingGroupId) },
        new("published", FilterKind.Switch) { IsOn = (e, on) => e.Event.Published == on },
        new("searchall", FilterKind.Text)
        {
            NeedsItems = true, MustBeAlone = true, LocalNote = "title, tags, values and comments are searched",
        },

        // Times
        new("from", FilterKind.Day) { Moment = Day },
        new("to", FilterKind.Day) { Moment = Day },
        new("date", FilterKind.Time) { Moment = Day },
        new("last", FilterKind.Time) { Moment = Publication },
        new("publish_timestamp", FilterKind.Time) { Moment = Publication },
        new("timestamp", FilterKind.Time) { Moment = e => e.Event.Timestamp },

        // Without effect on the selection
        new("enforceWarninglist", FilterKind.Switch)
        {
            // MISP answers 500 to it together with metadata.
            IsIgnored = true, Note = "enforceWarninglist in a filter selects no events; misp.enforceWarninglist chooses attributes",
        },
        new("withAttachments", FilterKind.Switch)
        {
            IsIgnored = true, Note = "withAttachments has no effect: attachments are never fetched",
        },
    ];

    /// <summary>Names of the Python sample and of PyMISP, and the server's own second names.</summary>
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

    /// <summary>Keys of the server that users cannot set, with what to do instead.</summary>
    private static readonly FrozenDictionary<string, string> NotAllowed = new Dictionary<string, string>
    {
        ["limit"] = "pages are ours to request: set misp.pageSize",
        ["page"] = "pages are ours to request: set misp.pageSize",
        ["order"] = "events are always read in the order of their ids",
        ["metadata"] = "a filter does not choose what is fetched of an event",
        ["returnFormat"] = "the response is always JSON",
        ["return_format"] = "the response is always JSON",
        ["controller"] = "only events are searched",
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

    public static FilterKey Named(string name) => Array.Find(Keys, key => key.Name == name)!;

    /// <summary>Why a key is not allowed, with the nearest one that is.</summary>
    public static string WhyUnknown(string name)
    {
        if (NotAllowed.TryGetValue(name, out var reason)) return $"\"{name}\" is not allowed in a filter: {reason}";
        return name.StartsWith("include", StringComparison.Ordinal) || name.StartsWith("exclude", StringComparison.Ordinal)
            ? $"\"{name}\" selects no events; a filter does not choose what is fetched of an event"
            : $"\"{name}\" is unknown; did you mean \"{DidYouMean.AlwaysNearest(name, Names.Keys)}\"?";
    }

    private static IEnumerable<string> Number(long? number) =>
        number is { } value ? [value.ToString(CultureInfo.InvariantCulture)] : [];

    /// <summary>For MISP, an event that was never published was published in the first second of 1970.</summary>
    private static DateTimeOffset? Publication(EventView e) => e.Event.PublishTimestamp ?? DateTimeOffset.UnixEpoch;

    /// <summary>MISP compares UUIDs as text, and writes them in lower case with hyphens.</summary>
    private static string LowerCaseUuid(string value) => Guid.TryParse(value, out var uuid) ? uuid.ToString() : value;

    private static DateTimeOffset? Day(EventView e) =>
        e.Event.Date is { } date ? new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero) : null;
}
