using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// Answers "may this be deleted?" for one destination: from the read, the settings that chose the indicators, and the limit.
/// It withholds deletions only. Creations and updates are sent all the same; a replacement counts as an update.
/// </summary>
public sealed record DeletionPolicy(DeletionLimit MaxDelete, bool AcceptChanges)
{
    public DeletionVerdict Decide(DeletionFacts facts)
    {
        if (facts.IsEmptyRead && !AcceptChanges && facts.Held > 0) return DeletionVerdict.EmptyRead;
        if (!facts.MayDelete) return DeletionVerdict.NotRead;
        // A change of settings does not make an eviction look like a withdrawal.
        if (facts.HasNewSelection && facts.Deletions > facts.Evictions && !AcceptChanges) return DeletionVerdict.NewSelection;
        return IsTooMany(facts) ? DeletionVerdict.TooMany : DeletionVerdict.Allowed;
    }

    /// <summary>Whether the limit alone withholds them.</summary>
    public bool IsTooMany(DeletionFacts facts) =>
        !MaxDelete.Allows(facts.Deletions, facts.Held, isStrict: facts.IsEmptyRead || facts.HasUnclaimed);
}

/// <summary>What decides about the deletions of one destination.</summary>
public sealed record DeletionFacts
{
    /// <summary>
    /// The read shows what is gone: its list reached the end, and all of the source was asked for. Single events may be unread: what
    /// is known of them stays. True for a retry, which deletes what an earlier read showed to be gone.
    /// </summary>
    public required bool MayDelete { get; init; }

    public bool IsEmptyRead { get; init; }

    /// <summary>The settings or rights that choose the destination's indicators differ from the accepted ones.</summary>
    public bool HasNewSelection { get; init; }

    /// <summary>Indicators without a known source are held, found by a new ledger: their deletions may all have one cause.</summary>
    public bool HasUnclaimed { get; init; }

    /// <summary>Planned deletions, evictions included; after an empty read all that is held, since none was planned.</summary>
    public long Deletions { get; init; }

    /// <summary>Of these, those that make room for indicators of a higher rank.</summary>
    public long Evictions { get; init; }

    /// <summary>Held at the destination.</summary>
    public long Held { get; init; }
}
