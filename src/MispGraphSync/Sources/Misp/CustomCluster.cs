using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// The tag of a galaxy cluster that an organisation made itself holds a UUID. The name is only in the galaxies, which are
/// not fetched otherwise: they can be 40 times the rest of an event.
/// </summary>
internal static class CustomCluster
{
    public static bool IsIn(ReadEvent read) => read.Event.Tags.Any(IsTag) || read.Items.Any(item => item switch
    {
        EventItem.Attribute attribute => attribute.Value.Tags.Any(IsTag),
        EventItem.Object one => one.Value.Attributes.Any(attribute => attribute.Tags.Any(IsTag)),
        _ => false,
    });

    /// <summary>The name of a local tag's cluster is never sent, so it is not needed.</summary>
    private static bool IsTag(MispTag tag) => !tag.IsLocal && MispTag.IsOfCustomCluster(tag.Name);
}
