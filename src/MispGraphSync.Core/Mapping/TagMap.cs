using System.Collections.Frozen;
using System.Collections.Immutable;
using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Mapping;

/// <summary>
/// The meaning of tags and galaxies. Tags of taxonomies are <c>namespace:predicate</c> or <c>namespace:predicate="value"</c>,
/// without regard to case. Local tags count only for the TLP and <see cref="TagMeaning.AllTags"/>: they are never sent.
/// </summary>
public static class TagMap
{
    internal static readonly FrozenDictionary<string, Tlp> TlpLevels = Table(
        ("white", Tlp.Clear), ("clear", Tlp.Clear), ("green", Tlp.Green), ("amber", Tlp.Amber), ("amber+strict", Tlp.AmberStrict),
        ("red", Tlp.Red));

    /// <summary>The best-ranked taxonomy first; its first tag counts.</summary>
    internal static readonly (string Taxonomy, FrozenDictionary<string, int> Values)[] Confidence =
    [
        ("misp:confidence-level", Table(
            ("completely-confident", 100), ("usually-confident", 75), ("fairly-confident", 50), ("rarely-confident", 25),
            ("unconfident", 0), ("confidence-cannot-be-evaluated", 50))),
        ("admiralty-scale:information-credibility", Table(("1", 100), ("2", 75), ("3", 50), ("4", 25), ("5", 0), ("6", 50))),
        ("estimative-language:confidence-in-analytic-judgment", Table(("high", 95), ("moderate", 55), ("low", 0))),
    ];

    internal static readonly FrozenDictionary<string, KillChainPhase> KillChain = Table(
        ("Reconnaissance", KillChainPhase.Reconnaissance), ("Weaponization", KillChainPhase.Weaponization),
        ("Delivery", KillChainPhase.Delivery), ("Exploitation", KillChainPhase.Exploitation),
        ("Installation", KillChainPhase.Installation), ("Command and Control", KillChainPhase.CommandAndControl),
        ("Actions on Objectives", KillChainPhase.ActionsOnObjectives));

    internal static readonly FrozenDictionary<string, DiamondModel> DiamondModels = Table(
        Enum.GetValues<DiamondModel>().Select(model => (model.ToString(), model)));

    internal static readonly FrozenDictionary<string, ThreatType> ThreatTypes = Table(
        Enum.GetValues<ThreatType>().Select(type => (type.ToString(), type)));

    public static TagMeaning Read(IReadOnlyList<MispTag> tags, IReadOnlyList<GalaxyCluster> galaxies)
    {
        if (tags.Count == 0 && galaxies.Count == 0) return TagMeaning.Empty;

        var cleaned = tags.Select(tag => tag with { Name = ValueText.Clean(tag.Name) }).Where(tag => tag.Name.Length > 0).ToList();
        var open = cleaned.Where(tag => !tag.IsLocal).Select(tag => tag.Name).Distinct(StringComparer.Ordinal).ToImmutableArray();
        var names = GalaxyMap.Read(cleaned, galaxies);
        return new TagMeaning
        {
            Tlp = cleaned.Select(tag => Find(tag.Name, "tlp", TlpLevels)).Max(),
            Pap = cleaned.Select(tag => Find(tag.Name, "pap", TlpLevels)).Max(),
            Confidence = Confidence.SelectMany(scale => open.Select(tag => Find(tag, scale))).FirstOrDefault(value => value is not null),
            KillChain = [.. open.Select(tag => Find(tag, "kill-chain", KillChain)).OfType<KillChainPhase>().Distinct().Order()],
            DiamondModel = First(open, "diamond-model", DiamondModels),
            ThreatType = First(open, "sentinel-threattype", ThreatTypes),
            Actors = names.Actors,
            Families = names.Families,
            Tags = open,
            AllTags = [.. cleaned.Select(tag => tag.Name).Distinct(StringComparer.Ordinal)],
        };
    }

    /// <summary>The two parts of <c>namespace:predicate="value"</c>; quotes may be missing. Null without a value.</summary>
    internal static (string Predicate, string Value)? Split(string tag)
    {
        if (tag.IndexOf('=') is not (> 0 and var equals)) return null;
        var value = tag[(equals + 1)..].Trim();
        return (tag[..equals].Trim(), value is ['"', .. var inside, '"'] ? inside.Trim() : value);
    }

    private static FrozenDictionary<string, T> Table<T>(params IEnumerable<(string Word, T Meaning)> rows) =>
        rows.ToFrozenDictionary(row => row.Word, row => row.Meaning, StringComparer.OrdinalIgnoreCase);

    // The meaning of taxonomy:predicate; null when the tag is of another taxonomy or not in its table.
    private static T? Find<T>(string tag, string taxonomy, FrozenDictionary<string, T> meanings)
        where T : struct
    {
        if (tag.Length <= taxonomy.Length || tag[taxonomy.Length] != ':') return null;
        if (!tag.StartsWith(taxonomy, StringComparison.OrdinalIgnoreCase)) return null;
        return meanings.TryGetValue(tag[(taxonomy.Length + 1)..].Trim().Trim('"'), out var meaning) ? meaning : null;
    }

    private static int? Find(string tag, (string Taxonomy, FrozenDictionary<string, int> Values) scale) =>
        Split(tag) is var (predicate, value) && scale.Taxonomy.Equals(predicate, StringComparison.OrdinalIgnoreCase)
            && scale.Values.TryGetValue(value, out var number) ? number : null;

    private static T? First<T>(ImmutableArray<string> tags, string taxonomy, FrozenDictionary<string, T> meanings)
        where T : struct => tags.Select(tag => Find(tag, taxonomy, meanings)).FirstOrDefault(meaning => meaning is not null);
}
