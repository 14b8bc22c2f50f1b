namespace MispGraphSync.Sources.Json;

/// <summary>Where in the MISP JSON the walker is. What is not named here is skipped whole.</summary>
internal enum Container : byte
{
    /// <summary>Before the first token, and after the last.</summary>
    Document,

    /// <summary>A list of events: the document itself, a search answer's <c>response</c>, or a list under <c>Event</c>.</summary>
    EventList,

    /// <summary>
    /// An object where an event may be: the event itself, or a wrapper with the event under <c>Event</c>, and perhaps
    /// with parts of it beside that name.
    /// </summary>
    Envelope,

    /// <summary>The object under <c>Event</c>.</summary>
    Event,

    AttributeList,
    Attribute,
    ObjectList,
    Object,
    TagList,
    Tag,

    /// <summary>A list of <c>EventTag</c> or <c>AttributeTag</c>, as old exports have it.</summary>
    TagLinkList,

    /// <summary>One of those, with the tag itself under <c>Tag</c>.</summary>
    TagLink,

    GalaxyList,
    Galaxy,
    ClusterList,
    Cluster,
    Organisation,

    /// <summary>The list or object of warninglist hits of an attribute.</summary>
    Warnings,
}
