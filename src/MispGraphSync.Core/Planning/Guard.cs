using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// Looks at a destination's whole plan before anything is sent there, and withholds deletions that look like a mistake.
/// Creations and updates are sent all the same. Updates that run as a deletion and a creation do not count; evictions count, but
/// no change of settings makes them look like withdrawals.
/// </summary>
public sealed record Guard(DeletionLimit MaxDelete, bool AcceptChanges)
{
    /// <summary>Null: the deletions may be sent. Else why they are withheld and how to allow them once. Never thrown.</summary>
    /// <param name="evictions">Of the deletions, those that make room for what ranks higher.</param>
    /// <param name="hasNewSelection">Settings or rights that choose the destination's indicators differ from the accepted ones.</param>
    /// <param name="isEmptyRead">The source had no event at all.</param>
    public RunFailedException? Check(DestinationState destination, PlanCounts counts, long evictions, bool hasNewSelection, bool isEmptyRead)
    {
        if (counts.Delete == 0) return null;
        var name = destination.Info.Name;
        var isTooMany = !MaxDelete.Allows(counts.Delete, destination.Held, isStrict: isEmptyRead);
        var many = isTooMany ? $"--max-delete {counts.Delete}" : null;
        if (counts.Delete > evictions && hasNewSelection && !AcceptChanges)
        {
            return Withheld(
                $"{counts.Delete - evictions} of {destination.Held} indicators at '{name}' would be deleted. They may only look withdrawn: the filters, the settings or the rights of the MISP key have changed.",
                "--accept-changes", many);
        }

        var why = evictions > 0 ? $" ({evictions} of them to make room for others)" : "";
        return many is null ? null : Withheld(
            $"{counts.Delete} of {destination.Held} indicators at '{name}' would be deleted{why}, more than guard.maxDelete ({MaxDelete}) allows.", many);
    }

    /// <summary>For a read that found no event at all while something is held there; its deletions are not even planned.</summary>
    public RunFailedException? CheckEmptyRead(DestinationState destination, SourceReport read)
    {
        if (destination.Held == 0) return null;
        var isTooMany = !MaxDelete.Allows(destination.Held, destination.Held, isStrict: true);
        return Withheld(
            $"'{read.Name}' answered with no event at all, but {read.EventsKnown} events are known from it. The {destination.Held} indicators at '{destination.Info.Name}' were kept.",
            "--accept-changes", isTooMany ? "--max-delete 100%" : null,
            "Check the filters and the rights of the MISP key.");
    }

    private static RunFailedException Withheld(string message, string option, string? second = null, string? first = null) => new(
        RunOutcome.DeletionsWithheld,
        $"{message} The deletions were withheld.",
        $"{first ?? "Look at the deletions with 'misp-graph plan'."} If they are intended, run once with {option}{(second is null ? "" : $" {second}")}.");
}
