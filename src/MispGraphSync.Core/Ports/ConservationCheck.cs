namespace MispGraphSync.Core.Ports;

/// <summary>
/// The conservation law: nothing that was read or planned is lost from the account. Checked before anything is sent and at the end of
/// every run; if it does not hold, that is a bug.
/// </summary>
public static class ConservationCheck
{
    /// <summary>A sentence for each count that does not add up.</summary>
    public static IReadOnlyList<string> Check(SourceReport read, IReadOnlyList<DestinationReport> destinations)
    {
        var faults = new List<string>();
        var skipped = read.Skipped.Values.Sum();
        var attributes = read.Mapped + read.Context + skipped;
        // A failure of the ledger or a stop may come between an attribute's read and its result.
        if (read.Outcome is RunOutcome.Done or RunOutcome.Bug && attributes != read.Attributes)
        {
            faults.Add(
                $"{read.Attributes} attributes were read, but {read.Mapped} mapped, {read.Context} context "
                + $"and {skipped} skipped make {attributes}.");
        }

        foreach (var destination in destinations)
        {
            var (planned, done) = (destination.Planned.Total, destination.Tally.Total);
            if (done != planned) faults.Add($"{planned} steps were planned for '{destination.Name}', but {done} are accounted for.");
        }

        return faults;
    }
}
