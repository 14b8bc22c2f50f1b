using System.Collections.Frozen;
using System.Collections.Immutable;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Mapping;

/// <summary>
/// Which galaxies name threat actors and which malware families. Tools are neither: many of them are not malware.
/// </summary>
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

    /// <summary>
    /// The names in MISP's order, each once. The tag of a library cluster names it where the cluster was not sent along. A
    /// custom cluster's tag holds a UUID, which names nobody. Clusters whose tag is local lend no name.
    /// </summary>
    public static (ImmutableArray<string> Actors, ImmutableArray<string> Families) Read(
        IReadOnlyList<MispTag> tags, IReadOnlyList<GalaxyCluster> galaxies)
    {
        var tagged = tags.ToLookup(tag => tag.IsLocal, tag => Cluster(tag.Name));
        var hidden = tagged[true].Except(tagged[false]).ToHashSet();
        var clusters = galaxies.Where(cluster => !hidden.Contains(Fold(cluster.Galaxy, cluster.Value)))
            .Concat(tags.Where(tag => !tag.IsLocal).Select(tag => Split(tag.Name)).OfType<GalaxyCluster>()).ToList();
        return (Names(clusters, Actors), Names(clusters, Families));
    }

    private static ImmutableArray<string> Names(IEnumerable<GalaxyCluster> clusters, FrozenSet<string> galaxies) =>
    [
        .. clusters.Where(cluster => galaxies.Contains(cluster.Galaxy.Trim()))
            .Select(cluster => WithoutId(ValueText.Clean(cluster.Value)))
            .Where(name => name.Length > 0)
            .Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    private static GalaxyCluster? Split(string tag) =>
        tag.StartsWith(MispTag.GalaxyPrefix, StringComparison.OrdinalIgnoreCase) && !MispTag.IsOfCustomCluster(tag)
            && MachineTag.TryParse(tag, out var predicate, out var value)
            ? new GalaxyCluster(predicate[MispTag.GalaxyPrefix.Length..].Trim(), value)
            : null;

    private static (string, string)? Cluster(string tag) =>
        Split(tag) is { } cluster ? Fold(cluster.Galaxy, cluster.Value) : null;

    private static (string, string)? Fold(string galaxy, string value) =>
        (galaxy.Trim().ToLowerInvariant(), ValueText.Clean(value).ToLowerInvariant());

    /// <summary>"Lazarus Group - G0032" without the number that MITRE gives it.</summary>
    private static string WithoutId(string name)
    {
        var dash = name.LastIndexOf(" - ", StringComparison.Ordinal);
        if (dash <= 0) return name;
        var id = name.AsSpan(dash + 3).Trim();
        var isId = id.Length >= 4 && char.IsAsciiLetterUpper(id[0]) && !id[1..].ContainsAnyExceptInRange('0', '9');
        return isId ? name[..dash].TrimEnd() : name;
    }
}
