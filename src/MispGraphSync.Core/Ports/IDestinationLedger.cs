using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Ports;

/// <summary>The ledger's side of planning: the keys that changed or are due, in key order, with all they stand on.</summary>
public interface IDestinationLedger : ICapacityLedger
{
    /// <summary>
    /// The destination as the ledger knows it, made if it is new. When the fingerprint of its settings changed, every key is planned.
    /// </summary>
    DestinationState OpenDestination(DestinationInfo info, IndicatorShape form, string fingerprint);

    /// <summary>The selection that was accepted for deletions there, for one source; null when none was.</summary>
    string? FindAcceptedSelection(DestinationState destination, string source);

    /// <summary>Gathers the keys to be planned for these destinations, once for all of them.</summary>
    void PreparePlan(IReadOnlyList<DestinationState> destinations, DateTimeOffset now);

    /// <summary>Gathers the keys that were turned down and nothing else, in the place of <see cref="PreparePlan"/>.</summary>
    void PrepareRetry(IReadOnlyList<DestinationState> destinations);

    /// <summary>Gathers only the keys that were found to need repair at this destination.</summary>
    void PrepareRepair(DestinationState destination);

    /// <summary>
    /// The gathered keys of one destination, in key order. <see cref="PlanKey.Sources"/> is good for one pass, until the next key.
    /// </summary>
    IEnumerable<PlanKey> KeysToPlan(DestinationState destination);

    /// <summary>Adds a step for the key that <see cref="KeysToPlan"/> is at.</summary>
    void AddStep(DestinationState destination, PlanKey key, StepDecision step);

    /// <summary>The steps that were added, by kind.</summary>
    PlanCounts CountSteps(DestinationState destination);

    /// <summary>How many of the steps remove what is held before they create it.</summary>
    long CountReplacements(DestinationState destination);

    /// <summary>Keeps, for this run, the item that would put back what a replacement of this key removes. Other keys are ignored.</summary>
    void KeepReplacedBody(DestinationState destination, Guid key, ReadOnlySpan<byte> body);

    /// <summary>
    /// The steps of these kinds, in key order (by rank where <see cref="ICapacityLedger.FitToCapacity"/> had to choose), with the same
    /// keys. Safe to read while outcomes are recorded.
    /// </summary>
    IEnumerable<PlannedKey> ReadSteps(DestinationState destination, params IReadOnlyList<StepAction> actions);

    /// <summary>From now on keys differ from all earlier ones: what was sent before runs out by itself.</summary>
    void StartKeyNamespace(DestinationState destination, string epoch);

    /// <summary>Remembers what another inventory found, so that a fresh ledger takes over what is there.</summary>
    void AddListedIndicator(DestinationState destination, Guid key, ListedIndicator found);

    /// <summary>
    /// Of what the ledger holds there, keeps what the list has, as something to be sent again or removed. The answer is how many it
    /// holds no longer.
    /// </summary>
    long ForgetUnlisted(DestinationState destination, DateTimeOffset now);

    /// <summary>What was found under that key, by this run or, when it was revoked, by an earlier one; null for nothing.</summary>
    ListedIndicator? FindListedIndicator(DestinationState destination, Guid key);

    /// <summary>A list showed keys as revoked that the ledger knows nothing else of.</summary>
    bool HasRevokedKeys(DestinationState destination);
}

/// <param name="IsNew">No run has completed there with this ledger: what is found there may be ours.</param>
/// <param name="PlansEverything">All keys are planned, not only the changed ones.</param>
/// <param name="Held">How many indicators are held there.</param>
/// <param name="KeyNamespace">Mixed into every key since a fresh start whose past could not be listed; null: none.</param>
public sealed record DestinationState(
    long Id, DestinationInfo Info, IndicatorShape Shape, bool IsNew, bool PlansEverything, long Held, string? KeyNamespace = null)
{
    /// <summary>What is held there according to the ledger may be out of date: it is to be compared with a list.</summary>
    public bool IsOutdated { get; init; }
}

/// <summary>One key with what the ledger knows of it at one destination.</summary>
public sealed record PlanKey
{
    public required Hash128 Observables { get; init; }

    /// <summary>Streamed; empty when nothing supports it any more.</summary>
    public required IEnumerable<IndicatorSourceRow> Sources { get; init; }

    public HeldIndicator? Held { get; init; }

    public RejectedIndicator? Rejected { get; init; }

    /// <summary>The generation that a new life would have.</summary>
    public int Generation { get; init; }

    /// <summary>The ledger's own mark of where the supports stand.</summary>
    public long FirstRow { get; init; }
}

/// <summary>What was turned down, and may not be sent again unchanged.</summary>
/// <param name="Action">What was turned down.</param>
/// <param name="ContentHash">The change mark of the body that was turned down.</param>
public sealed record RejectedIndicator(StepAction Action, Hash128 ContentHash, bool IsTransient, int Attempts);

/// <param name="IsRevoked">Revoked: its key may not live again.</param>
/// <param name="ImmutableHash">Of its immutable part; unset where that is not known.</param>
public sealed record ListedIndicator(string? Id, DateTimeOffset? Expires, bool IsRevoked, Hash128 ImmutableHash = default);

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
