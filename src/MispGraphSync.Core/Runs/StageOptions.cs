using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Runs;

/// <summary>What a run reads of each source.</summary>
public sealed record StageOptions
{
    public IReadOnlyList<(DestinationInfo Destination, Eligibility Takes)> Destinations { get; init; } = [];

    /// <summary>Galaxy clusters are needed, for context objects.</summary>
    public bool ReadsClusters { get; init; }

    /// <summary>Read everything in full, whatever is known.</summary>
    public bool Full { get; init; }

    /// <summary>Text that changes when more has to be known of each event than before. It selects nothing.</summary>
    public string Details { get; init; } = "";

    /// <inheritdoc cref="MapContext.ForRules"/>
    public bool ForRules { get; init; }

    /// <summary>
    /// Of destinations that the run does not send to: what only a rule of theirs sends is read all the same, since the next run does not
    /// read it again.
    /// </summary>
    public IReadOnlyList<DestinationPolicy> OtherPolicies { get; init; } = [];

    /// <summary>Fills <see cref="MispEvent.Matches"/>, from the event and its items.</summary>
    public Func<MispEvent, IEnumerable<EventItem>, IReadOnlyList<ulong>> FindMatches { get; init; } = static (_, _) => [];

    /// <summary>Only these events; empty = all.</summary>
    public IReadOnlySet<Guid> OnlyEvents { get; init; } = new HashSet<Guid>();

    /// <summary>A run over some events only: it withdraws nothing and remembers no complete read.</summary>
    public bool IsPartOfSource => OnlyEvents.Count > 0;

    /// <summary>The run reads no other source.</summary>
    public bool IsOnlySource { get; init; } = true;

    /// <summary>False: when the source has no event at all, what is known of it stays as it is.</summary>
    public bool AcceptsEmptyRead { get; init; }
}

/// <summary>What the destinations hold before the sources are read.</summary>
/// <param name="Any">Anything of ours.</param>
/// <param name="Events">Events that listed indicators name, whether the ledger knows them or not.</param>
public sealed record HeldBefore(bool Any, IReadOnlyCollection<Guid> Events)
{
    /// <summary>False: every destination has failed already, so that nothing is read.</summary>
    public bool MayContinue { get; init; } = true;
}

/// <summary>A source, and how its attributes are chosen.</summary>
public sealed record SourceToRead(ISource Source)
{
    public bool ToIdsOnly { get; init; } = true;

    public bool EnforceWarninglist { get; init; } = true;

    public TimeSpan FullReadEvery { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Text that changes when the settings would give other sources: filters, switches, mapping version.</summary>
    public required string Fingerprint { get; init; }

    public ReportOptions Reports { get; init; } = new();
}
