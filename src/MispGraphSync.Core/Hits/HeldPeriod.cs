namespace MispGraphSync.Core.Hits;

/// <summary>An indicator of ours, and when a destination held it.</summary>
/// <param name="Observables">The ledger's key.</param>
/// <param name="Label">Its type and value; null where an earlier version did not keep them.</param>
/// <param name="Since">From when on.</param>
/// <param name="Until">Its expiry, or its deletion.</param>
public sealed record HeldPeriod(Hash128 Observables, IndicatorLabel? Label, DateTimeOffset Since, DateTimeOffset Until)
{
    /// <summary>
    /// Whether an alert counts as a hit of it; null when it does. An alert that names its key is ours whenever it was.
    /// </summary>
    public NotCounted? ReasonAgainst(DateTimeOffset first, HitMatch match) =>
        match == HitMatch.Id ? null
        : first < Since ? NotCounted.BeforeSent
        : first >= Until ? NotCounted.AfterEnd
        : null;
}
