using System.Collections.Immutable;

namespace MispGraphSync.Core.Domain;

/// <summary>The kinds of context objects, in the order in which they are created; they are revoked in the reverse order.</summary>
public enum ContextType
{
    Identity,
    ThreatActor,
    AttackPattern,
    Relationship,
}

/// <summary>
/// What is known about indicators besides their values: who reported them, whose they are, how they are used. It watches for nothing
/// and never expires.
/// </summary>
public sealed record ContextObject
{
    public required ContextType Type { get; init; }

    /// <summary>
    /// What it is, whoever names it: an organisation's or a cluster's UUID, a technique's number; of a relationship its type and the ids
    /// of both ends.
    /// </summary>
    public required string Key { get; init; }

    public required string Name { get; init; }

    /// <summary>The strictest of the attributes that support it.</summary>
    public Tlp Tlp { get; init; }

    public ImmutableArray<string> Labels { get; init; } = [];

    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>Pairs of a kill chain and its phase.</summary>
    public ImmutableArray<(string Chain, string Phase)> KillChain { get; init; } = [];

    public string? Description { get; init; }

    /// <summary>MITRE's number; null where it has none.</summary>
    public string? MitreId { get; init; }

    /// <summary>The id of the identity that created it; null where there is not exactly one.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Of a relationship; else null.</summary>
    public ContextEnds? Ends { get; init; }

    /// <summary>The text that names it in its stable id.</summary>
    public string Canonical => CanonicalOf(Type, Key);

    /// <summary>The ledger's key.</summary>
    public Hash128 Observables => Hash128.Of(Canonical);

    public IndicatorLabel Label => new(Word(Type), Name);

    public static string CanonicalOf(ContextType type, string key) => $"{Word(type)}\n{key}";

    /// <summary>The word of STIX.</summary>
    public static string Word(ContextType type) => type switch
    {
        ContextType.Identity => "identity",
        ContextType.ThreatActor => "threat-actor",
        ContextType.AttackPattern => "attack-pattern",
        _ => "relationship",
    };

    public static ContextType? TypeOf(string? word)
    {
        foreach (var type in Enum.GetValues<ContextType>())
        {
            if (Word(type) == word) return type;
        }

        return null;
    }

    public static ContextObject Relation(string type, (string Id, string Name) source, (string Id, string Name) target, Tlp tlp) => new()
    {
        Type = ContextType.Relationship,
        Key = $"{type}\n{source.Id}\n{target.Id}",
        Name = $"{source.Name} {type} {target.Name}",
        Tlp = tlp,
        Ends = new ContextEnds(type, source.Id, target.Id),
    };
}

/// <param name="Type">STIX's word, such as <c>uses</c>.</param>
/// <param name="Source">The id of an object at the destination.</param>
public sealed record ContextEnds(string Type, string Source, string Target)
{
    /// <summary>The key of the indicator that is its source; null where that is a context object.</summary>
    public Guid? Indicator { get; init; }
}
