namespace MispGraphSync.Core.Ports;

/// <summary>A destination as the ledger knows it.</summary>
/// <param name="IsNew">Not compared with a list since the ledger is new: indicators that it does not know may be ours.</param>
/// <param name="PlansEverything">All keys are planned, not only the changed ones.</param>
/// <param name="Held">The number of held indicators.</param>
public sealed record DestinationState(
    long Id, DestinationInfo Info, IndicatorShape Shape, bool IsNew, bool PlansEverything, long Held)
{
    /// <summary>The ledger may be an old copy: held indicators have to be compared with a list.</summary>
    public bool IsOutdated { get; init; }
}
