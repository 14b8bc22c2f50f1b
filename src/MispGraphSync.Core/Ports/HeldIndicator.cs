namespace MispGraphSync.Core.Ports;

/// <summary>What the ledger knows of an indicator that a destination holds.</summary>
public sealed record HeldIndicator
{
    /// <summary>The ledger's key of the observables, the same for all destinations of one form.</summary>
    public required Hash128 Observables { get; init; }

    public required Guid Key { get; init; }

    public int Generation { get; init; }

    public string? Id { get; init; }

    /// <summary>Its type and value, for people: nothing else shows them when MISP has withdrawn it. Null where not known.</summary>
    public IndicatorLabel? Label { get; init; }

    public required ItemHashes Hashes { get; init; }

    public Rank Rank { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was created there, by the list in which it was found; null for what a run of this ledger sent.</summary>
    public DateTimeOffset? ListedSince { get; init; }

    public required DateTimeOffset Modified { get; init; }

    public required DateTimeOffset Expires { get; init; }

    /// <summary>From when on it is renewed while it is wanted.</summary>
    public required DateTimeOffset RenewAt { get; init; }

    /// <summary>
    /// Ours by its own content, found in a list, without a known source: it is held under its own key until a source claims it.
    /// </summary>
    public bool IsUnclaimed => Observables == Hash128.Of(Key);

    /// <summary>
    /// What a deletion needs of the item as last sent (Sentinel); of a context object, and of one to be restored, all of it. Else empty.
    /// </summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>One that a list shows and that is about to be deleted: when it was sent is not known, nor what.</summary>
    public static HeldIndicator Listed(Hash128 observables, Guid key, string? id, IndicatorLabel? label, DateTimeOffset expires) => new()
    {
        Observables = observables,
        Key = key,
        Id = id,
        Label = label,
        Hashes = default,
        Created = DateTimeOffset.UnixEpoch,
        Modified = DateTimeOffset.UnixEpoch,
        Expires = expires,
        RenewAt = expires,
    };
}

/// <summary>What identifies and dates one item on the wire.</summary>
/// <param name="Key">The stable key (<see cref="StableId.ForIndicator"/>).</param>
/// <param name="Id">The service's own id; null before the first create and where it has none.</param>
/// <param name="Created">Fixed at the first send.</param>
/// <param name="Modified">Later than every earlier one of this key.</param>
/// <param name="Expires">When the service shall forget it, UTC, whole seconds.</param>
public sealed record ItemIdentity(Guid Key, string? Id, DateTimeOffset Created, DateTimeOffset Modified, DateTimeOffset Expires);

/// <summary>
/// <see cref="Content"/> covers everything sent but dates that move by themselves (expiry, modified, last reported): when it
/// differs, the indicator has changed. <see cref="Immutable"/> covers what the service cannot change in place: when it differs,
/// an update is a deletion and a creation.
/// </summary>
public readonly record struct ItemHashes(Hash128 Content, Hash128 Immutable)
{
    /// <summary>False: what is at the destination may differ from what was sent last.</summary>
    public bool IsContentKnown => Content != default && Content != Hash128.Unknown;
}
