using System.Collections.Frozen;
using System.Collections.Immutable;
using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Mapping;

/// <summary>The galaxies that name threat actors or malware families. Tools are neither: many of them are not malware.</summary>
internal static class GalaxyMap
{
    internal static readonly FrozenSet<string> Actors = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "threat-actor", "mitre-intrusion-set", "mitre-enterprise-attack-intrusion-set", "mitre-mobile-attack-intrusion-set",
        "mitre-pre-attack-intrusion-set", "mitre-ics-groups", "microsoft-activity-group", "360net-threat-actor");

    internal static readonly FrozenSet<string> Families = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "malpedia", "mitre-malware", "mitre-enterprise-attack-malware", "mitre-mobile-attack-malware", "mitre-ics-software",
        "ransomware", "banker", "botnet", "rat", "stealer", "android", "backdoor", "cryptominers", "wiper", "stalkerware");

    /// <summary>The names in MISP's order, each once. A cluster may be only a tag; one with a local tag gives no name.</summary>
    public static (ImmutableArray<string> Actors, ImmutableArray<string> Families) Read(
        IReadOnlyList<MispTag> tags, IReadOnlyList<GalaxyCluster> galaxies)
    {
        var named = tags.ToLookup(tag => tag.IsLocal, tag => ClusterOf(tag.Name));
        var open = named[false].OfType<GalaxyCluster>().ToList();
        var hidden = named[true].OfType<GalaxyCluster>().Select(Fold).Except(open.Select(Fold)).ToHashSet();
        List<GalaxyCluster> clusters = [.. galaxies.Where(cluster => !hidden.Contains(Fold(cluster))), .. open];
        return (Names(clusters, Actors), Names(clusters, Families));
    }

    private static ImmutableArray<string> Names(IEnumerable<GalaxyCluster> clusters, FrozenSet<string> galaxies) =>
    [
        .. clusters.Where(cluster => galaxies.Contains(cluster.Galaxy.Trim()))
            .Select(cluster => WithoutId(ValueText.Clean(cluster.Value)))
            .Where(name => name.Length > 0)
            .Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    private static GalaxyCluster? ClusterOf(string tag) =>
        tag.StartsWith(MispTag.GalaxyPrefix, StringComparison.OrdinalIgnoreCase) && !MispTag.IsOfCustomCluster(tag)
            && TagMap.Split(tag) is var (predicate, value)
            ? new GalaxyCluster(predicate[MispTag.GalaxyPrefix.Length..].Trim(), value)
            : null;

    private static GalaxyCluster Fold(GalaxyCluster cluster) =>
        new(cluster.Galaxy.Trim().ToLowerInvariant(), ValueText.Clean(cluster.Value).ToLowerInvariant());

    // "Lazarus Group - G0032" without the number that MITRE gives it.
    private static string WithoutId(string name)
    {
        var dash = name.LastIndexOf(" - ", StringComparison.Ordinal);
        if (dash <= 0) return name;
        var id = name.AsSpan(dash + 3).Trim();
        var isId = id.Length >= 4 && char.IsAsciiLetterUpper(id[0]) && !id[1..].ContainsAnyExceptInRange('0', '9');
        return isId ? name[..dash].TrimEnd() : name;
    }
}
