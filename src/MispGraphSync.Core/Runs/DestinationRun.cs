using System.Buffers;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Runs;

/// <summary>One destination's share of a run: get ready, plan, guard, apply, account for every step.</summary>
public sealed class DestinationRun
{
    private readonly IDestinationLedger _ledger;
    private readonly PushOptions _options;
    private readonly string? _source;
    private readonly DateTimeOffset _now;
    private readonly IRunObserver _observer;
    private Planner _planner;
    private Applier? _applier;
    private PlanCounts _counts = PlanCounts.None;
    private CapacityResult _fit = CapacityResult.Everything;
    private long? _listed;
    private RunFailedException? _failure;
    private RunFailedException? _withheld;
    private SourceReport? _read;
    private RunOutcome _stopped = RunOutcome.Done;
    private long _forgotten;
    private bool _mayAdopt;
    private bool _mayDelete;
    private bool _isPrepared;
    private bool _isPartial;

    /// <param name="source">The source that was read; null where none was.</param>
    public DestinationRun(
        IDestination destination, DestinationState memory, IDestinationLedger ledger, Eligibility takes, PushOptions options, string? source, DateTimeOffset now, IRunObserver observer)
    {
        Destination = destination;
        State = memory;
        Eligibility = takes;
        _ledger = ledger;
        _options = options;
        _source = source;
        _now = now;
        _observer = observer;
        _planner = NewPlanner();
    }

    public IDestination Destination { get; }

    public DestinationState State { get; private set; }

    public Eligibility Eligibility { get; }

    public bool IsReady => _failure is null && _stopped == RunOutcome.Done;

    /// <summary>The read failed: nothing is sent to the destination, and its report says why.</summary>
    public void SkipBecause(SourceReport read)
    {
        _stopped = read.Outcome;
        if (read.Error is { } error) _failure = new RunFailedException(read.Outcome, error, read.Remedy);
    }

    /// <summary>Reads the destination's row again, for staging may have changed it.</summary>
    public void Refresh(SourceReport read)
    {
        _read = read;
        if (CapacityPlanner.IsNeededAt(Destination)) _ledger.ReplanOverCapacity(State, Destination.Capabilities.Capacity, _now);
        var fresh = _ledger.OpenDestination(Destination.Info, Destination.Capabilities.Shape, _options.PolicyFingerprint(Destination));
        State = fresh with { IsNew = State.IsNew };
        _planner = NewPlanner();
    }

    /// <summary>
    /// Settles what earlier runs left open, and takes an inventory where the ledger is fresh, so that nothing is sent twice.
    /// </summary>
    public Task GetReadyAsync(RunControl control) => TryAsync(async () =>
    {
        if (_options.IsDryRun) return;
        var open = _ledger.OpenIntents(State);
        if (open.Count == 0 && !State.IsNew) return;
        await PrepareAsync(control).ConfigureAwait(false);
        if (open.Count > 0) await new Reconciler(Destination, _ledger, State, control).ReconcileAsync(open).ConfigureAwait(false);
        if (State.IsNew && Destination.Capabilities.CanList) await TakeInventoryAsync(control.Stop).ConfigureAwait(false);
        else if (State is { IsNew: true, KeyNamespace: null } or { IsOutdated: true }) StartEpoch();
        State = State with { Held = _ledger.CountHeld(State) };
    }, control);

    /// <summary>Decides every key and adds the steps.</summary>
    public void Plan(bool mayDelete)
    {
        _mayDelete = mayDelete;
        var plan = new PlanWriter(_planner, _ledger, State, _now);
        foreach (var key in _ledger.KeysToPlan(State)) plan.Write(key, _planner.Decide(key), mayDelete);
        _forgotten += plan.Forgotten;
        _ledger.ForgetObsoleteRejections(State);
        _counts = _ledger.CountSteps(State);
    }

    /// <summary>
    /// Plans what was turned down as if it had not been. Deletes only what was to be deleted then and still is; whatever else
    /// is pending stays so.
    /// </summary>
    public void PlanRejected()
    {
        _isPartial = true;
        _ledger.ForgetObsoleteRejections(State);
        var plan = new PlanWriter(_planner, _ledger, State, _now);
        foreach (var key in _ledger.KeysToPlan(State))
        {
            plan.Write(key, _planner.Decide(key with { Rejected = null }), mayDelete: key.Rejected is { Action: StepAction.Delete });
        }

        _forgotten += plan.Forgotten;
        _counts = _ledger.CountSteps(State);
    }

    /// <summary>
    /// Makes the plan fit, where not everything finds a place, and asks the guard. Before a run's first creations at a
    /// destination that is shared with others, what is there is listed.
    /// </summary>
    public Task CheckLimitsAsync(RunControl control) => TryAsync(async () =>
    {
        if (_counts.Create > 0 && CapacityPlanner.IsNeededAt(Destination))
        {
            if (!_options.IsDryRun && _listed is null)
            {
                await PrepareAsync(control).ConfigureAwait(false);
                await TakeInventoryAsync(control.Stop).ConfigureAwait(false);
            }

            _fit = new CapacityPlanner(Destination, State, _ledger, _now).Make(_listed, mayEvict: _mayDelete && _read is { Complete: true });
            _counts = _ledger.CountSteps(State);
            foreach (var warning in _fit.Warnings(Destination.Info.Name)) _observer.Warn(warning);
        }
        else if (CapacityPlanner.IsNeededAt(Destination) && State.PlansEverything && !_isPartial)
        {
            // All was planned and nothing wants a place: there is nothing to look at again.
            _ledger.RecordOverCapacity(State, null, Destination.Capabilities.Capacity);
        }

        if (_planner.StartingToAlert is > 0 and var alerting)
            _observer.Warn(
                $"'{Destination.Info.Name}': {alerting} indicators that are held there raise alerts from now on; "
                + "generateAlert: false keeps them silent.");
        _observer.Planned(Destination.Info, _counts);
        _withheld = AskGuard();
        // A run over some keys knows nothing of the others that are marked as changed.
        if (!_isPartial) _ledger.ClearUnchanged(State, keepDeletions: !_mayDelete);
    }, control);

    /// <summary>Sends the plan. Deletions come last, except where they make room.</summary>
    public async Task ApplyAsync(RunControl control)
    {
        if (_failure is not null) return;
        var applier = _applier = NewApplier(control);
        await TryAsync(async () =>
        {
            if (_counts.Total > Withheld) await PrepareAsync(control).ConfigureAwait(false);
            await KeepReplacedAsync(control.Stop).ConfigureAwait(false);
            var deletions = _withheld is null || _options.IsDryRun ? Steps(StepAction.Delete) : [];
            if (_counts.Create > 0 && !_options.IsDryRun && _ledger.HasWaitingForRoom(State))
            {
                await TryRoomAsync(applier, deletions).ConfigureAwait(false);
                return;
            }

            if (_counts.Create <= _fit.Free || _options.IsDryRun)
            {
                await applier.ApplyAsync(Steps(StepAction.Create, StepAction.Update, StepAction.Renew), _counts.Total).ConfigureAwait(false);
                await applier.ApplyAsync(deletions, _counts.Total).ConfigureAwait(false);
                return;
            }

            await applier.ApplyAsync(Steps(StepAction.Update, StepAction.Renew), _counts.Total).ConfigureAwait(false);
            var turns = new InterleavedApply(applier, Destination.Capabilities.BatchSize, _counts.Total);
            await turns.ApplyAsync(Steps(StepAction.Create), deletions, _fit.Free).ConfigureAwait(false);
        }, control).ConfigureAwait(false);
        _failure ??= applier.Failure;
        if (applier.IsFull) _observer.Warn($"'{Destination.Info.Name}' is full: it takes no more indicators, whoever put them there. What could not be created waits; each run tries one, and sends the rest when it is accepted.");
        if (IsReady && _withheld is null && _mayDelete && IsAllDone(applier)) Complete();
    }

    // An earlier run found the service full. Deletions make room; then one creation is tried alone.
    private async Task TryRoomAsync(Applier applier, IEnumerable<PlanStep> deletions)
    {
        await applier.ApplyAsync(deletions, _counts.Total).ConfigureAwait(false);
        using var creations = Steps(StepAction.Create).GetEnumerator();
        if (creations.MoveNext()) await applier.ApplyAsync([creations.Current], _counts.Total).ConfigureAwait(false);
        if (!applier.IsFull) await applier.ApplyAsync(Rest(creations), _counts.Total).ConfigureAwait(false);
        // Last, since nothing is removed to be replaced while the service is known to be full.
        await applier.ApplyAsync(Steps(StepAction.Update, StepAction.Renew), _counts.Total).ConfigureAwait(false);
    }

    private static IEnumerable<PlanStep> Rest(IEnumerator<PlanStep> steps)
    {
        while (steps.MoveNext()) yield return steps.Current;
    }

    public DestinationReport Report(IReadOnlyDictionary<SkipReason, long> skipped)
    {
        var tally = _applier?.Tally ?? default;
        var taken = _applier?.Taken ?? 0;
        tally += new StepTally(0, 0, 0, _counts.Total - taken);
        var code = RunOutcomes.Worst([
            _failure?.Outcome ?? RunOutcome.Done, _stopped, _withheld?.Outcome ?? RunOutcome.Done, tally.Rejected + tally.Unknown > 0 || HoldsNothing ? RunOutcome.Incomplete : RunOutcome.Done]);
        RunFailedException[] failures = [.. new[] { _failure, _withheld }.OfType<RunFailedException>()];
        return new DestinationReport
        {
            Name = Destination.Info.Name,
            Kind = Destination.Info.Kind,
            Status = StatusOf(code),
            Outcome = code,
            Error = Join(failures.Select(failure => failure.Message)),
            Remedy = Join(failures.Select(failure => failure.Remedy)),
            Skipped = _fit.AddTo(skipped),
            Planned = _counts,
            Unchanged = Math.Max(0, State.Held - _forgotten - _counts.Update - _counts.Renew - _counts.Delete),
            Withheld = Withheld,
            Suppressed = _ledger.CountSuppressed(State),
            Held = _ledger.CountHeld(State),
            Tally = tally,
            Deleted = _applier?.Deleted ?? 0,
            Requests = Destination.Requests,
        };
    }

    /// <summary>Deletions that are planned and not sent, for a guard withholds them.</summary>
    private long Withheld => _withheld is null ? 0 : _counts.Delete;

    private RunFailedException? AskGuard()
    {
        var guard = new Guard(_options.MaxDelete, _options.AcceptChanges);
        if (_read is { IsEmptyRead: true } read && !_mayDelete) return guard.CheckEmptyRead(State, read);
        var hasNewSelection = Selection is { } now && _ledger.FindAcceptedSelection(State, _source!) is { } accepted && accepted != now;
        return guard.Check(State, _counts, _fit.Evicted, hasNewSelection, _read is { IsEmptyRead: true });
    }

    // What chooses the destination's indicators: settings of its own, filters, rights. Null where no source was read.
    private string? Selection => _read?.Selection is { } reading ? $"{_options.SelectionFingerprint(Destination)}\n{reading}" : null;

    private void Complete()
    {
        _ledger.CompleteDestination(State);
        if (Selection is { } accepted) _ledger.RecordAcceptedSelection(State, _source!, accepted);
    }

    // Everything is suppressed: what looks like a run without work is a destination without protection.
    private bool HoldsNothing => !_isPartial && _ledger.CountSuppressed(State) > 0 && !_ledger.HoldsAny(State, _now);

    // Steps that were never taken from the plan count as well: at a full destination creations wait for deletions that may fail.
    private bool IsAllDone(Applier applier) =>
        applier.Taken == _counts.Total && applier.Tally is { Unknown: 0, NotAttempted: 0 };

    private static string? Join(IEnumerable<string?> sentences) => string.Join(' ', sentences.OfType<string>()) is { Length: > 0 } text ? text : null;

    private IEnumerable<PlanStep> Steps(params StepAction[] actions) => _ledger.ReadSteps(State, actions).Select(Build);

    private async Task PrepareAsync(RunControl control)
    {
        if (_isPrepared) return;
        await Destination.PrepareAsync(control.Stop).ConfigureAwait(false);
        _isPrepared = true;
    }

    private PlanStep Build(PlannedKey planned)
    {
        var step = _planner.Build(planned.Key, planned.Step);
        _observer.Step(Destination.Info, step);
        return step;
    }

    // What an earlier ledger sent there is not known and cannot be listed. Keys of a new epoch never meet it.
    private void StartEpoch()
    {
        if (!_options.StartsFresh)
        {
            throw new RunFailedException(
                RunOutcome.DeletionsWithheld,
                $"The ledger is {(State.IsOutdated ? "not the latest" : "new")}, and '{Destination.Info.Name}' cannot be listed without subscriptionId, "
                + "resourceGroup and workspaceName: it is not known what an earlier run sent there.",
                "Set those three, so that it can be listed. Or run once with --fresh: everything is sent under new ids, and what was sent earlier expires.");
        }

        var epoch = $"epoch {_now.ToUnixTimeSeconds()}";
        _ledger.StartKeyNamespace(State, epoch);
        State = State with { KeyNamespace = epoch, IsOutdated = false };
        _planner = NewPlanner();
    }

    private async Task TakeInventoryAsync(CancellationToken ct)
    {
        var found = 0L;
        var listed = 0L;
        await foreach (var remote in Destination.ReadAsync(ct).ConfigureAwait(false))
        {
            if (++listed % 1_000 == 0) _observer.Listed(Destination.Info, listed);
            if (remote.ConflictsWith is { } taken) _ledger.AddHeldByOther(State, taken);
            if (!State.IsNew || remote.Key is not { } key) continue;
            _ledger.AddListedIndicator(State, key, new ListedIndicator(remote.Id, remote.Expires, remote.Revoked, remote.ImmutableHash));
            found++;
        }

        _listed = listed;
        _mayAdopt = found > 0;
        _planner = NewPlanner();
        if (State.IsOutdated)
        {
            var gone = _ledger.ForgetUnlisted(State, _now);
            State = State with { IsOutdated = false };
            _observer.Warn($"'{Destination.Info.Name}' lists {found} indicators with keys like ours. {gone} that the ledger held there are gone.");
        }
        else if (found > 0)
        {
            _observer.Warn(
                $"The ledger is new, and '{Destination.Info.Name}' already holds {found} indicators with keys like ours: those that match are taken over.");
        }
    }

    // What a replacement removes must be known as it is there, so that it can be put back.
    private async Task KeepReplacedAsync(CancellationToken ct)
    {
        if (_options.IsDryRun || !Destination.Capabilities.CanList || _ledger.CountReplacements(State) == 0) return;
        var body = new ArrayBufferWriter<byte>(1024);
        await foreach (var remote in Destination.ReadAsync(ct).ConfigureAwait(false))
        {
            body.ResetWrittenCount();
            if (remote.Key is { } key && remote.IsLive(_now) && Destination.TryWriteAgain(body, remote)) _ledger.KeepReplacedBody(State, key, body.WrittenSpan);
        }
    }

    private Planner NewPlanner() => new(
        Destination, Eligibility, new PlanFacts(_now, _options.Instance, _source, State.KeyNamespace, _mayAdopt || _ledger.HasRevokedKeys(State)), key => _ledger.FindListedIndicator(State, key));

    private Applier NewApplier(RunControl control) => new(Destination, _ledger, State, control, _observer);

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
            _stopped = control.Outcome;
        }

        if (_stopped == RunOutcome.Done && control.IsStopping) _stopped = control.Outcome;
    }

    public static RunStatus StatusOf(RunOutcome code) => code switch
    {
        RunOutcome.Done => RunStatus.Completed,
        RunOutcome.Incomplete => RunStatus.CompletedWithErrors,
        RunOutcome.DeletionsWithheld => RunStatus.Refused,
        RunOutcome.Interrupted => RunStatus.Interrupted,
        RunOutcome.OutOfTime => RunStatus.Partial,
        _ => RunStatus.Failed,
    };
}
