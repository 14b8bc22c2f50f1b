namespace MispGraphSync.Sources.Json;

/// <summary>The JSON objects and lists of MISP that are read. Any other is skipped as a whole.</summary>
internal enum Container : byte
{
    /// <summary>Before the first token, and after the last.</summary>
    Document,

    /// <summary>A list of events: the document itself, a search's <c>response</c>, or a list under <c>Event</c>.</summary>
    EventList,

    /// <summary>An event, or a wrapper with the event under <c>Event</c>, and perhaps with parts of it beside that name.</summary>
    Envelope,

    /// <summary>A list of <c>EventTag</c> or <c>AttributeTag</c>, as old exports have it.</summary>
    TagLinkList,

    /// <summary>One of those, with the tag itself under <c>Tag</c>.</summary>
    TagLink,

    /// <summary>The list or object of an attribute's warninglist hits.</summary>
    Warnings,

    Event, Organisation, AttributeList, Attribute, ObjectList, Object, TagList, Tag, GalaxyList, Galaxy, ClusterList, Cluster,

    /// <summary>The <c>meta</c> of a cluster, and one of its lists of texts.</summary>
    Meta, MetaList,

    /// <summary>A cluster's relations to others.</summary>
    RelationList, Relation,
}

/// <summary>How the containers are nested in each other.</summary>
internal static class Containers
{
    /// <summary>The container that begins with a bracket; null for one to skip.</summary>
    /// <param name="field">The name before the bracket.</param>
    /// <param name="isObject">A curly bracket. PHP writes some lists as objects, so an object may be a list.</param>
    /// <param name="isOutermost"><paramref name="within"/> is the whole document.</param>
    public static Container? Next(Container within, Field field, bool isObject, bool isOutermost, bool skipItems) => within switch
    {
        Container.Document => isObject ? Container.Envelope : Container.EventList,
        Container.EventList => isObject ? Container.Envelope : null,
        Container.Envelope when field is Field.Event => isObject ? Container.Event : Container.EventList,
        Container.Envelope when field is Field.Response && isOutermost => isObject ? Container.Envelope : Container.EventList,
        Container.Envelope or Container.Event => field switch
        {
            Field.Attribute when !skipItems => Container.AttributeList,
            Field.Object when !skipItems => Container.ObjectList,
            Field.Tag => Container.TagList,
            Field.EventTag => Container.TagLinkList,
            Field.Galaxy => Container.GalaxyList,
            Field.Orgc when isObject => Container.Organisation,
            _ => null,
        },
        Container.AttributeList => isObject ? Container.Attribute : null,
        Container.ObjectList => isObject ? Container.Object : null,
        Container.Object when field is Field.Attribute => Container.AttributeList,
        Container.Attribute => field switch
        {
            Field.Tag => Container.TagList,
            Field.AttributeTag => Container.TagLinkList,
            Field.Galaxy => Container.GalaxyList,
            Field.Warnings => Container.Warnings,
            _ => null,
        },
        Container.TagList => isObject ? Container.Tag : null,
        Container.TagLinkList => isObject ? Container.TagLink : null,
        Container.TagLink when field is Field.Tag && isObject => Container.Tag,
        Container.GalaxyList => isObject ? Container.Galaxy : null,
        Container.Galaxy when field is Field.GalaxyCluster => Container.ClusterList,
        Container.ClusterList => isObject ? Container.Cluster : null,
        Container.Cluster => field switch
        {
            Field.Meta when isObject => Container.Meta,
            Field.GalaxyClusterRelation => Container.RelationList,
            _ => null,
        },
        Container.Meta when field is Field.Synonyms or Field.KillChain or Field.ExternalId or Field.Revoked => Container.MetaList,
        Container.RelationList => isObject ? Container.Relation : null,
        _ => null,
    };

    /// <summary>MISP writes a list under this name.</summary>
    public static bool IsList(this Field field) => field is Field.Attribute or Field.Object or Field.Tag or Field.EventTag
        or Field.AttributeTag or Field.Galaxy or Field.GalaxyCluster;

    /// <summary>The list's name in the JSON, quoted; null for anything else.</summary>
    public static string? ListName(this Container container) => container switch
    {
        Container.AttributeList => "\"Attribute\"",
        Container.ObjectList => "\"Object\"",
        Container.TagList => "\"Tag\"",
        Container.TagLinkList => "\"EventTag\" or \"AttributeTag\"",
        Container.GalaxyList => "\"Galaxy\"",
        Container.ClusterList => "\"GalaxyCluster\"",
        _ => null,
    };
}
