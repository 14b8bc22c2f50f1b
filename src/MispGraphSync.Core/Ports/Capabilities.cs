namespace MispGraphSync.Core.Ports;

/// <summary>What a destination's service can do, as it is set up.</summary>
public sealed record Capabilities
{
    /// <summary>Which form of a source this service watches.</summary>
    public required IndicatorShape Shape { get; init; }

    /// <summary>The most items of one request, as the service documents it.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Create and update are one and the same request, and sending it again changes nothing.</summary>
    public bool Upserts { get; init; }

    /// <summary>A revoked or deleted id is not reusable; a recreated indicator gets the next generation.</summary>
    public bool IdsNotReusable { get; init; }

    /// <summary>
    /// Others may hold a value that we want, and sending it would take it over: what is there must be listed before anything
    /// is created, and <see cref="RemoteIndicator.ConflictsWith"/> names what is not ours.
    /// </summary>
    public bool HasSharedNamespace { get; init; }

    /// <summary>For so long after it was sent, an indicator may not show in the list. A minute costs nothing.</summary>
    public TimeSpan VisibilityLag { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many indicators of ours it shall hold at most; null: as many as there are.</summary>
    public int? Capacity { get; init; }

    /// <summary>How many it can hold of all who write to it; null: no limit is known.</summary>
    public int? CapacityForAll { get; init; }

    /// <summary>
    /// A sentence: how the user takes over <see cref="RemoteIndicator.IsOfEarlierApp"/>. Null: the list shows none.
    /// </summary>
    public string? EarlierAppRemedy { get; init; }

    /// <summary>The setting with which indicators that raise no alert stay so; null: none.</summary>
    public string? SilenceSetting { get; init; }
}
