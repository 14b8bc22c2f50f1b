using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Ports;

/// <summary>The ledger's side of sending: the intent is committed before each request, the outcome recorded after it.</summary>
public interface IRecordLedger
{
    /// <summary>
    /// Commits that these steps are about to be sent; the answer names the intent. Bodies are kept where removing what may have
    /// been created takes the body.
    /// </summary>
    long RecordIntent(DestinationState destination, Operation operation, IReadOnlyList<PlanStep> steps, bool keepBodies);

    /// <summary>
    /// Records what became of them and closes the intent; committed with the next intent at the latest, for until then the
    /// open intent stands for it. One with an unknown outcome leaves the intent open, for the next run to settle.
    /// </summary>
    /// <param name="intent">Null where it has been closed.</param>
    /// <param name="doubt">Of what was turned down: an earlier request with the same steps may have gone through unheard.</param>
    void RecordOutcomes(DestinationState destination, long? intent, Operation operation, IReadOnlyList<PlanStep> steps, IReadOnlyList<StepOutcome> outcomes, UnconfirmedHandling doubt = UnconfirmedHandling.None);

    /// <summary>What earlier runs intended and never heard of.</summary>
    IReadOnlyList<OpenIntent> OpenIntents(DestinationState destination);

    /// <summary>
    /// Closes the intent of a plain create. Keys that exist are held, with a body that has to be sent again, and the others are not
    /// held. All are planned again.
    /// </summary>
    void RecordReconciled(DestinationState destination, OpenIntent intent, ReconcileResult settlement);

    /// <summary>
    /// Closes an intent whose request may or may not have gone through: what it was to create or change is held, what it was to
    /// delete stays held, and all are planned anew. What is still wanted is sent, whatever the service has; what is not is removed.
    /// </summary>
    void MarkUnconfirmed(DestinationState destination, OpenIntent intent, UnconfirmedHandling doubt);

    /// <summary>Takes in what listing the destination told of held indicators; each is planned anew.</summary>
    void RecordCorrections(DestinationState destination, IReadOnlyList<Correction> corrections);

    /// <summary>The held indicator of these observables; null when none is.</summary>
    HeldIndicator? FindHeld(DestinationState destination, Hash128 observables);

    /// <summary>What a replacement removed there, with its body, while its new form is not accepted; null for nothing.</summary>
    HeldIndicator? FindReplaced(DestinationState destination, Hash128 observables);

    /// <summary>Takes over what was found at the destination; nothing is known of its body.</summary>
    void RecordTakeover(DestinationState destination, HeldIndicator found);

    /// <summary>The next life of these observables has this generation: earlier ones were found dead.</summary>
    void RaiseGeneration(DestinationState destination, Hash128 observables, int generation);

    /// <summary>Forgets what expired at the destination by itself and is no longer wanted.</summary>
    void ForgetHeld(DestinationState destination, Hash128 observables);

    /// <summary>Forgets that it was turned down, for what was turned down is no longer wanted.</summary>
    void ForgetRejection(DestinationState destination, Hash128 observables);

    /// <summary>Does so for all that neither MISP supports nor the destination holds any more.</summary>
    void ForgetObsoleteRejections(DestinationState destination);

    /// <summary>Says when it is due for renewal; at its expiry means never.</summary>
    void RescheduleRenewal(DestinationState destination, Hash128 observables, DateTimeOffset renewAt);

    /// <summary>Drops the mark "changed" from keys that turned out to need no step.</summary>
    void ClearUnchanged(DestinationState destination, bool keepDeletions);

    /// <summary>
    /// The destination has all that was planned: no key is left to be planned.
    /// </summary>
    void CompleteDestination(DestinationState destination);

    /// <summary>Deletions that follow from this selection have been sent, or there were none.</summary>
    void RecordAcceptedSelection(DestinationState destination, string source, string selection);

    /// <summary>Whether an earlier run found the service full: what it could not create then waits for room.</summary>
    bool HasWaitingForRoom(DestinationState destination);

    /// <summary>Whether anything is held there that has not expired.</summary>
    bool HoldsAny(DestinationState destination, DateTimeOffset now);

    long CountHeld(DestinationState destination);

    /// <summary>Turned down in earlier runs and waiting for a change, or for <c>errors --retry</c>.</summary>
    long CountSuppressed(DestinationState destination);
}

/// <summary>How to put right what a service may or may not have as it was sent.</summary>
public enum UnconfirmedHandling
{
    /// <summary>There is none: every earlier request was answered.</summary>
    None,

    /// <summary>By sending it again, which creates it where it is not.</summary>
    Resend,

    /// <summary>By removing and creating it: an update would need something there to change.</summary>
    Replace,
}

/// <summary>Steps of one request whose outcome nobody heard. Their bodies are empty where they were not kept.</summary>
public sealed record OpenIntent(long Id, Operation Operation, IReadOnlyList<PlanStep> Steps);

/// <summary>What was found to be true of a held indicator.</summary>
/// <param name="Id">The service's id, where it was found; null keeps what is known.</param>
public sealed record Correction(Hash128 Observables, CorrectionKind Kind, string? Id = null);

public enum CorrectionKind
{
    /// <summary>It is not known to be there as it was sent: it is sent again. Its immutable part is as it was.</summary>
    ContentUnknown,

    /// <summary>As above, and an update cannot put it right.</summary>
    MustBeReplaced,

    /// <summary>It is gone, and its key may not live again.</summary>
    KeyIsRevoked,

    /// <summary>Somebody else has taken its place.</summary>
    HeldByOther,
}
