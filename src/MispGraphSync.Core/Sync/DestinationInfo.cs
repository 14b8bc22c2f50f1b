namespace MispGraphSync.Core.Sync;

/// <summary>
/// <see cref="Kind"/> is <c>graph</c>, <c>sentinel</c> or <c>defender</c>. The ledger knows a destination by
/// <see cref="Kind"/>, <see cref="Place"/> (the tenant, or the workspace) and <see cref="Scope"/> (targetProduct, sourceSystem or empty); the name is a label.
/// </summary>
public sealed record DestinationInfo(string Name, string Kind, string Place, string Scope);

public enum IndicatorForm
{
    /// <summary>Several observables in one indicator: Graph.</summary>
    Combination,

    /// <summary>One observable an indicator: Sentinel, Defender, and Graph with Microsoft Defender ATP.</summary>
    Single,
}
