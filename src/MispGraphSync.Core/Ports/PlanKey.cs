namespace MispGraphSync.Core.Ports;

/// <summary>One key to plan, with all the ledger knows about it at one destination.</summary>
public sealed record PlanKey
{
    public required Hash128 Observables { get; init; }

    /// <summary>Streamed; empty when no attribute contributes to it any more.</summary>
    public required IEnumerable<IndicatorSourceRow> Sources { get; init; }

    public HeldIndicator? Held { get; init; }

    public RejectedIndicator? Rejected { get; init; }

    /// <summary>The generation of the next indicator that is created.</summary>
    public int Generation { get; init; }

    /// <summary>The ledger's position of the sources.</summary>
    public long FirstRow { get; init; }
}

/// <summary>A rejected indicator, which is not sent again unchanged.</summary>
/// <param name="Action">The rejected action.</param>
/// <param name="ContentHash">Of the rejected body.</param>
public sealed record RejectedIndicator(StepAction Action, Hash128 ContentHash, bool IsTransient, int Attempts)
{
    /// <summary>The number of runs that try a transient rejection. Waiting for room is not limited: those attempts do not count.</summary>
    public const int MaxAttempts = 5;

    /// <summary>Whether a push sends the same content again.</summary>
    public bool IsRetried => MayRetry(Action, IsTransient, Attempts);

    /// <summary>Transient rejections are tried again for some runs, and deletions forever, since nothing may stay held forever.</summary>
    public static bool MayRetry(StepAction action, bool isTransient, int attempts) =>
        action == StepAction.Delete || (isTransient && attempts < MaxAttempts);
}

/// <summary>What is known under one of our keys that the ledger holds for no observables.</summary>
/// <param name="Live">Listed in this run; null for none.</param>
/// <param name="Unclaimed">Held since an earlier run, without a known source; null for none.</param>
/// <param name="IsRevoked">A list showed it as revoked: the key cannot be used again.</param>
public sealed record ListedKey(RemoteIndicator? Live, HeldIndicator? Unclaimed, bool IsRevoked);

/// <summary>The action for one key.</summary>
public sealed record StepDecision(StepAction Action, string Reason, bool Replaces = false)
{
    /// <summary>For creations, updates and renewals at a destination with a capacity; else unset.</summary>
    public Rank Rank { get; init; }

    /// <summary>For creations where another owner may hold the value; else null.</summary>
    public Guid? Key { get; init; }
}

public sealed record PlannedKey(PlanKey Key, StepDecision Step);

public sealed record PlanCounts(long Create, long Update, long Renew, long Delete)
{
    public static PlanCounts None { get; } = new(0, 0, 0, 0);

    public long Total => Create + OnHeld;

    /// <summary>Steps on what is held.</summary>
    public long OnHeld => Update + Renew + Delete;

    public static PlanCounts operator +(PlanCounts one, PlanCounts other) => new(
        one.Create + other.Create, one.Update + other.Update, one.Renew + other.Renew, one.Delete + other.Delete);
}
