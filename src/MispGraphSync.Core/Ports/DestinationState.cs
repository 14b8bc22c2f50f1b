namespace MispGraphSync.Core.Ports;

/// <summary>A destination as the ledger knows it.</summary>
/// <param name="IsNew">No run completed there with this ledger: indicators found there may be ours.</param>
/// <param name="PlansEverything">All keys are planned, not only the changed ones.</param>
/// <param name="Held">The number of held indicators.</param>
/// <param name="KeyNamespace">Mixed into every key since a fresh start at a destination that could not be listed; null: none.</param>
public sealed record DestinationState(
    long Id, DestinationInfo Info, IndicatorShape Shape, bool IsNew, bool PlansEverything, long Held, string? KeyNamespace = null)
{
    /// <summary>The ledger may be an old copy: held indicators have to be compared with a list.</summary>
    public bool IsOutdated { get; init; }
}
