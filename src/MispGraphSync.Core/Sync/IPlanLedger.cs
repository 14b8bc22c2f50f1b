namespace MispGraphSync.Core.Sync;

/// <summary>The ledger's side of planning: the keys that changed or are due, in key order, with all they stand on.</summary>
public interface IPlanLedger : ICapacityLedger
{
    /// <summary>
    /// The destination as the ledger knows it, made if it is new. When the fingerprint of its settings changed, every key is planned.
    /// </summary>
    DestinationMemory OpenDestination(DestinationInfo info, IndicatorForm form, string fingerprint);

    /// <summary>The selection that was accepted for deletions there, for one source; null when none was.</summary>
    string? FindAccepted(DestinationMemory destination, string source);

    /// <summary>Gathers the keys to be planned for these destinations, once for all of them.</summary>
    void PreparePlan(IReadOnlyList<DestinationMemory> destinations, DateTimeOffset now);

    /// <summary>Gathers the keys that were turned down and nothing else, in the place of <see cref="PreparePlan"/>.</summary>
    void PrepareRetry(IReadOnlyList<DestinationMemory> destinations);

    /// <summary>Gathers only the keys that were found to need repair at this destination.</summary>
    void PrepareRepair(DestinationMemory destination);

    /// <summary>
    /// The gathered keys of one destination, in key order. <see cref="PlanKey.Supports"/> is good for one pass, until the next key.
    /// </summary>
    IEnumerable<PlanKey> KeysToPlan(DestinationMemory destination);

    /// <summary>Adds a step for the key that <see cref="KeysToPlan"/> is at.</summary>
    void AddStep(DestinationMemory destination, PlanKey key, StepDecision step);

    /// <summary>The steps that were added, by kind.</summary>
    PlanCounts CountSteps(DestinationMemory destination);

    /// <summary>How many of the steps remove what is held before they create it.</summary>
    long CountReplacements(DestinationMemory destination);

    /// <summary>Keeps, for this run, the item that would put back what a replacement of this key removes. Other keys are ignored.</summary>
    void KeepReplaced(DestinationMemory destination, Guid key, ReadOnlySpan<byte> body);

    /// <summary>
    /// The steps of these kinds, in key order (by rank where <see cref="ICapacityLedger.Fit"/> had to choose), with the same
    /// keys. Safe to read while outcomes are recorded.
    /// </summary>
    IEnumerable<PlannedKey> ReadSteps(DestinationMemory destination, params IReadOnlyList<StepAction> actions);

    /// <summary>From now on keys differ from all earlier ones: what was sent before runs out by itself.</summary>
    void StartEpoch(DestinationMemory destination, string epoch);

    /// <summary>Remembers what another inventory found, so that a fresh ledger takes over what is there.</summary>
    void AddAdoptable(DestinationMemory destination, Guid key, Adoptable found);

    /// <summary>
    /// Of what the ledger holds there, keeps what the list has, as something to be sent again or removed. The answer is how many it
    /// holds no longer.
    /// </summary>
    long KeepListed(DestinationMemory destination, DateTimeOffset now);

    /// <summary>What was found under that key, by this run or, when it was revoked, by an earlier one; null for nothing.</summary>
    Adoptable? FindAdoptable(DestinationMemory destination, Guid key);

    /// <summary>A list showed keys as revoked that the ledger knows nothing else of.</summary>
    bool HasSpentKeys(DestinationMemory destination);
}

/// <param name="IsNew">No run has completed there with this ledger: what is found there may be ours.</param>
/// <param name="PlansEverything">All keys are planned, not only the changed ones.</param>
/// <param name="Held">How many indicators are held there.</param>
/// <param name="Epoch">Mixed into every key since a fresh start whose past could not be listed; null: none.</param>
public sealed record DestinationMemory(
    long Id, DestinationInfo Info, IndicatorForm Form, bool IsNew, bool PlansEverything, long Held, string? Epoch = null)
{
    /// <summary>What is held there according to the ledger may be out of date: it is to be compared with a list.</summary>
    public bool InDoubt { get; init; }
}

/// <summary>One key with what the ledger knows of it at one destination.</summary>
public sealed record PlanKey
{
    public required Hash128 Observables { get; init; }

    /// <summary>Streamed; empty when nothing supports it any more.</summary>
    public required IEnumerable<SupportRow> Supports { get; init; }

    public HeldIndicator? Held { get; init; }

    public RejectedIndicator? Rejected { get; init; }

    /// <summary>The generation that a new life would have.</summary>
    public int Generation { get; init; }

    /// <summary>The ledger's own mark of where the supports stand.</summary>
    public long FirstRow { get; init; }
}

/// <summary>What was turned down, and may not be sent again unchanged.</summary>
/// <param name="Action">What was turned down.</param>
/// <param name="Change">The change mark of the body that was turned down.</param>
public sealed record RejectedIndicator(StepAction Action, Hash128 Change, bool IsTransient, int Attempts);

/// <param name="IsDead">Revoked: its key may not live again.</param>
/// <param name="Fixed">Of its immutable part; unset where that is not known.</param>
public sealed record Adoptable(string? Id, DateTimeOffset? Expires, bool IsDead, Hash128 Fixed = default);

/// <summary>What to do with one key.</summary>
public sealed record StepDecision(StepAction Action, string Reason, bool Replaces = false)
{
    /// <summary>Of what is created, updated or renewed where not everything finds a place; else unset.</summary>
    public Rank Rank { get; init; }

    /// <summary>The key of what is created where others may hold it; else null.</summary>
    public Guid? Key { get; init; }
}

public sealed record PlannedKey(PlanKey Key, StepDecision Step);

public sealed record PlanCounts(long Create, long Update, long Renew, long Delete)
{
    public static PlanCounts None { get; } = new(0, 0, 0, 0);

    public long Total => Create + Update + Renew + Delete;
}
