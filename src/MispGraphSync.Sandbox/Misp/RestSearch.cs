using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>
/// The body of <c>/events/restSearch</c>, read as leniently as by the server:
/// conditions on attributes select whole events, and different attributes may meet different conditions.
/// </summary>
internal sealed class RestSearch
{
    private readonly List<Func<StoredEvent, bool>> _conditions = [];
    private readonly List<Func<StoredEvent, bool>> _late = [];
    private readonly DateTimeOffset _now;
    private readonly JsonObject _filters;

    private RestSearch(JsonObject filters, MispUser user, IReadOnlyList<Warninglist> warninglists, DateTimeOffset now)
    {
        (_filters, _now) = (filters, now);
        Warninglists();
        View = ViewOf(filters, user, warninglists);
        if (filters["searchall"] is not null)
        {
            FullText(filters.Text("searchall"));
        }
        else
        {
            EventFields();
            AttributeFields();
            TagFields(_conditions);
            TimeFields();
            Days(_conditions);
            PublishedField(_conditions);
            Switches();
            NeedsAttributes();
        }

        (Limit, Page, LimitIsNoNumber) = Paging(filters);
        Order = EventOrder.From(filters["order"]);
    }

    public EventView View { get; }

    /// <summary>Events a page; null = everything in one answer, and <c>page</c> is then ignored.</summary>
    public int? Limit { get; }

    public int Page { get; }

    /// <summary>The server then answers an empty page, with the right count.</summary>
    public bool LimitIsNoNumber { get; }

    public EventOrder? Order { get; }

    /// <summary>In a search for attributes: those of one object come together.</summary>
    public bool SortsByObject => _filters.Text("order").StartsWith("Attribute.object_id", StringComparison.Ordinal);

    public static RestSearch Read(JsonNode? body, MispUser user, IReadOnlyList<Warninglist> warninglists, DateTimeOffset now)
    {
        var filters = body as JsonObject ?? [];
        filters = SearchDefaults.Merge(user.SearchDefaults, filters["request"] as JsonObject ?? filters);
        return new RestSearch(filters, user, warninglists.Where(list => list.Enabled).ToList(), now);
    }

    /// <summary>
    /// After paging: a distribution makes pages shorter and leaves the count as it is. 0 alone is ignored, and with a negation
    /// nothing is left. Beside a full-text search a few more keys act here.
    /// </summary>
    public bool Shows(StoredEvent stored) => _late.TrueForAll(condition => condition(stored)) && ShowsDistribution(stored);

    private bool ShowsDistribution(StoredEvent stored) =>
        FilterSet.From(_filters["distribution"]) is not { } set || set is { Or: ["0"], And: [], Not: [] }
        || (set.Not.Count == 0 && set.AnyOf.Contains(stored.Head.Text("distribution")));

    public bool Matches(StoredEvent stored) => _conditions.TrueForAll(condition => condition(stored));

    /// <summary>With warninglists, the server fails if an event has no attributes or no proposals.</summary>
    private void Warninglists()
    {
        var looks = _filters.Flag("enforceWarninglist") || _filters.Flag("includeWarninglistHits");
        if (looks && (_filters.Flag("metadata") || _filters.Flag("noShadowAttributes"))) throw new ServerFailureException();
    }

    private void EventFields()
    {
        On("eventid", (stored, text) => stored.Id.ToString() == text || stored.Uuid == text);
        On("uuid", (stored, text) => stored.Uuid == text || stored.HasAttribute(text));
        On("org", (stored, text) => stored.Head["Orgc"] is JsonObject org
            && (org.Text("name") == text || org.Text("id") == text || org.Text("uuid") == text));
        On("eventinfo", (stored, text) => stored.Head.Text("info").Is(text));
        On("threat_level_id", (stored, text) => stored.Head.Text("threat_level_id") == text);
        On("sharinggroup", (stored, text) => stored.Head.Text("sharing_group_id") == text);
        On("event_tags", (stored, text) => stored.Head.Tags().Any(tag => tag.IsLike(text)));
    }

    /// <summary>No other key selects events beside it. A few keys filter the page afterwards, which the count ignores.</summary>
    private void FullText(string text)
    {
        _conditions.Add(stored => stored.Head.Text("info").IsLike(text) || AllTags(stored).Any(tag => tag.IsLike(text))
            || stored.Attributes().Any(attribute =>
                attribute.Text("value").IsLike(text, ignoreCase: true) || attribute.Text("comment").IsLike(text, ignoreCase: true)));
        TagFields(_late);
        Days(_late);
        PublishedField(_late);
        OnTime("last", "publish_timestamp", _late);
    }

    /// <summary>Negation means "has an attribute that differs". For <c>value</c> it has no effect at all.</summary>
    private void AttributeFields()
    {
        OnAttribute("type", (attribute, text) => attribute.Text("type").Is(text, ignoreCase: true)
            || (text is "email-src" or "email-dst" && attribute.Text("type") == "email"));
        OnAttribute("category", (attribute, text) => attribute.Text("category").Is(text));
        OnAttribute("object_relation", (attribute, text) => attribute.Text("object_relation").Is(text));
        if (FilterSet.From(_filters["value"]) is not { } values) return;

        var wanted = values.AnyOf.ToArray();
        _conditions.Add(stored => stored.Attributes().Any(attribute => View.IsThere(attribute)
            && (wanted.Length == 0 || ValueParts(attribute).Any(part => wanted.Any(text => part.Is(text, ignoreCase: true))))));
    }

    private void TagFields(List<Func<StoredEvent, bool>> into)
    {
        if (FilterSet.From(_filters["tags"]) is not { } tags) return;

        if (tags.Or.Count > 0) into.Add(stored => AllTags(stored).Any(tag => IsTag(tag, tags.Or)));
        foreach (var each in tags.And) into.Add(stored => AllTags(stored).Any(tag => IsTag(tag, [each])));
        if (tags.Not.Count > 0) into.Add(stored => !stored.Head.Tags().Any(tag => IsTag(tag, tags.Not)));
    }

    private void TimeFields()
    {
        OnTime("last", "publish_timestamp", _conditions);
        OnTime("publish_timestamp", "publish_timestamp", _conditions);
        OnTime("timestamp", "timestamp", _conditions);
        OnTime("event_timestamp", "timestamp", _conditions);
        if (_filters["date"] is JsonArray { Count: 2 } range)
        {
            if (MispTime.Date(range[0], _now) is { } first) _conditions.Add(stored => DateOf(stored) >= first);
            if (MispTime.Date(range[1], _now) is { } last) _conditions.Add(stored => DateOf(stored) <= last);
        }
        else if (MispTime.Date(_filters["date"], _now) is { } since)
        {
            _conditions.Add(stored => DateOf(stored) >= since);
        }
    }

    private void Days(List<Func<StoredEvent, bool>> into)
    {
        if (MispTime.Date(_filters["from"], _now) is { } from) into.Add(stored => DateOf(stored) >= from);
        if (MispTime.Date(_filters["to"], _now) is not { } to) return;

        var last = to == DateOnly.MaxValue ? DateOnly.MinValue : to;
        into.Add(stored => DateOf(stored) <= last);
    }

    private void PublishedField(List<Func<StoredEvent, bool>> into)
    {
        if (Published(_filters["published"]) is { } published) into.Add(stored => stored.Head.Flag("published") == published);
    }

    private void Switches()
    {
        if (View.ToIds is { } toIds) _conditions.Add(stored => HasToIds(stored, toIds));
        else if (_filters["to_ids"]?.GetValueKind() == JsonValueKind.False) _conditions.Add(stored => HasToIds(stored, false));
        if (View.Deleted == EventView.DeletedMode.Only)
            _conditions.Add(stored => stored.Attributes().Any(attribute => attribute.Flag("deleted")));
    }

    /// <summary>Both conditions need attributes: an event without any never matches.</summary>
    private void NeedsAttributes()
    {
        if (_filters["to_ids"] is JsonArray || _filters["deleted"] is not null)
        {
            _conditions.Add(stored => stored.Attributes().Any(View.IsThere));
        }
    }

    private bool HasToIds(StoredEvent stored, bool toIds) =>
        stored.Attributes().Any(attribute => View.IsThere(attribute) && attribute.Flag("to_ids") == toIds);

    /// <summary>Only 0 and 1 work as expected: <c>false</c> is ignored, and any other text is true.</summary>
    private static bool? Published(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.Number => value.ToJsonString() != "0",
        JsonValueKind.String => value.GetValue<string>() is not ("" or "0"),
        _ => null,
    };

    private void On(string name, Func<StoredEvent, string, bool> matches)
    {
        if (FilterSet.From(_filters[name]) is not { } set) return;

        var wanted = set.AnyOf.ToArray();
        if (wanted.Length > 0) _conditions.Add(stored => wanted.Any(text => matches(stored, text)));
        if (set.Not.Count > 0) _conditions.Add(stored => !set.Not.Exists(text => matches(stored, text)));
    }

    private void OnAttribute(string name, Func<JsonObject, string, bool> matches)
    {
        if (FilterSet.From(_filters[name]) is not { } set) return;

        var wanted = set.AnyOf.ToArray();
        _conditions.Add(stored => stored.Attributes().Any(attribute => View.IsThere(attribute)
            && (wanted.Length == 0 || wanted.Any(text => matches(attribute, text)))
            && !set.Not.Exists(text => matches(attribute, text))));
    }

    private void OnTime(string name, string field, List<Func<StoredEvent, bool>> into)
    {
        if (MispTime.Range(_filters[name], _now) is not { } range) return;

        into.Add(stored => stored.Head.Number(field) is var at && at >= range.From && at <= range.To);
    }

    private static IEnumerable<string> AllTags(StoredEvent stored) => stored.Head.Tags().Concat(stored.AttributeTags());

    private static bool IsTag(string tag, List<string> wanted) =>
        tag.IsLikeAny(wanted) || wanted.Contains(MispNumbers.Of("tag", tag).ToString());

    private static IEnumerable<string> ValueParts(JsonObject attribute)
    {
        var value = attribute.Text("value");
        return attribute.Text("type").Contains('|', StringComparison.Ordinal) ? value.Split('|').Append(value) : [value];
    }

    private static DateOnly DateOf(StoredEvent stored) =>
        DateOnly.TryParseExact(stored.Head.Text("date"), "yyyy-MM-dd", out var date) ? date : DateOnly.MinValue;

    private static (int? Limit, int Page, bool NoNumber) Paging(JsonObject filters)
    {
        if (filters["limit"] is null) return (null, 1, false);
        if (!int.TryParse(filters.Text("limit"), out var limit)) return (null, 1, true);

        return (limit <= 0 ? null : limit, Math.Max(1, (int)Math.Clamp(filters.Number("page"), 1, int.MaxValue)), false);
    }

    private static EventView ViewOf(JsonObject filters, MispUser user, IReadOnlyList<Warninglist> warninglists) => new()
    {
        Deleted = filters["deleted"] switch
        {
            JsonArray { Count: > 1 } => EventView.DeletedMode.Both,
            JsonArray { Count: 1 } one when one[0]?.ToJsonString() == "1" => EventView.DeletedMode.Only,
            _ when filters.Flag("deleted") || filters.Text("deleted") == "only" => EventView.DeletedMode.Only,
            _ => EventView.DeletedMode.Left,
        },
        ToIds = filters.Text("to_ids") switch
        {
            "1" or "true" => true,
            "0" or "exclude" => false,
            "" when filters["to_ids"] is not null => false,
            _ => null,
        },
        Metadata = filters.Flag("metadata"),
        ExcludeGalaxy = filters.Flag("excludeGalaxy"),
        Organisation = user.Organisation,
        ExcludeLocalTags = filters["excludeLocalTags"] is null
            ? user is { IsSync: true, IsSiteAdmin: false }
            : filters.Flag("excludeLocalTags"),
        IncludeAllTags = filters.Flag("includeAllTags"),
        IncludeEventTags = filters.Flag("includeEventTags"),
        Flatten = filters.Flag("flatten"),
        NoShadowAttributes = filters.Flag("noShadowAttributes"),
        NoEventReports = filters.Flag("noEventReports"),
        CutTags = FilterSet.From(filters["tags"])?.Not ?? [],
        Enforced = filters.Flag("enforceWarninglist") ? warninglists : [],
        Reported = filters.Flag("includeWarninglistHits") ? warninglists : [],
    };
}
