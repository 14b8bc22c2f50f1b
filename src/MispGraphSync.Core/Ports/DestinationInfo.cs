namespace MispGraphSync.Core.Ports;

/// <summary>
/// <see cref="Kind"/> is <c>graph</c>, <c>sentinel</c> or <c>defender</c>. The ledger knows a destination by
/// <see cref="Kind"/>, <see cref="Place"/> (the tenant, or the workspace) and <see cref="Scope"/> (a part of the place, or empty);
/// the name is a label.
/// </summary>
public sealed record DestinationInfo(string Name, string Kind, string Place, string Scope)
{
    /// <summary>For people: the name, and the kind where it says more.</summary>
    public string Label => LabelOf(Name, Kind);

    public static string LabelOf(string name, string kind) => name == kind ? name : $"{name} ({kind})";
}

public enum IndicatorShape
{
    /// <summary>Several observables in one indicator: Graph.</summary>
    Combined,

    /// <summary>One observable an indicator: Sentinel, Defender, and Graph with Microsoft Defender ATP.</summary>
    Single,

    /// <summary>No indicators: the context objects of a destination.</summary>
    Context,
}
