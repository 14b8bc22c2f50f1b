namespace MispGraphSync.Core.Sync;

/// <summary>
/// Looks at a destination's whole plan before anything is sent there, and refuses deletions that look like a mistake.
/// Updates that run as a deletion and a creation do not count; evictions count, but no change of settings makes them look
/// like withdrawals.
/// </summary>
public sealed record Guard(DeletionLimit MaxDelete, bool AcceptChanges)
{
    /// <summary>Null: the plan may be carried out. Else what would have happened and how to allow it once.</summary>
    /// <param name="evictions">Of the deletions, those that make room for what ranks higher.</param>
    public RunFailedException? Check(DestinationMemory destination, PlanCounts counts, long evictions = 0)
    {
        if (counts.Delete == 0) return null;
        var name = destination.Info.Name;
        var withdrawals = counts.Delete - evictions;
        if (withdrawals > 0 && destination.FingerprintChanged && !AcceptChanges)
        {
            return new RunFailedException(
                ExitCode.Refused,
                $"{withdrawals} of {destination.Held} indicators at '{name}' would be deleted, and the filters, the settings or the MISP key's rights have changed since the last run, so they may only look withdrawn.",
                "Look at the deletions with 'misp-graph plan'. If they are meant, run once with --accept-changes.");
        }

        if (MaxDelete.Allows(counts.Delete, destination.Held)) return null;
        var why = evictions > 0 ? $" ({evictions} of them to make room for others)" : "";
        return new RunFailedException(
            ExitCode.Refused,
            $"{counts.Delete} of {destination.Held} indicators at '{name}' would be deleted{why}, more than guard.maxDelete ({MaxDelete}) allows.",
            $"Look at the deletions with 'misp-graph plan'. If they are meant, run once with --max-delete {counts.Delete}.");
    }

    /// <summary>For a read that found no event at all while something is held.</summary>
    public RunFailedException? CheckEmptyRead(SourceMemory source, long held)
    {
        if (AcceptChanges || held == 0 || source.Events == 0) return null;
        return new RunFailedException(
            ExitCode.Refused,
            $"'{source.Name}' answered with no event at all, while {source.Events} events are known from it and {held} indicators are held.",
            "If everything really is gone, run once with --accept-changes; else look at the filters and at what the MISP key may see.");
    }
}
