namespace MispGraphSync.Core.Mapping;

/// <summary>What became of one attribute. Each attribute read has exactly one outcome: mapped, context or skipped.</summary>
public readonly record struct MappingOutcome
{
    /// <summary>It is a source of one indicator or more.</summary>
    public static MappingOutcome Mapped => default;

    /// <summary>It is combined into another attribute's indicator, or describes the whole event.</summary>
    public static MappingOutcome Context => new() { IsContext = true };

    public static MappingOutcome Skipped(SkipReason reason) => new() { SkipReason = reason };

    public bool IsContext { get; private init; }

    /// <summary>Null unless it was skipped.</summary>
    public SkipReason? SkipReason { get; private init; }

    public bool IsMapped => this == default;
}

/// <summary>One attribute with its outcome. <see cref="Id"/> is its UUID, or the derived one.</summary>
public readonly record struct MappedAttribute(Guid Id, MispAttribute Attribute, MappingOutcome Outcome);

/// <summary>The mapping of one item of an event: every attribute's outcome, and the sources they give.</summary>
public sealed record MappedItem(IReadOnlyList<MappedAttribute> Attributes, IReadOnlyList<IndicatorSource> Sources);

/// <summary>What the mapper needs besides the item. <see cref="Source"/> names the source in the ledger.</summary>
/// <param name="ForRules">
/// Sources say which object and role they come from, and what only a rule may send is a source too.
/// </param>
public sealed record MapContext(string Source, Guid Event, bool ToIdsOnly, bool EnforceWarninglist, bool ForRules = false);
