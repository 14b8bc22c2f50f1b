using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Mapping;

/// <summary>What tags and galaxies mean.</summary>
public static class TagMap
{
    public static TagReading Read(IReadOnlyList<MispTag> tags, IReadOnlyList<GalaxyCluster> galaxies) => TagReading.Empty;
}
