using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Mapping;

/// <summary>Galaxy clusters as context objects: threat actors, and techniques with a number of MITRE ATT&amp;CK.</summary>
public static partial class ContextMap
{
    private const int MostAliases = 30;

    private static readonly ImmutableArray<string> Techniques =
    [
        "mitre-attack-pattern", "mitre-enterprise-attack-attack-pattern", "mitre-mobile-attack-attack-pattern",
        "mitre-pre-attack-attack-pattern",
    ];

    /// <summary>Whether the tag is of a galaxy whose clusters become context objects.</summary>
    public static bool IsContext(string tag) => Read(tag) is not null;

    /// <summary>The tag without regard to case: the name of a cluster in the ledger.</summary>
    public static string Fold(string tag) => ValueText.Clean(tag).ToLowerInvariant();

    /// <summary>
    /// The object that a tag stands for. Null: its galaxy has none, MITRE gave the technique no number, the cluster is revoked, or the
    /// tag holds a UUID and the cluster is not known.
    /// </summary>
    /// <param name="cluster">Null where MISP does not have it, or does not show it to our user.</param>
    public static ContextObject? ObjectOf(string tag, ClusterDetail? cluster)
    {
        if (Read(tag) is not var (type, value) || cluster is { IsRevoked: true }) return null;
        if (cluster is null && MispTag.IsOfCustomCluster(tag)) return null;
        var name = ValueText.Clean(cluster?.Value ?? value);
        var number = NumberIn(cluster?.ExternalId) ?? Ending().Match(name) switch
        {
            { Success: true } match => match.Groups[1].Value.ToUpperInvariant(),
            _ => null,
        };
        if (Ending().Match(name) is { Success: true } ending) name = name[..ending.Index].TrimEnd();
        if (name.Length == 0) return null;
        if (type == ContextType.ThreatActor) return Actor(tag, cluster, name, number);
        return number is ['T', ..] ? Technique(tag, cluster, name, number) : null;
    }

    public static ContextObject? IdentityOf(Guid organisation, string name) => ValueText.Clean(name) is not { Length: > 0 } clean
        ? null
        : new ContextObject { Type = ContextType.Identity, Key = $"{organisation:D}", Name = clean };

    /// <summary>Of two clusters for one object, the one that describes it: MITRE's current list first, then the latest.</summary>
    public static int Compare(string tag, ClusterDetail? cluster, string other, ClusterDetail? otherCluster)
    {
        var order = Preference(tag, cluster).CompareTo(Preference(other, otherCluster));
        if (order == 0) order = (otherCluster?.ReadAt ?? default).CompareTo(cluster?.ReadAt ?? default);
        return order != 0 ? order : string.CompareOrdinal(tag, other);
    }

    private static int Preference(string tag, ClusterDetail? cluster) =>
        cluster is null ? Techniques.Length + 1 : cluster.IsCustom ? Techniques.Length : Math.Max(0, Techniques.IndexOf(GalaxyOf(tag)));

    private static ContextObject Actor(string tag, ClusterDetail? cluster, string name, string? number) => new()
    {
        Type = ContextType.ThreatActor,
        Key = cluster?.Uuid is { } uuid ? $"{uuid:D}" : KeyOf(tag),
        Name = name,
        Labels = [ValueText.Clean(tag)],
        Aliases = cluster is null ? [] :
        [
            .. cluster.Synonyms.Select(ValueText.Clean).Where(one => one.Length > 0 && one != name)
                .Distinct(StringComparer.Ordinal).Take(MostAliases),
        ],
        // The text of a custom cluster may be private.
        Description = cluster is { IsCustom: false, Description.Length: > 0 } ? cluster.Description : null,
        MitreId = number is ['G', ..] ? number : null,
    };

    private static ContextObject Technique(string tag, ClusterDetail? cluster, string name, string number) => new()
    {
        Type = ContextType.AttackPattern,
        Key = number,
        Name = name,
        Labels = [ValueText.Clean(tag)],
        KillChain = cluster is null ? [] : [.. cluster.KillChain.Select(PhaseOf).OfType<(string, string)>().Distinct()],
        MitreId = number,
    };

    /// <summary>The key of an actor whose cluster is not known.</summary>
    public static string KeyOf(string tag) => $"tag:{Fold(tag)}";

    // attack-Windows:initial-access: one for each platform, which is cut off.
    private static (string Chain, string Phase)? PhaseOf(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !Phase().IsMatch(text.AsSpan(colon + 1))) return null;
        var chain = text.StartsWith("attack-", StringComparison.Ordinal) || text.StartsWith("mitre-attack:", StringComparison.Ordinal)
            ? "mitre-attack"
            : text.StartsWith("mobile-attack-", StringComparison.Ordinal) ? "mitre-mobile-attack" : null;
        return chain is null ? null : (chain, text[(colon + 1)..]);
    }

    private static string? NumberIn(string? externalId) =>
        externalId is not null && Number().IsMatch(externalId.Trim()) ? externalId.Trim().ToUpperInvariant() : null;

    private static (ContextType Type, string Value)? Read(string tag)
    {
        if (!tag.TrimStart().StartsWith(MispTag.GalaxyPrefix, StringComparison.OrdinalIgnoreCase)) return null;
        if (TagMap.Split(ValueText.Clean(tag)) is not var (predicate, value) || value.Length == 0) return null;
        var galaxy = predicate[MispTag.GalaxyPrefix.Length..].Trim();
        if (GalaxyMap.Actors.Contains(galaxy)) return (ContextType.ThreatActor, value);
        return Techniques.Contains(galaxy, StringComparer.OrdinalIgnoreCase) ? (ContextType.AttackPattern, value) : null;
    }

    private static string GalaxyOf(string tag) =>
        TagMap.Split(Fold(tag)) is var (predicate, _) ? predicate[MispTag.GalaxyPrefix.Length..].Trim() : "";

    [GeneratedRegex(@"^([GT][0-9]{4})(\.[0-9]{3})?$", RegexOptions.IgnoreCase)]
    private static partial Regex Number();

    // "Phishing - T1566" ends with the number that MITRE gives it.
    [GeneratedRegex(@"\s+-\s+([GT][0-9]{4}(\.[0-9]{3})?)$", RegexOptions.IgnoreCase)]
    private static partial Regex Ending();

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex Phase();
}
