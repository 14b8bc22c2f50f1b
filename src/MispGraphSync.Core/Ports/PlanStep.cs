using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Ports;

/// <summary>What a step does to one indicator.</summary>
public enum StepAction
{
    Create,
    Update,
    Renew,
    Delete,
}

/// <summary>
/// What one request does. An update that the service cannot make in place runs as Delete, then Create.
/// </summary>
public enum Operation
{
    Create,
    Update,
    Delete,
}

/// <summary>One step of a plan, ready to be sent.</summary>
public sealed record PlanStep
{
    public required StepAction Action { get; init; }

    /// <summary>Why, as a slug: <c>new</c>, <c>changed</c>, <c>expiring</c>, <c>withdrawn</c>, <c>evicted</c>, …</summary>
    public required string Reason { get; init; }

    public required Hash128 Observables { get; init; }

    public required Guid Key { get; init; }

    public int Generation { get; init; }

    public string? Id { get; init; }

    /// <summary>An update that needs a deletion first.</summary>
    public bool Replaces { get; init; }

    /// <summary>The JSON item for the wire.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    public ItemHashes Hashes { get; init; }

    public Rank Rank { get; init; }

    public DateTimeOffset Created { get; init; }

    public DateTimeOffset Modified { get; init; }

    public DateTimeOffset Expires { get; init; }

    public DateTimeOffset RenewAt { get; init; }

    /// <summary>Its key may not live again once it was removed, and removing it needs <see cref="Body"/> again.</summary>
    public bool IdsNotReusable { get; init; }

    /// <summary>The service turned it down in an earlier run.</summary>
    public bool WasRejected { get; init; }

    /// <summary>What the service would call it, for messages: the canonical text; null for deletions.</summary>
    public string? Value { get; init; }

    /// <summary>A step on what is held, as the ledger knows it; without a body.</summary>
    public static PlanStep On(HeldIndicator held, StepAction action, string reason) => new()
    {
        Action = action,
        Reason = reason,
        Observables = held.Observables,
        Key = held.Key,
        Generation = held.Generation,
        Id = held.Id,
        Body = default,
        Hashes = held.Hashes,
        Rank = held.Rank,
        Created = held.Created,
        Modified = held.Modified,
        Expires = held.Expires,
        RenewAt = held.RenewAt,
    };
}
