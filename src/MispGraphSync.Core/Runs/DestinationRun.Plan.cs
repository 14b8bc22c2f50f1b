using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Runs;

// The plan: what is decided of each key.
internal sealed partial class DestinationRun
{
    private Planner? _planner;
    private PlanWriter? _plan;

    /// <summary>
    /// Decides every key for each of these destinations, and adds the steps. The sources of a key are read once for all of them.
    /// </summary>
    public static async Task PlanAsync(IReadOnlyList<DestinationRun> runs)
    {
        foreach (var run in runs) await run._execution.TryAsync(run.BeginPlanAsync).ConfigureAwait(false);
        foreach (var sameShape in runs.Where(run => run.MayContinue).GroupBy(run => run.State.Shape)) Plan([.. sameShape]);
        foreach (var run in runs) await run._execution.TryAsync(run.EndPlanAsync).ConfigureAwait(false);
    }

    /// <summary>
    /// Plans the rejected and the reconciled keys as if they had not been rejected. Deletes only what was to be deleted when it was
    /// rejected, and still is.
    /// </summary>
    public Task PlanRejectedAsync() => _execution.TryAsync(() =>
    {
        _isRetry = true;
        _ledger.ForgetObsoleteRejections(State);
        Plan(key => Planner.Decide(key with { Rejected = null }), key => key.Rejected is { Action: StepAction.Delete });
        return Task.CompletedTask;
    });

    private static void Plan(List<DestinationRun> runs)
    {
        var planning = runs.ToDictionary(run => run.State.Id);
        try
        {
            foreach (var (destination, key) in runs[0]._ledger.KeysToPlan([.. runs.Select(run => run.State)]))
            {
                if (planning.TryGetValue(destination.Id, out var run) && !run.TryPlan(key)) planning.Remove(destination.Id);
            }
        }
        catch (RunFailedException failure)
        {
            // The ledger fails for all of them.
            foreach (var run in planning.Values) run._execution.EndBecause(RunOutcome.Done, failure);
        }
    }

    private Task BeginPlanAsync()
    {
        _mayDelete = _reads!.Any(one => one.MayDelete) && !_options.Stage.IsPartOfSource;
        // An event that could not be read, or a source that was not, may be the source of an indicator without a known one.
        // So may another destination of the settings at the same place, which is disabled now.
        // And of several sources, one without any event may have had some.
        var isSure = _reads is [_] || _options.AcceptChanges || _reads!.All(one => one.Events > 0);
        // Only a list names the events that may have aged.
        _mayDeleteUnclaimed = _rebuild is not null && ReadsEverything && isSure && _options.ReadsAllSources
            && !_options.SharesPlace(Destination);
        _plan = NewPlan();
        return Task.CompletedTask;
    }

    // False: a bug at this destination, which leaves the others alone.
    private bool TryPlan(PlanKey key)
    {
        try
        {
            if (IsDecided(key)) _plan!.Write(key, Planner.Decide(key), _mayDelete);
            return true;
        }
        catch (RunFailedException failure) when (!failure.IsOfLedger)
        {
            _execution.EndBecause(RunOutcome.Done, failure);
            return false;
        }
    }

    private Task EndPlanAsync()
    {
        EndPlan(_plan!);
        HoldUnclaimed();
        if (MayHaveLostSources) _ledger.LoseSources(_unread);
        if (!_mayHaveLost) CompleteRebuild();
        PlanUnclaimed();
        // Everything was listed and read, and that did not help: nor will it in the next run.
        var isUnsure = _rebuild is not null && ReadsEverything && !_mayDeleteUnclaimed;
        if (_isListedForUnclaimed && isUnsure) _ledger.RecordListForUnclaimed(State, _execution.Now);
        _ledger.ForgetObsoleteRejections(State);
        return Task.CompletedTask;
    }

    private void Plan(Func<PlanKey, PlanDecision> decide, Func<PlanKey, bool> mayDelete)
    {
        var plan = NewPlan();
        foreach (var key in _ledger.KeysToPlan(State))
        {
            if (IsDecided(key)) plan.Write(key, decide(key), mayDelete(key));
        }

        EndPlan(plan);
    }

    private PlanWriter NewPlan() => new(Planner, _ledger, State, _execution.Now);

    // What has no known source may still be claimed by a later key. A retry knows that nothing claims it.
    private bool IsDecided(PlanKey key) => _isRetry || key.Held is not { IsUnclaimed: true };

    private void EndPlan(PlanWriter plan)
    {
        _execution.Planned = _ledger.CountSteps(State);
        plan.Check(Planned);
        // What a list showed was taken over, and what has expired was forgotten.
        _execution.State = State with { Held = _ledger.CountHeld(State) };
        _replacements = _ledger.CountReplacements(State);
    }

    // Made when it is first needed: after the destination was listed, and after staging.
    private Planner Planner => _planner ??= new Planner(
        Destination,
        Eligibility,
        new PlanFacts(
            _execution.Now, _options.Instance, _reads?.Where(one => one.Error is null).Select(one => one.Name).ToHashSet(),
            _ledger.HasListedKeys(State), _ledger.LastListedGeneration(State))
        {
            Unread = _unread,
            Gap = Gap,
            ComparesContent = _options.Stage.Full && _rebuild is not null,
            CreatorOf = _context is { } context ? context.CreatorOf : null,
        },
        key => _ledger.FindListedKey(State, key, _execution.Now));
}
