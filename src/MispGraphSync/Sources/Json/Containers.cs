namespace MispGraphSync.Sources.Json;

/// <summary>How places of MISP's JSON lie in each other.</summary>
internal static class Containers
{
    /// <summary>The place that begins with a bracket; null for one to skip.</summary>
    /// <param name="place">Where the bracket is.</param>
    /// <param name="field">The name before it.</param>
    /// <param name="isObject">It is a curly one. PHP writes some lists as objects, so a list's place takes both.</param>
    /// <param name="isOutermost">The place is the whole document.</param>
    /// <param name="skipItems">Attributes and objects are not wanted.</param>
    public static Container? Next(Container place, Field field, bool isObject, bool isOutermost, bool skipItems) => place switch
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
        _ => null,
    };

    /// <summary>MISP writes a list under this name.</summary>
    public static bool IsList(this Field field) => field is Field.Attribute or Field.Object or Field.Tag or Field.EventTag
        or Field.AttributeTag or Field.Galaxy or Field.GalaxyCluster;

    /// <summary>The list's name in MISP's JSON, quoted; null for any other place.</summary>
    public static string? ListName(this Container place) => place switch
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
