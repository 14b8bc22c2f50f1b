using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Mapping;

/// <summary>The order in which tags are kept where there is no room for all: the lowest number first.</summary>
public static class TagPriority
{
    public const int Tlp = 0;
    public const int Actor = 1;
    public const int Technique = 2;
    public const int Other = 3;

    private static readonly string[] Techniques = ["attack-pattern", "techniques"];

    public static int Of(string tag)
    {
        if (tag.StartsWith("tlp:", StringComparison.OrdinalIgnoreCase)) return Tlp;
        if (!tag.StartsWith(MispTag.GalaxyPrefix, StringComparison.OrdinalIgnoreCase)) return Other;
        var galaxy = tag[MispTag.GalaxyPrefix.Length..].Split('=')[0].Trim();
        if (GalaxyMap.Actors.Contains(galaxy)) return Actor;
        return Array.Exists(Techniques, end => galaxy.EndsWith(end, StringComparison.OrdinalIgnoreCase)) ? Technique : Other;
    }
}
