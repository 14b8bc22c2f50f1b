namespace MispGraphSync.Core.Mapping;

/// <summary>The order in which tags are kept where there is no room for all: the lowest number first.</summary>
public static class TagPriority
{
    public const int Tlp = 0, Actor = 1, Technique = 2, Other = 3;

    public static int Of(string tag)
    {
        if (tag.StartsWith("tlp:", StringComparison.OrdinalIgnoreCase)) return Tlp;
        if (!tag.StartsWith(MispTag.GalaxyPrefix, StringComparison.OrdinalIgnoreCase)) return Other;
        var galaxy = tag[MispTag.GalaxyPrefix.Length..].Split('=')[0].Trim();
        if (GalaxyMap.Actors.Contains(galaxy)) return Actor;
        return galaxy.EndsWith("attack-pattern", StringComparison.OrdinalIgnoreCase)
            || galaxy.EndsWith("techniques", StringComparison.OrdinalIgnoreCase) ? Technique : Other;
    }
}
