using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Maintenance;

/// <summary>
/// Repairs what a <see cref="DestinationCheck"/> found. First the ledger learns what is true; then the planner, the applier and
/// the ledger do what they do in a push, for these keys alone. Deletes nothing but surplus copies of ours.
/// </summary>
internal sealed class Repair(DestinationExecution execution, Planner planner)
{
    private readonly IDestination _destination = execution.Destination;
    private readonly IDestinationLedger _ledger = execution.Ledger;

    // Only these keys: what else is due or has changed waits for a push.
    private readonly DestinationState _state = execution.State with { PlansEverything = false };

    /// <summary>Not resent: rejected earlier, unchanged.</summary>
    public long Suppressed { get; private set; }

    public async Task RunAsync()
    {
        await CorrectAsync().ConfigureAwait(false);
        Plan();
        await execution.ApplyAsync(_ledger.ReadSteps(_state, StepAction.Create, StepAction.Update, StepAction.Renew)
            .Select(planned => planner.Build(planned.Key, planned.Step))).ConfigureAwait(false);
        await execution.ApplyAsync(Copies().Select(Delete)).ConfigureAwait(false);
    }

    private async Task CorrectAsync()
    {
        var repairable = _ledger.ReadFindings(_state).Where(finding => finding.Repair != RepairKind.None);
        foreach (var batch in repairable.Chunk(_destination.Capabilities.BatchSize))
        {
            var isPlain = (Finding finding) => finding.Repair == RepairKind.Create && !_destination.Capabilities.Upserts;
            await ReconcileAsync([.. batch.Where(isPlain)]).ConfigureAwait(false);
            _ledger.RecordCorrections(_state, [.. batch.Where(finding => !isPlain(finding)).Select(CorrectionFor).OfType<Correction>()]);
        }
    }

    // A plain create of what is there but not listed would make a second one. So it is treated like a creation without a
    // response: reconciled first, and by the next run if this one is killed.
    private async Task ReconcileAsync(IReadOnlyList<Finding> missing)
    {
        PlanStep[] steps = [.. missing.Select(finding => _ledger.FindHeld(_state, finding.Observables!.Value)).OfType<HeldIndicator>()
            .Select(held => PlanStep.On(held, StepAction.Create, StepReasons.New))];
        if (steps.Length == 0) return;
        var journal = new RequestJournal(_destination, _ledger, _state);
        var request = journal.Open(Operation.Create, steps);
        request.MissResponse(steps, "The list does not show them.");
        await journal.CloseAsync(request, execution.Control.Stop).ConfigureAwait(false);
    }

    private static Correction? CorrectionFor(Finding finding) => finding.Repair switch
    {
        RepairKind.Create or RepairKind.Update => new Correction(finding.Observables!.Value, CorrectionKind.ContentUnknown, finding.Id),
        RepairKind.Replace => new Correction(finding.Observables!.Value, CorrectionKind.MustBeReplaced, finding.Id),
        RepairKind.CreateUnderNextKey => new Correction(finding.Observables!.Value, CorrectionKind.KeyIsRevoked),
        RepairKind.LetGo => new Correction(finding.Observables!.Value, CorrectionKind.HeldByOther),
        _ => null,
    };

    private void Plan()
    {
        _ledger.PrepareRepair(_state, execution.Reconciled);
        var plan = new PlanWriter(planner, _ledger, _state, execution.Now);
        foreach (var key in _ledger.KeysToPlan(_state))
        {
            var decision = planner.Decide(key);
            if (decision is PlanDecision.Suppressed or PlanDecision.TakeOver { Then: PlanDecision.Suppressed }) Suppressed++;
            if (decision is PlanDecision.Step or PlanDecision.TakeOver) plan.Write(key, decision, mayDelete: false);
        }

        var planned = _ledger.CountSteps(_state);
        plan.Check(planned);
        execution.Planned = planned with { Delete = Copies().LongCount() };
        execution.Observer.Planned(_state.Info, execution.Planned);
    }

    private IEnumerable<Finding> Copies() => _ledger.ReadFindings(_state, FindingKind.Duplicate);

    private PlanStep Delete(Finding copy) => planner.BuildDeletion(
        HeldIndicator.Listed(copy.Observables!.Value, copy.Key!.Value, copy.Id, copy.Label, DateTimeOffset.UnixEpoch),
        new StepDecision(StepAction.Delete, StepReasons.Duplicate));
}
