using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>Writes into the ledger what was decided of each key: a step, or what spares one.</summary>
internal sealed class PlanWriter(Planner planner, IDestinationLedger ledger, DestinationState state, DateTimeOffset now)
{
    private readonly Dictionary<StepAction, long> _steps = [];
    private Hash128? _last;

    private PlanCounts Written => new(
        _steps.GetValueOrDefault(StepAction.Create), _steps.GetValueOrDefault(StepAction.Update),
        _steps.GetValueOrDefault(StepAction.Renew), _steps.GetValueOrDefault(StepAction.Delete));

    /// <param name="decision">The planner's last: its rank is taken from there.</param>
    /// <exception cref="RunFailedException">A bug: the key is not after the last one.</exception>
    public void Write(PlanKey key, PlanDecision decision, bool mayDelete)
    {
        if (_last is { } last && key.Observables.CompareTo(last) <= 0) throw Invariants.Broken(state.Info, "A key was planned twice.");
        _last = key.Observables;
        WriteDecision(key, decision, mayDelete);
    }

    /// <summary>Checks the plan when all keys are written.</summary>
    /// <param name="planned">The steps that the ledger has.</param>
    /// <exception cref="RunFailedException">A bug: the plan breaks an invariant.</exception>
    public void Check(PlanCounts planned)
    {
        var held = ledger.CountHeld(state);
        // The ledger keeps the number beside the rows, and a damaged one must not stop every run.
        if (planned.OnHeld > held) held = ledger.RecountHeld(state);
        Invariants.CheckPlan(state.Info, Written, planned, held);
    }

    private void WriteDecision(PlanKey key, PlanDecision decision, bool mayDelete)
    {
        if (key.Rejected is not null && IsObsolete(key.Held, decision)) ledger.ForgetRejection(state, key.Observables);
        switch (decision)
        {
            case PlanDecision.Step { Decision.Action: StepAction.Delete } when !mayDelete:
                break;
            case PlanDecision.Step step:
                if (step.Generation > 0) ledger.RaiseGeneration(state, key.Observables, step.Generation);
                ledger.AddStep(state, key, step.Decision);
                _steps[step.Decision.Action] = _steps.GetValueOrDefault(step.Decision.Action) + 1;
                break;
            case PlanDecision.TakeOver adopt:
                // Held first: should an update fail, it is still known to be ours, and is deleted when it is no longer wanted.
                ledger.RecordTakeover(state, adopt.Found with { Rank = planner.Rank });
                WriteDecision(key with { Held = adopt.Found }, adopt.Then, mayDelete);
                return;
            case PlanDecision.Expired when key.Held is not null:
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
