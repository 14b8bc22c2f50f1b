using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Mapping;

/// <summary>What became of one attribute. Each attribute read has exactly one of these.</summary>
public abstract record MappingOutcome
{
    private MappingOutcome() { }

    /// <summary>It supports one indicator or more.</summary>
    public sealed record Mapped : MappingOutcome
    {
        public static Mapped Instance { get; } = new();
    }

    /// <summary>It is joined to another attribute's indicator, or says something about the whole event.</summary>
    public sealed record Context : MappingOutcome
    {
        public static Context Instance { get; } = new();
    }

    public sealed record Skipped(SkipReason Reason) : MappingOutcome;
}

/// <summary>One attribute with its fate. <see cref="Id"/> is its UUID, or the derived one.</summary>
public readonly record struct MappedAttribute(Guid Id, MispAttribute Attribute, MappingOutcome Outcome);

/// <summary>The mapping of one item of an event: every attribute's fate, and the supports that they give.</summary>
public sealed record MappedItem(IReadOnlyList<MappedAttribute> Attributes, IReadOnlyList<IndicatorSource> Sources);

/// <summary>What the mapper must know besides the item. <see cref="Source"/> names the source in the ledger.</summary>
public sealed record MapContext(string Source, Guid Event, bool ToIdsOnly, bool EnforceWarninglist);
