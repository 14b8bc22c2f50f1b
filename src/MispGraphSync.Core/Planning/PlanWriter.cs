using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>Writes into the ledger what was decided of each key: a step, or what spares one.</summary>
internal sealed class PlanWriter(Planner planner, IDestinationLedger ledger, DestinationState state, DateTimeOffset now)
{
    /// <summary>Held indicators that expired and were forgotten.</summary>
    public long Forgotten { get; private set; }

    /// <param name="decision">The planner's last: its rank is taken from there.</param>
    public void Write(PlanKey key, PlanDecision decision, bool mayDelete)
    {
        if (key.Rejected is not null && IsObsolete(key.Held, decision)) ledger.ForgetRejection(state, key.Observables);
        switch (decision)
        {
            case PlanDecision.Step { Decision.Action: StepAction.Delete } when !mayDelete:
                break;
            case PlanDecision.Step step:
                if (step.Generation > 0) ledger.RaiseGeneration(state, key.Observables, step.Generation);
                ledger.AddStep(state, key, step.Decision);
                break;
            case PlanDecision.TakeOver adopt:
                // Held first: should an update fail, it is still known to be ours, and is deleted when it is no longer wanted.
                ledger.RecordTakeover(state, adopt.Found with { Rank = planner.Rank });
                Write(key with { Held = adopt.Found }, adopt.Then, mayDelete);
                return;
            case PlanDecision.Expired when key.Held is not null:
                Forgotten++;
                ledger.ForgetHeld(state, key.Observables);
                break;
            case PlanDecision.Reschedule reschedule:
                ledger.RescheduleRenewal(state, key.Observables, reschedule.RenewAt);
                break;
        }

        if (key.Held is { } held && decision is (PlanDecision.Nothing or PlanDecision.Reschedule)) Rerank(held, planner.Rank);
    }

    // What is unchanged at the destination may still have gained or lost in confidence.
    private void Rerank(HeldIndicator held, Rank rank)
    {
        if (rank != default && (rank.Outranks(held.Rank) || held.Rank.Outranks(rank))) ledger.RecordRank(state, held.Observables, rank);
    }

    // The rejection is obsolete: nothing is to be done now, and no renewal by another source is due.
    private bool IsObsolete(HeldIndicator? held, PlanDecision decision) => decision switch
    {
        PlanDecision.Nothing => held is null || held.RenewAt > now,
        PlanDecision.Expired or PlanDecision.Reschedule => true,
        _ => false,
    };
}
