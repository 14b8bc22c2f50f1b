using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Runs;

// What the ledger cannot know, since it is new, an old copy, or there is none: the destination's list shows it.
internal sealed partial class DestinationRun
{
    /// <summary>Rounds of new generations in one run: each waits for the list.</summary>
    private const int MostRounds = 3;

    private static readonly TimeSpan MostWaitOfPlan = TimeSpan.FromSeconds(15);

    private readonly HashSet<Guid> _existing = [];
    private RunFailedException? _obstacle;
    private bool _mayHaveLost;
    private bool _mayCreateAgain;
    private bool _cannotBeListed;
    private bool _isListedForUnclaimed;
    private bool _lacksList;
    private bool _isListPostponed;
    private bool _isUnfinished;
    private Rebuild? _rebuild;

    /// <summary>Held, listed as ours, or perhaps created.</summary>
    public bool HasAny => State.Held > 0 || _rebuild is { Ours: > 0 } || _ledger.OpenIntents(State).Count > 0;

    // Indicators of ours without a known source are held, and this run may find out about them.
    private bool IsListDueForUnclaimed => _options is { IsDryRun: false, ReadsAllSources: true, Stage.IsPartOfSource: false }
        && !_options.SharesPlace(Destination)
        && (_options.AcceptChanges ? _ledger.CountUnclaimed(State) > 0 : _ledger.IsListDueForUnclaimed(State, _execution.Now));

    /// <summary>The events that listed indicators of ours name as their sources.</summary>
    public IReadOnlyCollection<Guid> MentionedEvents => _rebuild?.Events ?? [];

    /// <summary>Lists the destination where the ledger is new or outdated, and when that is due.</summary>
    /// <param name="mayListForUnclaimed">Also where that may show that indicators without a known source are to go.</param>
    public async Task PrepareAsync(bool isListDue, bool mayListForUnclaimed = false)
    {
        await _execution.TryAsync(() => PrepareIndicatorsAsync(isListDue, mayListForUnclaimed)).ConfigureAwait(false);
        if (_context is not null && MayContinue) await _context.PrepareAsync(isListDue).ConfigureAwait(false);
    }

    private async Task PrepareIndicatorsAsync(bool isListDue, bool mayListForUnclaimed)
    {
        if (!State.IsNew && !State.IsOutdated && !isListDue)
        {
            _isListedForUnclaimed = mayListForUnclaimed && IsListDueForUnclaimed;
            if (!_isListedForUnclaimed) return;
        }

        // The list must show what is there afterwards.
        await ReconcileEarlierAsync().ConfigureAwait(false);
        await RebuildAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Reconciles requests of earlier runs. That may delete what was created: so not before it is known what to send again.
    /// </summary>
    public Task ReconcileAsync() => _execution.TryAsync(ReconcileEarlierAsync);

    private async Task ReconcileEarlierAsync()
    {
        if (!_options.IsDryRun) await _execution.ReconcileEarlierAsync().ConfigureAwait(false);
        _execution.State = State with { Held = _ledger.CountHeld(State) };
    }

    private bool MayDoWithoutList =>
        !_options.IsDryRun && Destination.Capabilities is { Upserts: true, HasSharedNamespace: false };

    // A user knows of other ledgers what this one cannot: what they sent, a plain create would send twice.
    private bool IsListAskedFor => _options.Stage.Full && !Destination.Capabilities.Upserts;

    private async Task RebuildAsync()
    {
        var mustList = State.IsNew || State.IsOutdated;
        try
        {
            if (await Destination.FindListObstacleAsync(_execution.Control.Stop).ConfigureAwait(false) is { } obstacle)
            {
                if (mustList) DoWithoutList($"cannot be listed without {obstacle}");
                return;
            }

            await _execution.PrepareAsync().ConfigureAwait(false);
            var rebuild = new Rebuild(_execution, _options.Instance);
            await rebuild.ListAsync().ConfigureAwait(false);
            _rebuild = rebuild;
            _listed = rebuild.Listed;
            // What is gone may be there all the same: a list can be incomplete.
            _mayHaveLost = rebuild.Gone > 0 || State.IsOutdated
                || (mustList && (_options.MayHaveLostRecords || _options.HasNoLedger || rebuild.Ours > 0));
        }
        // Without the right to list, or behind a firewall that blocks the host of the list, sending may still work where creating is the
        // same as updating. The next run tries to list again.
        catch (RunFailedException failure) when (
            failure.Outcome is RunOutcome.SignInFailed or RunOutcome.Unreachable && !failure.IsOfLedger && mustList && MayDoWithoutList)
        {
            DoWithoutList($"could not be listed: {failure.Message}");
            _isListPostponed = true;
        }
        // A plan needs no sign-in, except where a list is all there is to plan from. Where nothing is known to be wrong, a list can wait.
        catch (RunFailedException failure) when (
            !failure.IsOfLedger && (_options is { IsDryRun: true, HasNoLedger: false } || (!mustList && !IsListAskedFor)))
        {
            _obstacle = failure;
            _lacksList = _isListedForUnclaimed || _options is { Stage.Full: true, IsDryRun: false };
            Observer.Warn(RebuildText.NotListed(State, failure, _options.IsDryRun, _isListedForUnclaimed));
        }
    }

    /// <summary>
    /// Asks the destination whether it lets us in, so that a wrong secret is reported before a long read. A plan needs no sign-in: it
    /// reports what a push would meet. A service that is down may be up again after the read.
    /// </summary>
    public Task SignInAsync() => _execution.TryAsync(async () =>
    {
        if (_obstacle is not null) return;
        using var patience = new CancellationTokenSource(_options.IsDryRun ? MostWaitOfPlan : Timeout.InfiniteTimeSpan, _time);
        try
        {
            await _execution.PrepareAsync(patience.Token).ConfigureAwait(false);
        }
        catch (RunFailedException failure) when (!failure.IsOfLedger && (_options.IsDryRun || failure.Outcome == RunOutcome.Unreachable))
        {
            _obstacle = failure;
            if (!_options.IsDryRun) Observer.Warn(RebuildText.NotReached(State, failure));
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !_execution.Control.IsStopping)
        {
            _obstacle = new RunFailedException(
                RunOutcome.Unreachable, $"There was no answer within {MostWaitOfPlan.TotalSeconds:0} seconds.");
        }
    });

    // What an earlier ledger sent is not known there. Where creating is the same as updating, sending everything again does no harm.
    private void DoWithoutList(string how)
    {
        _cannotBeListed = true;
        if (State.IsOutdated) _ledger.ForgetContent(State);
        Observer.Warn(RebuildText.CannotList(State, how));
    }

    private void HoldUnclaimed()
    {
        if (_rebuild is not { } rebuild) return;
        rebuild.HoldUnclaimed();
        RebuildText.Describe(rebuild, State, Destination.Capabilities, _options, _mayDeleteUnclaimed).ForEach(Observer.Warn);
    }

    // Without a list too: there is no other witness than the ledger.
    private void CompleteRebuild()
    {
        if (_rebuild is not null || _cannotBeListed) _ledger.CompleteRebuild(State, isListed: !_isListPostponed);
    }

    private void PlanUnclaimed()
    {
        if (_ledger.CountUnclaimed(State) == 0) return;
        var deletion = new StepDecision(StepAction.Delete, StepReasons.Withdrawn);
        foreach (var held in _ledger.ReadUnclaimedHeld(State))
        {
            if (held.Expires <= _execution.Now)
            {
                _ledger.ForgetHeld(State, held.Observables);
            }
            else if (_mayDeleteUnclaimed)
            {
                _ledger.AddStep(State, new PlanKey { Observables = held.Observables, Sources = [], Held = held }, deletion);
            }
        }

        _execution.Planned = _ledger.CountSteps(State);
        _execution.State = State with { Held = _ledger.CountHeld(State) };
    }

    // A plain create of what is there and not listed yet would make a second one.
    private async Task MakeSureOfCreationsAsync()
    {
        if (!_mayHaveLost || Destination.Capabilities.Upserts || Planned.Create == 0) return;
        foreach (var batch in Steps(StepAction.Create).Chunk(Destination.Capabilities.BatchSize))
        {
            var result = await Destination.ReconcileAsync([.. batch.Select(step => step.Key)], _execution.Control.Stop)
                .ConfigureAwait(false);
            PlanStep[] existing = [.. batch.Where(step => result.Existing.ContainsKey(step.Key))];
            if (existing.Length == 0) continue;
            // Held with unknown content: the next run updates them.
            _existing.UnionWith(existing.Select(step => step.Key));
            _ledger.RecordReconciled(State, new OpenIntent(0, Operation.Create, existing), result);
        }
    }

    // Where a list does not show revoked indicators, a key that was revoked before is accepted again and yet stays revoked. An earlier
    // run may have ended while it waited.
    private bool MayHaveCreatedRevoked() =>
        _mayHaveLost && Destination.Capabilities.IdsNotReusable && !_options.IsDryRun && !_ledger.ListsRevoked(State)
        && (Planned.Create > 0 || _ledger.FindUnlisted(State, _execution.Now).Count > 0);

    // What was created and is not listed in time gets the next generation.
    private async Task FindGenerationsAsync()
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var missing = await WaitForCreatedAsync().ConfigureAwait(false);
            if (missing.Count == 0) return;
            await CreateAgainAsync(missing).ConfigureAwait(false);
        }

        if (await WaitForCreatedAsync().ConfigureAwait(false) is not { Count: > 0 } still) return;
        _ledger.RecordCorrections(State, [.. still.Select(Revoked)]);
        _ledger.CompareNext(State);
        _isUnfinished = true;
        Observer.Warn($"'{State.Info.Name}' accepted {still.Count:N0} indicators and does not list them. The next run tries them again.");
    }

    private static Correction Revoked(HeldIndicator held) => new(held.Observables, CorrectionKind.KeyIsRevoked);

    private async Task<IReadOnlyList<HeldIndicator>> WaitForCreatedAsync()
    {
        var lag = Destination.Capabilities.VisibilityLag;
        IReadOnlyList<HeldIndicator> missing = [];
        // Mostly they are listed much earlier.
        foreach (var wait in (TimeSpan[])[TimeSpan.Zero, lag / 5, lag - (lag / 5)])
        {
            await Task.Delay(wait, _time, _execution.Control.Stop).ConfigureAwait(false);
            await new Rebuild(_execution, _options.Instance).ReadAsync().ConfigureAwait(false);
            missing = _ledger.FindUnlisted(State, _time.GetUtcNow());
            if (missing.Count == 0) return [];
        }

        return missing;
    }

    private async Task CreateAgainAsync(IReadOnlyList<HeldIndicator> missing)
    {
        var planned = Planned;
        _ledger.RecordCorrections(State, [.. missing.Select(Revoked)]);
        _execution.State = State with { PlansEverything = false };
        _ledger.PrepareKeys(State, [.. missing.Select(held => held.Observables)]);
        Plan(Planner.Decide, _ => false);
        var added = Planned;
        _execution.Planned = planned with { Create = planned.Create + added.Create };
        await _execution.ApplyAsync(Steps(StepAction.Create)).ConfigureAwait(false);
    }
}
