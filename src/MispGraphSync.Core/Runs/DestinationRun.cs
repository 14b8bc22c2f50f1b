using System.Buffers;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Runs;

/// <summary>One destination's share of a push or a retry: prepare, plan, check the limits, apply, report.</summary>
internal sealed partial class DestinationRun
{
    private readonly DestinationExecution _execution;
    private readonly IDestinationLedger _ledger;
    private readonly PushOptions _options;
    private readonly TimeProvider _time;
    private CapacityResult _capacity = CapacityResult.Everything;
    private Failure.DeletionsWithheld? _withheld;
    private IReadOnlyList<SourceReport>? _reads;
    private HashSet<string> _unread = [];
    private long? _listed;
    private long _replacements;
    private bool _mayDelete;
    private bool _hasDecidedDeletions;
    private bool _mayDeleteUnclaimed;
    private bool _isRetry;
    private bool _hasReplacedBodies;

    public DestinationRun(DestinationExecution execution, Eligibility eligibility, PushOptions options, TimeProvider time)
    {
        _execution = execution;
        _ledger = execution.Ledger;
        _options = options;
        _time = time;
        Eligibility = eligibility;
        _context = OpenContext();
    }

    public IDestination Destination => _execution.Destination;

    public DestinationState State => _execution.State;

    public Eligibility Eligibility { get; }

    /// <inheritdoc cref="DestinationExecution.Reconciled"/>
    public IReadOnlyCollection<Hash128> Reconciled => _execution.Reconciled;

    public bool MayContinue => _execution.MayContinue;

    private PlanCounts Planned => _execution.Planned;

    private IRunObserver Observer => _execution.Observer;

    private long Withheld => _withheld is null ? 0 : Planned.Delete;

    // Every source was read to its end, and all of it.
    private bool ReadsEverything => _mayDelete && _unread.Count == 0 && _reads!.All(one => one.Complete);

    // In the run that lists what an earlier ledger sent, the sources that it does not read are not marked yet.
    private SourceGap Gap => _unread.Count == 0 ? SourceGap.None
        : MayHaveLostSources && !_ledger.HaveBeenRead(_unread) ? SourceGap.Lost : _ledger.FindGap(_unread);

    private bool MayHaveLostSources => State.IsNew && (_cannotBeListed || _rebuild is { Ours: > 0 });

    // What chooses the destination's indicators, for each source: settings of its own, filters, rights.
    private IEnumerable<(SourceReport Read, string Selection)> Selections =>
        from one in _reads ?? []
        where one.Selection is not null
        select (one, $"{_options.SelectionFingerprint(Destination)}\n{one.Selection}");

    // Everything is suppressed: a destination without protection must not look like one without work.
    private bool HoldsNothing => !_isRetry && _ledger.CountSuppressed(State) > 0 && !_ledger.HoldsAny(State, _execution.Now);

    /// <summary>The read failed: nothing is sent to the destination, and its report says why.</summary>
    public void SkipBecause(SourceReport read)
    {
        if (!MayContinue) return;
        _execution.EndBecause(read.Outcome, read.Error is { } error ? new RunFailedException(read.Outcome, error, read.Remedy) : null);
    }

    /// <summary>What an old copy of the ledger has may have been withdrawn since: nothing of it is sent again.</summary>
    public void SkipOutdated()
    {
        if (!State.IsOutdated) return;
        _execution.EndBecause(RunOutcome.Incomplete, new RunFailedException(
            RunOutcome.Incomplete, $"{RebuildText.Outdated(State)} Nothing is sent again.", "Push first."));
    }

    /// <summary>Opens the destination's record again, since staging may have changed it.</summary>
    public void Refresh(IReadOnlyList<SourceReport> reads)
    {
        _reads = reads;
        _unread = [.. _options.OtherSources, .. reads.Where(one => !one.MayDelete).Select(one => one.Name)];
        if (CapacityPlanner.IsNeededAt(Destination)) _ledger.ReplanOverCapacity(State, Destination.Capabilities.Capacity, _execution.Now);
        var (isNew, isOutdated) = (State.IsNew, State.IsOutdated);
        var opened = _ledger.OpenDestination(Destination.Info, Destination.Capabilities.Shape, _options.PolicyFingerprint(Destination));
        _execution.State = opened with
        {
            IsNew = isNew,
            IsOutdated = isOutdated,
            // What a list showed concerns every key.
            PlansEverything = opened.PlansEverything || _rebuild is not null,
        };
    }

    /// <summary>
    /// Makes the plan fit the capacity and decides about its deletions. Where others share the destination, it is listed before the
    /// run's first creations.
    /// </summary>
    /// <param name="listsAgain">Another destination of the same place has sent since it was listed.</param>
    public Task CheckLimitsAsync(bool listsAgain = false) => _execution.TryAsync(async () =>
    {
        var isLimited = CapacityPlanner.IsNeededAt(Destination);
        if (isLimited && Planned.Create > 0)
        {
            if (!_options.IsDryRun && (_listed is null || listsAgain))
            {
                await _execution.PrepareAsync().ConfigureAwait(false);
                await ListAsync().ConfigureAwait(false);
            }

            _capacity = new CapacityPlanner(Destination, State, _ledger, _execution.Now)
                .Make(_listed, mayEvict: ReadsEverything);
            _execution.Planned = _ledger.CountSteps(State);
            foreach (var warning in _capacity.Warnings(Destination.Info.Name)) Observer.Warn(warning);
        }
        else if (isLimited && State.PlansEverything && !_isRetry)
        {
            // Everything was planned and nothing needs room.
            _ledger.RecordOverCapacity(State, null, Destination.Capabilities.Capacity);
        }

        if (Planner.StartingToAlert is > 0 and var alerting)
        {
            Observer.Warn(
                $"'{State.Info.Name}': {alerting} held indicators start to raise alerts; "
                + $"{Destination.Capabilities.SilenceSetting} keeps them silent.");
        }

        if (Planner.KeptForLost is > 0 and var kept)
            Observer.Warn(RebuildText.KeptForLost(State, kept, _unread.Where(one => _ledger.FindGap([one]) == SourceGap.Lost)));
        Observer.Planned(State.Info, Planned);
        _withheld = DecideDeletions();
        _hasDecidedDeletions = _mayDelete;
        // A retry knows nothing of the other keys that are marked as changed.
        if (!_isRetry) _ledger.ClearUnchanged(State, keepDeletions: !_mayDelete || _unread.Count > 0);
    });

    private void CompleteIndicators()
    {
        if (_execution.IsFull)
        {
            Observer.Warn(
                $"'{Destination.Info.Name}' is full: it accepts no more indicators. Those that could not be created wait; each run "
                + "tries one, and sends the rest when it is accepted.");
        }

        // Until then the next run lists again: what is still to be created may exist.
        if (_mayHaveLost && MayContinue && !_isUnfinished && !_isRetry) CompleteRebuild();
        if (!MayContinue || _withheld is not null || !_mayDelete || !_execution.IsAllDone) return;
        if (_unread.Count == 0) _ledger.CompleteDestination(State);
        foreach (var (read, selection) in Selections.Where(one => one.Read.MayDelete))
        {
            // What a changed selection would delete still waits.
            var waits = Planner.KeptForLost > 0 && !_options.AcceptChanges
                && _ledger.FindAcceptedSelection(State, read.Name) is { } accepted && accepted != selection;
            if (!waits) _ledger.RecordAcceptedSelection(State, read.Name, selection);
        }
    }

    private DestinationReport Report(IReadOnlyDictionary<SkipReason, long> skipped)
    {
        var report = _execution.Report(
            _withheld is null ? RunOutcome.Done : RunOutcome.DeletionsWithheld,
            HoldsNothing || _lacksList ? RunOutcome.Incomplete : RunOutcome.Done);
        return report with
        {
            Skipped = _capacity.AddTo(skipped),
            Unchanged = Math.Max(0, State.Held - Planned.OnHeld),
            WithheldDeletions = _withheld,
            Withheld = Withheld,
            HasDecidedDeletions = _hasDecidedDeletions,
            WaitingForRoom = _ledger.CountWaitingForRoom(State),
            Suppressed = _ledger.CountSuppressed(State),
            Obstacle = _options.IsDryRun ? _obstacle : null,
        };
    }

    private Failure.DeletionsWithheld? DecideDeletions()
    {
        var policy = new DeletionPolicy(_options.MaxDelete, _options.AcceptChanges);
        var empty = _reads?.FirstOrDefault(one => one.IsEmptyRead);
        var facts = new DeletionFacts
        {
            MayDelete = _mayDelete || _isRetry,
            IsEmptyRead = empty is not null,
            HasNewSelection = Selections.Any(one =>
                _ledger.FindAcceptedSelection(State, one.Read.Name) is { } accepted && accepted != one.Selection),
            Deletions = _mayDelete || _isRetry ? Planned.Delete : State.Held,
            HasUnclaimed = _ledger.CountUnclaimed(State) > 0,
            Evictions = _capacity.Evicted,
            Held = State.Held,
        };
        var verdict = policy.Decide(facts);
        if (verdict is DeletionVerdict.Allowed or DeletionVerdict.NotRead) return null;
        return new Failure.DeletionsWithheld(State.Info.Name, verdict, facts.Deletions, facts.Evictions, facts.Held)
        {
            Limit = _options.MaxDelete,
            IsAlsoTooMany = verdict != DeletionVerdict.TooMany && policy.IsTooMany(facts),
            Source = empty?.Name,
            EventsKnown = empty?.EventsKnown ?? 0,
        };
    }

    private async Task SendAsync()
    {
        if (!_options.IsDryRun && Planned.Total > Withheld) await _execution.PrepareAsync().ConfigureAwait(false);
        await KeepReplacedAsync().ConfigureAwait(false);
        await MakeSureOfCreationsAsync().ConfigureAwait(false);
        var deletions = _withheld is null || _options.IsDryRun ? Steps(StepAction.Delete) : [];
        var waitsForRoom = !_options.IsDryRun && Planned.Create > 0 && _ledger.HasWaitingForRoom(State);
        if (waitsForRoom)
        {
            await TryRoomAsync(deletions).ConfigureAwait(false);
        }
        else if (_options.IsDryRun || Planned.Create <= _capacity.Free)
        {
            await _execution.ApplyAsync(Steps(StepAction.Create, StepAction.Update, StepAction.Renew)).ConfigureAwait(false);
            await _execution.ApplyAsync(deletions).ConfigureAwait(false);
        }
        else
        {
            await _execution.ApplyAsync(Steps(StepAction.Update, StepAction.Renew)).ConfigureAwait(false);
            await _execution.ApplyInTurnsAsync(Steps(StepAction.Create), deletions, _capacity.Free).ConfigureAwait(false);
        }

        _mayCreateAgain = MayHaveCreatedRevoked();
    }

    // An earlier run found the service full. Deletions make room; then one creation is tried alone.
    private async Task TryRoomAsync(IEnumerable<PlanStep> deletions)
    {
        await _execution.ApplyAsync(deletions).ConfigureAwait(false);
        using var creations = Steps(StepAction.Create).GetEnumerator();
        if (creations.MoveNext()) await _execution.ApplyAsync([creations.Current]).ConfigureAwait(false);
        if (!_execution.IsFull) await _execution.ApplyAsync(Rest(creations)).ConfigureAwait(false);
        // Last: nothing is deleted to be replaced while the service is full.
        await _execution.ApplyAsync(Steps(StepAction.Update, StepAction.Renew)).ConfigureAwait(false);
    }

    private static IEnumerable<PlanStep> Rest(IEnumerator<PlanStep> steps)
    {
        while (steps.MoveNext()) yield return steps.Current;
    }

    private IEnumerable<PlanStep> Steps(params StepAction[] actions) =>
        _ledger.ReadSteps(State, actions).Select(planned => Planner.Build(planned.Key, planned.Step))
            .Where(step => !_existing.Contains(step.Key));

    private async Task ListAsync()
    {
        var listed = 0L;
        await foreach (var remote in ReadAsync().ConfigureAwait(false))
        {
            listed++;
            if (remote.ConflictsWith is { } taken) _ledger.AddHeldByOther(State, taken);
        }

        _listed = listed;
    }

    // What a replacement deletes must be known as it is there, so that it can be restored. The list before the first creations
    // shows it as well.
    private async Task KeepReplacedAsync()
    {
        if (_hasReplacedBodies || _replacements == 0 || _options.IsDryRun) return;
        if (await Destination.FindListObstacleAsync(_execution.Control.Stop).ConfigureAwait(false) is not null) return;
        await foreach (var _ in ReadAsync().ConfigureAwait(false))
        {
        }
    }

    private async IAsyncEnumerable<RemoteIndicator> ReadAsync()
    {
        var keeps = _replacements > 0;
        var body = new ArrayBufferWriter<byte>(1024);
        await foreach (var remote in _execution.ListAsync().ConfigureAwait(false))
        {
            body.ResetWrittenCount();
            if (keeps && remote.Key is { } key && remote.IsLive(_execution.Now) && Destination.TryWriteAgain(body, remote))
                _ledger.KeepReplacedBody(State, key, body.WrittenSpan);
            yield return remote;
        }

        _hasReplacedBodies = keeps;
    }
}
