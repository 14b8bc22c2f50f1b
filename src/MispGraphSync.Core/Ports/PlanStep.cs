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

    /// <summary>What a later deletion needs of the item (Sentinel); empty where it needs nothing, and for deletions.</summary>
    public ReadOnlyMemory<byte> ForDeletion { get; init; }

    public ItemHashes Hashes { get; init; }

    public Rank Rank { get; init; }

    public DateTimeOffset Created { get; init; }

    /// <inheritdoc cref="HeldIndicator.ListedSince"/>
    public DateTimeOffset? ListedSince { get; init; }

    public DateTimeOffset Modified { get; init; }

    public DateTimeOffset Expires { get; init; }

    public DateTimeOffset RenewAt { get; init; }

    /// <summary>Its id is not reusable after a deletion.</summary>
    public bool IdsNotReusable { get; init; }

    /// <summary>The service turned it down in an earlier run.</summary>
    public bool WasRejected { get; init; }

    /// <summary>What the service would call it, for messages: the canonical text; null for deletions.</summary>
    public string? Value { get; init; }

    /// <summary>Its type and value, for people; null only for what an earlier version sent and MISP has withdrawn since.</summary>
    public IndicatorLabel? Label { get; init; }

    /// <summary>A step on what is held, as the ledger knows it; without a body.</summary>
    public static PlanStep On(HeldIndicator held, StepAction action, string reason) => new()
    {
        Action = action,
        Reason = reason,
        Observables = held.Observables,
        Key = held.Key,
        Generation = held.Generation,
        Id = held.Id,
        Label = held.Label,
        Body = default,
        Hashes = held.Hashes,
        Rank = held.Rank,
        Created = held.Created,
        ListedSince = held.ListedSince,
        Modified = held.Modified,
        Expires = held.Expires,
        RenewAt = held.RenewAt,
    };
}

/// <summary>Why a step is taken: stable slugs, listed in the docs.</summary>
public static class StepReasons
{
    public const string New = "new";
    public const string Changed = "changed";
    public const string Expiring = "expiring";
    public const string Expired = "expired";
    public const string Adopted = "adopted";
    public const string Withdrawn = "withdrawn";
    public const string Excluded = "excluded";
    public const string Evicted = "evicted";
    public const string Purged = "purged";
    public const string Duplicate = "duplicate";
    public const string Legacy = "left-behind";
    public const string PutBack = "put-back";

    public static IReadOnlyDictionary<string, string> Meanings { get; } = new Dictionary<string, string>
    {
        [New] = "MISP has it, the destination does not.",
        [Changed] = "What MISP says of it, or a setting, has changed.",
        [Expiring] = "Little is left of its lifetime and MISP still has it.",
        [Expired] = "It expired at the destination while MISP still has it.",
        [Adopted] = "A new ledger found it at the destination, different from what MISP says; or an earlier app registration created it.",
        [Withdrawn] = "No attribute in MISP is a source of it any more.",
        [Excluded] = "MISP still has it, but a setting of this destination leaves it out.",
        [Evicted] = "Makes room for one that ranks higher.",
        [Purged] = "Everything of this installation was to be removed.",
        [Duplicate] = "The destination has another one under the same key, which stays.",
        [PutBack] = "A replacement removed it, and the destination rejected its new form.",
        [Legacy] = "Another tool put it there; ours watches the same value.",
    };
}

/// <summary>The outcome of one step.</summary>
public abstract record StepOutcome
{
    private StepOutcome() { }

    /// <summary>The same outcome for each of so many steps.</summary>
    public static StepOutcome[] Each(int count, StepOutcome outcome)
    {
        var outcomes = new StepOutcome[count];
        Array.Fill(outcomes, outcome);
        return outcomes;
    }

    /// <summary>The service said so. <see cref="Id"/> is its id for it; null where it has none.</summary>
    public sealed record Accepted(string? Id) : StepOutcome;

    /// <summary>
    /// The service rejected it, in its own words. Transient: it may pass another time. WholeBatch: the batch was refused
    /// without naming a culprit. IsGone: what was to be updated is no longer there, so it is created by the next run.
    /// NoRoom: nothing is wrong with it; the service holds as many indicators as it takes, and others may make room.
    /// </summary>
    public sealed record Rejected(
        string Response, bool IsTransient = false, bool WholeBatch = false, bool IsGone = false, bool NoRoom = false) : StepOutcome;

    /// <summary>No response: it may or may not have happened.</summary>
    public sealed record Unknown(string Why) : StepOutcome;

    public sealed record NotAttempted : StepOutcome
    {
        public static NotAttempted Instance { get; } = new();
    }
}
