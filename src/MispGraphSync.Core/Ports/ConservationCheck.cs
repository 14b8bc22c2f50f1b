namespace MispGraphSync.Core.Ports;

/// <summary>
/// The conservation law: nothing that was read or planned is lost from the account. Held at the end of every run; if it
/// does not hold, that is a bug.
/// </summary>
public static class ConservationCheck
{
    /// <summary>A sentence for each count that does not add up.</summary>
    public static IReadOnlyList<string> Check(SourceReport read, IReadOnlyList<DestinationReport> destinations)
    {
        var faults = new List<string>();
        var attributes = read.Mapped + read.Context + read.Skipped.Values.Sum();
        if (attributes != read.Attributes)
        {
            faults.Add($"{read.Attributes} attributes were read, but {read.Mapped} mapped, {read.Context} context and {read.Skipped.Values.Sum()} skipped make {attributes}.");
        }

        faults.AddRange(
            from destination in destinations
            where destination.Tally.Total != destination.Planned.Total
            select $"{destination.Planned.Total} steps were planned for '{destination.Name}', but {destination.Tally.Total} are accounted for.");
        return faults;
    }
}
