using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Runs;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Maintenance;

/// <summary>One destination's share of a <see cref="Purge"/>: what is held there goes through the applier as deletions.</summary>
public sealed class DestinationPurge(
    IDestination destination, DestinationState memory, IDestinationLedger ledger, bool isDryRun, RunControl control, IRunObserver observer)
{
    private readonly Applier _applier = new(destination, ledger, memory, control, observer);
    private readonly DestinationExecution _attempt = new(control);
    private PlanCounts _counts = PlanCounts.None;

    public DestinationInfo Info => destination.Info;

    public long Count(DateTimeOffset now) => ledger.CountLiveHeld(memory, now);

    /// <summary>Something is held, or an earlier run may have put something there.</summary>
    public bool HasWork(DateTimeOffset now) => Count(now) > 0 || ledger.OpenIntents(memory).Count > 0;

    public async Task RunAsync(DateTimeOffset now)
    {
        // Said first: should the process die on the way, the next push plans what is gone all the same.
        ledger.PlanEverythingNext(memory);
        await _attempt.TryAsync(() => SettleAsync(now)).ConfigureAwait(false);
        if (_attempt.Outcome != RunOutcome.Done) return;
        ledger.ForgetExpired(memory, now);
        _counts = PlanCounts.None with { Delete = Count(now) };
        observer.Planned(Info, _counts);
        await _attempt.TryAsync(async () =>
        {
            if (_counts.Total > 0) await destination.PrepareAsync(control.Stop).ConfigureAwait(false);
            await _applier.ApplyAsync(ledger.ReadHeld(memory).Select(held => Build(held, now)), _counts.Total).ConfigureAwait(false);
        }).ConfigureAwait(false);
        _attempt.Note(_applier.Failure);
    }

    public DestinationReport Report()
    {
        var tally = _applier.Tally + new StepTally(0, 0, 0, _counts.Total - _applier.Taken);
        var code = _attempt.Outcome != RunOutcome.Done ? _attempt.Outcome : tally.Rejected + tally.Unknown > 0 ? RunOutcome.Incomplete : RunOutcome.Done;
        return new DestinationReport
        {
            Name = Info.Name,
            Kind = Info.Kind,
            Status = DestinationRun.StatusOf(code),
            Outcome = code,
            Error = _attempt.Failure?.Message,
            Remedy = _attempt.Failure?.Remedy,
            Planned = _counts,
            Held = ledger.CountHeld(memory),
            Tally = tally,
            Requests = destination.Requests,
        };
    }

    // What a killed run may have created is ours too.
    private async Task SettleAsync(DateTimeOffset now)
    {
        var open = ledger.OpenIntents(memory);
        if (isDryRun || open.Count == 0) return;
        await destination.PrepareAsync(control.Stop).ConfigureAwait(false);
        await new Reconciler(destination, ledger, memory, control).ReconcileAsync(open).ConfigureAwait(false);
    }

    private PlanStep Build(HeldIndicator held, DateTimeOffset now)
    {
        var step = Planner.BuildDeletion(destination, held, new StepDecision(StepAction.Delete, StepReasons.Purged), now);
        observer.Step(Info, step);
        return step;
    }
}
