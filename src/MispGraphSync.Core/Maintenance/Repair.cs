using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Maintenance;

/// <summary>
/// Puts right what a <see cref="DestinationCheck"/> found. First the ledger learns what is true; then the planner, the
/// applier and the record do what they do in a push, for these keys alone. Nothing is deleted but surplus copies of ours.
/// </summary>
public sealed class Repair(
    IDestination destination, DestinationState memory, IDestinationLedger ledger, Planner planner, RunControl control, IRunObserver observer)
{
    private readonly Applier _applier = new(destination, ledger, memory, control, observer);

    // Only these keys: what else is due or has changed waits for a push.
    private readonly DestinationState _memory = memory with { PlansEverything = false };

    private PlanCounts _counts = PlanCounts.None;

    /// <summary>Could not be put right now: the service turned the very same down before.</summary>
    public long Suppressed { get; private set; }

    public PlanCounts Planned => _counts;

    /// <summary>What became of the steps; those never reached count as not attempted.</summary>
    public StepTally Tally => _applier.Tally + new StepTally(0, 0, 0, _counts.Total - _applier.Taken);

    /// <summary>Why the destination was given up; null while it was not.</summary>
    public RunFailedException? Failure => _applier.Failure;

    public async Task RunAsync()
    {
        await CorrectAsync().ConfigureAwait(false);
        Plan();
        await _applier.ApplyAsync(ledger.ReadSteps(_memory, StepAction.Create, StepAction.Update, StepAction.Renew).Select(Build), _counts.Total).ConfigureAwait(false);
        await _applier.ApplyAsync(Copies().Select(Remove), _counts.Total).ConfigureAwait(false);
    }

    private async Task CorrectAsync()
    {
        foreach (var batch in ledger.ReadFindings(memory).Where(finding => finding.Repair != RepairKind.None).Chunk(destination.Capabilities.BatchSize))
        {
            var isPlain = (Finding finding) => finding.Repair == RepairKind.Create && !destination.Capabilities.Upserts;
            await SettleAsync([.. batch.Where(isPlain)]).ConfigureAwait(false);
            ledger.RecordCorrections(memory, [.. batch.Where(finding => !isPlain(finding)).Select(CorrectionFor).OfType<Correction>()]);
        }
    }

    // A plain create of what only does not show would make a second one. So it is treated like a creation whose answer was
    // lost: the service is brought to where none exists, or tells which do; a kill on the way is settled by the next run.
    private async Task SettleAsync(IReadOnlyList<Finding> missing)
    {
        PlanStep[] steps = [.. missing.Select(finding => ledger.FindHeld(memory, finding.Observables!.Value)).OfType<HeldIndicator>()
            .Select(held => PlanStep.On(held, StepAction.Create, StepReasons.New))];
        if (steps.Length == 0) return;
        var intent = ledger.RecordIntent(memory, Operation.Create, steps, keepBodies: false);
        var settlement = await destination.ReconcileAsync([.. steps.Select(step => step.Key)], control.Stop).ConfigureAwait(false);
        ledger.RecordReconciled(memory, new OpenIntent(intent, Operation.Create, steps), settlement);
    }

    private static Correction? CorrectionFor(Finding finding) => finding.Repair switch
    {
        RepairKind.Create or RepairKind.Update => new Correction(finding.Observables!.Value, CorrectionKind.ContentUnknown, finding.Id),
        RepairKind.Replace => new Correction(finding.Observables!.Value, CorrectionKind.MustBeReplaced, finding.Id),
        RepairKind.NextLife => new Correction(finding.Observables!.Value, CorrectionKind.KeyIsRevoked),
        RepairKind.LetGo => new Correction(finding.Observables!.Value, CorrectionKind.HeldByOther),
        _ => null,
    };

    private void Plan()
    {
        ledger.PrepareRepair(_memory);
        foreach (var key in ledger.KeysToPlan(_memory))
        {
            switch (planner.Decide(key))
            {
                case PlanDecision.Suppressed:
                    Suppressed++;
                    break;
                case PlanDecision.TakeOver adopt:
                    ledger.RecordTakeover(_memory, adopt.Found with { Rank = planner.Rank });
                    ledger.AddStep(_memory, key, adopt.Update);
                    break;
                case PlanDecision.Step { Decision: { Action: not StepAction.Delete } step }:
                    ledger.AddStep(_memory, key, step);
                    break;
            }
        }

        _counts = ledger.CountSteps(_memory) with { Delete = Copies().LongCount() };
        observer.Planned(memory.Info, _counts);
    }

    private IEnumerable<Finding> Copies() => ledger.ReadFindings(memory, FindingKind.Duplicate);

    private PlanStep Build(PlannedKey planned) => Seen(planner.Build(planned.Key, planned.Step));

    private PlanStep Remove(Finding copy) => Seen(planner.BuildDeletion(
        new HeldIndicator
        {
            Observables = copy.Observables!.Value,
            Key = copy.Key!.Value,
            Id = copy.Id,
            Hashes = default,
            Created = DateTimeOffset.UnixEpoch,
            Modified = DateTimeOffset.UnixEpoch,
            Expires = DateTimeOffset.UnixEpoch,
            RenewAt = DateTimeOffset.UnixEpoch,
        },
        new StepDecision(StepAction.Delete, StepReasons.Duplicate)));

    private PlanStep Seen(PlanStep step)
    {
        observer.Step(memory.Info, step);
        return step;
    }
}
