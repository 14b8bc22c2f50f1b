using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Sync;

/// <summary>One destination's share of a run: get ready, plan, guard, apply, account for every step.</summary>
public sealed class DestinationRun
{
    private readonly PushLedger _ledger;
    private readonly PushOptions _options;
    private readonly string _source;
    private readonly DateTimeOffset _now;
    private readonly IRunObserver _observer;
    private Planner _planner;
    private Applier? _applier;
    private PlanCounts _counts = PlanCounts.None;
    private RunFailedException? _failure;
    private ExitCode _stopped = ExitCode.Ok;
    private long _forgotten;
    private bool _mayAdopt;
    private bool _mayDelete;

    public DestinationRun(
        IDestination destination, DestinationMemory memory, PushLedger ledger, Eligibility takes, PushOptions options, string source, DateTimeOffset now, IRunObserver observer)
    {
        Destination = destination;
        Memory = memory;
        Takes = takes;
        _ledger = ledger;
        _options = options;
        _source = source;
        _now = now;
        _observer = observer;
        _planner = NewPlanner();
    }

    public IDestination Destination { get; }

    public DestinationMemory Memory { get; private set; }

    public Eligibility Takes { get; }

    public bool IsReady => _failure is null && _stopped == ExitCode.Ok;

    /// <summary>The read gave nothing to go by: the destination is left as it is.</summary>
    public void NotReached(SourceReport read)
    {
        if (read.ExitCode is ExitCode.Refused) _failure = new RunFailedException(ExitCode.Refused, read.Error!, read.Remedy);
        else _stopped = read.ExitCode;
    }

    /// <summary>Reads the destination's row again, for staging may have changed it.</summary>
    public void Refresh()
    {
        var fresh = _ledger.Plan.OpenDestination(Destination.Info, Destination.Form, _options.PolicyFingerprint(Destination));
        Memory = fresh with { IsNew = Memory.IsNew };
    }

    /// <summary>
    /// Settles what earlier runs left open, and takes an inventory where the ledger is fresh, so that nothing is sent twice.
    /// </summary>
    public Task GetReadyAsync(RunControl control) => TryAsync(async () =>
    {
        if (_options.IsDryRun) return;
        var open = _ledger.Record.OpenIntents(Memory);
        if (open.Count == 0 && !Memory.IsNew) return;
        await Destination.PrepareAsync(control.Stop).ConfigureAwait(false);
        if (open.Count > 0) await NewApplier(control).SettleAsync(open).ConfigureAwait(false);
        if (Memory.IsNew) await TakeInventoryAsync(control.Stop).ConfigureAwait(false);
        Memory = Memory with { Held = _ledger.Record.CountHeld(Memory) };
    }, control);

    /// <summary>Decides every key, adds the steps, and asks the guard.</summary>
    public void Plan(bool mayDelete)
    {
        _mayDelete = mayDelete;
        foreach (var key in _ledger.Plan.KeysToPlan(Memory)) Decide(key, _planner.Decide(key));
        _counts = _ledger.Plan.CountSteps(Memory);
        _observer.Planned(Destination.Info, _counts);
        _failure = new Guard(_options.MaxDelete, _options.AcceptChanges).Check(Memory, _counts);
        if (_failure is null) _ledger.Record.ClearUnchanged(Memory, keepDeletions: !mayDelete);
    }

    /// <summary>Sends the plan. Deletions come last.</summary>
    public async Task ApplyAsync(RunControl control)
    {
        if (_failure is not null) return;
        var applier = _applier = NewApplier(control);
        await TryAsync(async () =>
        {
            if (_counts.Total > 0) await Destination.PrepareAsync(control.Stop).ConfigureAwait(false);
            foreach (var deletions in (bool[])[false, true])
            {
                var steps = _ledger.Plan.ReadSteps(Memory, deletions).Select(Build);
                await applier.ApplyAsync(steps, _counts.Total).ConfigureAwait(false);
            }
        }, control).ConfigureAwait(false);
        _failure ??= applier.Failure;
        if (IsReady && _mayDelete && applier.Tally is { Unknown: 0, NotAttempted: 0 }) _ledger.Record.CompleteDestination(Memory);
    }

    public DestinationReport Report(IReadOnlyDictionary<SkipReason, long> skipped)
    {
        var tally = _applier?.Tally ?? default;
        var taken = _applier?.Taken ?? 0;
        tally += new StepTally(0, 0, 0, _counts.Total - taken);
        var code = _failure?.Code ?? (_stopped != ExitCode.Ok ? _stopped : tally.Rejected + tally.Unknown > 0 ? ExitCode.Partial : ExitCode.Ok);
        return new DestinationReport
        {
            Name = Destination.Info.Name,
            Kind = Destination.Info.Kind,
            Status = StatusOf(code),
            ExitCode = code,
            Error = _failure?.Message,
            Remedy = _failure?.Remedy,
            Skipped = new SortedDictionary<SkipReason, long>(skipped.ToDictionary()),
            Planned = _counts,
            Unchanged = Math.Max(0, Memory.Held - _forgotten - _counts.Update - _counts.Renew - _counts.Delete),
            HeldBack = _ledger.Record.CountHeldBack(Memory),
            Held = _ledger.Record.CountHeld(Memory),
            Tally = tally,
            Requests = Destination.Requests,
        };
    }

    private PlanStep Build(PlannedKey planned)
    {
        var step = _planner.Build(planned.Key, planned.Step);
        _observer.Step(Destination.Info, step);
        return step;
    }

    private void Decide(PlanKey key, PlanDecision decision)
    {
        switch (decision)
        {
            case PlanDecision.Step { Decision.Action: StepAction.Delete } when !_mayDelete:
                break;
            case PlanDecision.Step step:
                _ledger.Plan.AddStep(Memory, key, step.Decision);
                break;
            case PlanDecision.Adopt adopt:
                // Held first: should the update fail, it is still known to be ours, and goes when it is no longer wanted.
                _ledger.Record.Hold(Memory, adopt.Found);
                _ledger.Plan.AddStep(Memory, key, new StepDecision(StepAction.Update, StepReasons.Adopted));
                break;
            case PlanDecision.Expired when key.Held is not null:
                _forgotten++;
                _ledger.Record.Forget(Memory, key.Observables);
                break;
            case PlanDecision.Reschedule reschedule:
                _ledger.Record.Reschedule(Memory, key.Observables, reschedule.RenewAt);
                break;
        }
    }

    private async Task TakeInventoryAsync(CancellationToken ct)
    {
        var found = 0L;
        await foreach (var remote in Destination.ReadAsync(ct).ConfigureAwait(false))
        {
            if (remote is not { Key: { } key, Revoked: false }) continue;
            _ledger.Plan.AddAdoptable(Memory, key, remote.Id, remote.Expires);
            found++;
        }

        _mayAdopt = found > 0;
        _planner = NewPlanner();
        if (found > 0) _observer.Warn($"The ledger is new, and '{Destination.Info.Name}' already holds {found} indicators with keys like ours: those that match are taken over.");
    }

    private Planner NewPlanner() => new(
        Destination, Takes, new PlanFacts(_now, _options.Instance, _source, _mayAdopt), key => _ledger.Plan.FindAdoptable(Memory, key));

    private Applier NewApplier(RunControl control) => new(Destination, _ledger.Record, Memory, control, _observer);

    private async Task TryAsync(Func<Task> work, RunControl control)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            _failure = failure;
        }
        catch (OperationCanceledException) when (control.IsStopping)
        {
            _stopped = control.Code;
        }

        if (_stopped == ExitCode.Ok && control.IsStopping) _stopped = control.Code;
    }

    internal static RunStatus StatusOf(ExitCode code) => code switch
    {
        ExitCode.Ok => RunStatus.Completed,
        ExitCode.Partial => RunStatus.CompletedWithErrors,
        ExitCode.Refused => RunStatus.Refused,
        ExitCode.Interrupted => RunStatus.Interrupted,
        ExitCode.OutOfTime => RunStatus.Partial,
        _ => RunStatus.Failed,
    };
}
