namespace MispGraphSync.Core.Ports;

/// <summary>One indicator as the service returned it.</summary>
/// <param name="Id">The service's id.</param>
/// <param name="Key">Our key, where the service returns it; null for what others put there.</param>
/// <param name="Raw">The JSON object as returned, UTF-8.</param>
/// <param name="Type">The service's word for the kind of observable.</param>
/// <param name="Revoked">True for what is only still listed (Sentinel).</param>
/// <param name="ConflictsWith">Of what others put there: our key that cannot be used meanwhile; null where values are not shared.</param>
/// <param name="ImmutableHash"><see cref="ItemHashes.Immutable"/>, where the list shows it; else unset.</param>
public sealed record RemoteIndicator(
    string? Id,
    Guid? Key,
    ReadOnlyMemory<byte> Raw,
    string Type,
    string Value,
    string? Tlp,
    string? Action,
    DateTimeOffset? Expires,
    bool Revoked = false,
    Guid? ConflictsWith = null,
    Hash128 ImmutableHash = default)
{
    /// <summary>
    /// The canonical text of its own content (<see cref="IDestination.Canonical"/>); null where the list does not show enough of it.
    /// </summary>
    public string? Canonical { get; init; }

    /// <summary>Type and value in MISP's words; the service's own where there are none.</summary>
    public IndicatorLabel Label
    {
        get => field.Type is null ? new IndicatorLabel(Type, Value) : field;
        init;
    }

    /// <summary>The generation of its key, where its own content proves that it is ours; else null.</summary>
    public int? Generation { get; init; }

    /// <summary>
    /// Ours in all but the application that created it: <see cref="ConflictsWith"/> has the key that it gets when it is taken over.
    /// </summary>
    public bool IsOfEarlierApp { get; init; }

    /// <summary>When it was last changed by its sender's clock, where the list shows it: a change that is not later is ignored.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>The MISP events that it names; empty where the list shows none.</summary>
    public IReadOnlyList<Guid> Events { get; init; } = [];

    /// <summary>When it was created there; null where the list does not show it.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Its expiry. Without one it never ends there: later than any lifetime that is sent.</summary>
    public DateTimeOffset EndsAt(DateTimeOffset now) => Expires ?? now.AddYears(100);

    /// <summary>Neither revoked nor expired.</summary>
    public bool IsLive(DateTimeOffset now) => !Revoked && !(Expires <= now);
}
