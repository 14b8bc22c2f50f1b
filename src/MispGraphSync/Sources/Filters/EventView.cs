using System.Net;

namespace MispGraphSync.Sources.Filters;

/// <summary>An event as a filter sees it. Deleted attributes count only where a filter selects them, as on the server.</summary>
internal sealed record EventView(MispEvent Event, IEnumerable<EventItem> Items, DateTimeOffset Now)
{
    public IEnumerable<MispAttribute> Attributes => AllAttributes.Where(a => !a.IsDeleted).Select(a => a.Attribute);
    public bool HasDeletedAttribute => AllAttributes.Any(a => a.IsDeleted);
    public IEnumerable<string> EventTags => Event.Tags.Select(tag => tag.Name);
    public IEnumerable<string> Tags => EventTags.Concat(Attributes.SelectMany(a => a.Tags).Select(tag => tag.Name));

    public IEnumerable<string> Uuids =>
        Attributes.Where(a => a.Uuid is not null).Select(a => a.Uuid!.Value.ToString()).Prepend(Event.Uuid.ToString());

    public IEnumerable<string> EventIds => Texts(Event.Uuid.ToString(), Event.Id?.ToString());

    public IEnumerable<string> Organisations =>
        Texts(Event.Organisation, Event.OrganisationUuid?.ToString(), Event.OrganisationId?.ToString());

    /// <summary>On the server, "email" also matches the two narrower types.</summary>
    public IEnumerable<string> Types =>
        Attributes.SelectMany(a => a.Type is "email" ? Texts("email", "email-src", "email-dst") : [a.Type]);

    public IEnumerable<string> Categories => Attributes.SelectMany(a => Texts(a.Category));
    public IEnumerable<string> Relations => Attributes.SelectMany(a => Texts(a.ObjectRelation));
    public IEnumerable<string> Values => Attributes.SelectMany(ValuesOf);

    /// <summary>The fields of a full-text search, as MISP's database compares them.</summary>
    public IEnumerable<string> SearchedWithCase => Tags.Prepend(Event.Info);

    public IEnumerable<string> SearchedWithoutCase => Attributes.SelectMany(a => ValuesOf(a).Concat(Texts(a.Comment)));

    /// <summary>One form for each IPv6 address; any other text is unchanged.</summary>
    public static string Normalise(string value) =>
        value.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(value, out var address) ? address.ToString() : value;

    private IEnumerable<(MispAttribute Attribute, bool IsDeleted)> AllAttributes => Items.SelectMany(item => item switch
    {
        EventItem.Attribute { Value: var attribute } => [(attribute, attribute.Deleted)],
        EventItem.Object { Value: var value } => value.Attributes.Select(a => (a, value.Deleted || a.Deleted)),
        _ => Enumerable.Empty<(MispAttribute, bool)>(),
    });

    /// <summary>The whole value, and each half of a composite one.</summary>
    private static IEnumerable<string> ValuesOf(MispAttribute attribute)
    {
        var value = attribute.Value;
        yield return Normalise(value);
        if (!attribute.Type.Contains('|', StringComparison.Ordinal) && attribute.Type is not "malware-sample") yield break;
        for (var bar = value.IndexOf('|', StringComparison.Ordinal); bar >= 0; bar = value.IndexOf('|', bar + 1))
        {
            yield return Normalise(value[..bar]);
            yield return Normalise(value[(bar + 1)..]);
        }
    }

    private static IEnumerable<string> Texts(params string?[] texts) => texts.OfType<string>();
}
