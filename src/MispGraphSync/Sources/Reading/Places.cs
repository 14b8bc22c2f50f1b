namespace MispGraphSync.Sources.Reading;

/// <summary>How places of MISP's JSON lie in each other.</summary>
internal static class Places
{
    /// <summary>The place that begins with a bracket; null for one to skip.</summary>
    /// <param name="place">Where the bracket is.</param>
    /// <param name="field">The name before it.</param>
    /// <param name="isObject">It is a curly one. PHP writes some lists as objects, so a list's place takes both.</param>
    /// <param name="isOutermost">The place is the whole document.</param>
    /// <param name="skipItems">Attributes and objects are not wanted.</param>
    public static Place? Next(Place place, Field field, bool isObject, bool isOutermost, bool skipItems) => place switch
    {
        Place.Document => isObject ? Place.Envelope : Place.EventList,
        Place.EventList => isObject ? Place.Envelope : null,
        Place.Envelope when field is Field.Event => isObject ? Place.Event : Place.EventList,
        Place.Envelope when field is Field.Response && isOutermost => isObject ? Place.Envelope : Place.EventList,
        Place.Envelope or Place.Event => field switch
        {
            Field.Attribute when !skipItems => Place.AttributeList,
            Field.Object when !skipItems => Place.ObjectList,
            Field.Tag => Place.TagList,
            Field.EventTag => Place.TagLinkList,
            Field.Galaxy => Place.GalaxyList,
            Field.Orgc when isObject => Place.Organisation,
            _ => null,
        },
        Place.AttributeList => isObject ? Place.Attribute : null,
        Place.ObjectList => isObject ? Place.Object : null,
        Place.Object when field is Field.Attribute => Place.AttributeList,
        Place.Attribute => field switch
        {
            Field.Tag => Place.TagList,
            Field.AttributeTag => Place.TagLinkList,
            Field.Galaxy => Place.GalaxyList,
            Field.Warnings => Place.Warnings,
            _ => null,
        },
        Place.TagList => isObject ? Place.Tag : null,
        Place.TagLinkList => isObject ? Place.TagLink : null,
        Place.TagLink when field is Field.Tag && isObject => Place.Tag,
        Place.GalaxyList => isObject ? Place.Galaxy : null,
        Place.Galaxy when field is Field.GalaxyCluster => Place.ClusterList,
        Place.ClusterList => isObject ? Place.Cluster : null,
        _ => null,
    };

    /// <summary>MISP writes a list under this name.</summary>
    public static bool IsList(this Field field) => field is Field.Attribute or Field.Object or Field.Tag or Field.EventTag
        or Field.AttributeTag or Field.Galaxy or Field.GalaxyCluster;

    /// <summary>The list's name in MISP's JSON, quoted; null for any other place.</summary>
    public static string? ListName(this Place place) => place switch
    {
        Place.AttributeList => "\"Attribute\"",
        Place.ObjectList => "\"Object\"",
        Place.TagList => "\"Tag\"",
        Place.TagLinkList => "\"EventTag\" or \"AttributeTag\"",
        Place.GalaxyList => "\"Galaxy\"",
        Place.ClusterList => "\"GalaxyCluster\"",
        _ => null,
    };
}
