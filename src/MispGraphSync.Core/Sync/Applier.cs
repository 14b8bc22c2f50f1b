namespace MispGraphSync.Core.Sync;

/// <summary>
/// Carries out one destination's plan: batches, several in flight, the intent committed before each request and the outcome
/// recorded after it. A batch that is refused without naming the culprit is halved until it is found; a batch whose answer was lost is
/// settled and sent again.
/// </summary>
public sealed class Applier(IDestination destination, IRecordLedger ledger, DestinationMemory memory, RunControl control, IRunObserver observer)
{
    /// <summary>How often a batch is sent again after its answer was lost and the loss was settled.</summary>
    private const int Resends = 2;

    private static readonly StepOutcome Unsettled = new StepOutcome.Unknown("The run ended before it was settled.");

    private readonly ApplyAccount _account = new(memory.Info, observer);
    private readonly Settler _settler = new(destination, ledger, memory, control);

    /// <summary>What became of the steps so far; those never reached are not counted here.</summary>
    public StepTally Tally => _account.Tally;

    /// <summary>Steps that were taken from the plan: equal to the tally's total, or there is a bug.</summary>
    public long Taken { get; private set; }

    /// <summary>Of the accepted steps, the deletions; replacements are none.</summary>
    public long Deleted => _account.Deleted;

    /// <summary>Why the destination was given up; null while it was not.</summary>
    public RunFailedException? Failure => _account.Failure;

    /// <summary>True when neither a failure nor the user keeps it from going on.</summary>
    public bool GoesOn => Failure is null && !control.IsStopping;

    /// <summary>Sends the steps, in their order, as far as nothing stops it. <paramref name="planned"/> is for progress only.</summary>
    public async Task ApplyAsync(IEnumerable<PlanStep> steps, long planned)
    {
        _account.Planned = planned;
        var options = new ParallelOptions { MaxDegreeOfParallelism = destination.ParallelRequests };
        try
        {
            await Parallel.ForEachAsync(StepBatch.Cut(Taking(steps), destination), options, async (batch, _) => await SendBatchAsync(batch).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (RunFailedException failure) when (failure.IsOfLedger)
        {
            // What was in flight has ended by now, and is accounted for; the rest was taken from the plan and never sent.
            _account.GiveUp(failure);
            var left = (int)(Taken - Tally.Total);
            if (left > 0) _account.Count([], Same(left, StepOutcome.NotAttempted.Instance));
        }

        control.Abort.ThrowIfCancellationRequested();
    }

    // What was taken so far goes on as it is, to be accounted for as not attempted.
    private IEnumerable<PlanStep> Taking(IEnumerable<PlanStep> steps)
    {
        foreach (var step in steps)
        {
            if (!GoesOn) yield break;
            Taken++;
            yield return step;
        }
    }

    private async Task SendBatchAsync(StepBatch batch)
    {
        var steps = batch.Steps;
        if (batch.Kind == BatchKind.Replace) steps = await DeleteFirstAsync(steps).ConfigureAwait(false);
        var operation = batch.Kind switch
        {
            BatchKind.Delete => Operation.Delete,
            BatchKind.Update => Operation.Update,
            _ => Operation.Create,
        };
        if (steps.Count > 0) await SendAsync(operation, steps, _account.Count).ConfigureAwait(false);
    }

    // The old one must be gone before the new one comes. What could not be removed is an outcome of the update as a whole.
    private async Task<IReadOnlyList<PlanStep>> DeleteFirstAsync(IReadOnlyList<PlanStep> steps)
    {
        var gone = new List<PlanStep>();
        var deletions = steps.Select(step => ledger.FindHeld(memory, step.Observables) is { } held ? Deletion(step, held) : null).ToList();
        gone.AddRange(steps.Where((_, i) => deletions[i] is null));
        var pairs = steps.Zip(deletions).Where(pair => pair.Second is not null).ToDictionary(pair => pair.Second!.Key, pair => pair.First);
        if (pairs.Count == 0) return gone;
        await SendAsync(Operation.Delete, [.. deletions.OfType<PlanStep>()], (sent, outcomes) =>
        {
            for (var i = 0; i < sent.Count; i++)
            {
                if (outcomes[i] is StepOutcome.Accepted) gone.Add(pairs[sent[i].Key]);
                else _account.Count([pairs[sent[i].Key]], [outcomes[i]]);
            }
        }).ConfigureAwait(false);
        return gone;
    }

    private PlanStep Deletion(PlanStep update, HeldIndicator held)
    {
        var body = new System.Buffers.ArrayBufferWriter<byte>(64);
        destination.WriteDeletion(body, held, update.Modified);
        return update with { Action = StepAction.Delete, Id = held.Id, Key = held.Key, Generation = held.Generation, Body = body.WrittenMemory };
    }

    private async Task SendAsync(Operation operation, IReadOnlyList<PlanStep> steps, Action<IReadOnlyList<PlanStep>, IReadOnlyList<StepOutcome>> count)
    {
        long? open = null;
        for (var round = 0; ; round++)
        {
            if (!GoesOn)
            {
                // An intent that is still open says that an earlier round may have happened.
                count(steps, Same(steps.Count, open is null ? StepOutcome.NotAttempted.Instance : Unsettled));
                return;
            }

            var doubt = open is null ? Doubt.None : Settler.DoubtOf(destination);
            var intent = open ?? ledger.Intend(memory, operation, steps, keepBodies: destination.KeysLiveOnce && operation != Operation.Delete);
            var outcomes = await AttemptAsync(operation, steps).ConfigureAwait(false);
            if (ApplyAccount.IsRefusedWhole(outcomes) && steps.Count > 1)
            {
                if (!TryRecord(intent, operation, steps, outcomes, doubt))
                {
                    count(steps, Same(steps.Count, open is null ? StepOutcome.NotAttempted.Instance : Unsettled));
                    return;
                }

                await SendAsync(operation, [.. steps.Take(steps.Count / 2)], count).ConfigureAwait(false);
                await SendAsync(operation, [.. steps.Skip(steps.Count / 2)], count).ConfigureAwait(false);
                return;
            }

            // It was not sent this time, but an earlier round may have gone through unheard.
            if (open is not null) outcomes = [.. outcomes.Select(outcome => outcome is StepOutcome.NotAttempted ? Unsettled : outcome)];
            if (!TryRecord(intent, operation, steps, outcomes, doubt))
            {
                count(steps, [.. outcomes.Select(outcome => outcome is StepOutcome.Accepted or StepOutcome.Unknown ? new StepOutcome.Unknown("The answer could not be recorded.") : outcome)]);
                return;
            }

            var lost = steps.Where((_, i) => outcomes[i] is StepOutcome.Unknown).ToList();
            if (lost.Count == 0 || control.Abort.IsCancellationRequested || Failure is not null)
            {
                count(steps, outcomes);
                _account.NoteRefusals(outcomes);
                return;
            }

            var known = Enumerable.Range(0, steps.Count).Where(i => outcomes[i] is not StepOutcome.Unknown).ToList();
            if (known.Count > 0) count([.. known.Select(i => steps[i])], [.. known.Select(i => outcomes[i])]);
            if (round == Resends)
            {
                count(lost, Same(lost.Count, outcomes.OfType<StepOutcome.Unknown>().First()));
                _account.GiveUp(Lost(lost.Count, outcomes.OfType<StepOutcome.Unknown>().First().Why));
                return;
            }

            if (destination.Upserts || operation != Operation.Create)
            {
                // Sending the same again does no harm, and the intent stays open until an answer is heard.
                (open, steps) = (intent, lost);
                continue;
            }

            if (await TrySettleAsync(intent, lost).ConfigureAwait(false) is not { } settled)
            {
                count(lost, Same(lost.Count, outcomes.OfType<StepOutcome.Unknown>().First()));
                _account.GiveUp(Lost(lost.Count, outcomes.OfType<StepOutcome.Unknown>().First().Why));
                return;
            }

            var there = lost.Where(step => settled.Existing.ContainsKey(step.Key)).ToList();
            if (there.Count > 0) count(there, [.. there.Select(step => new StepOutcome.Accepted(settled.Existing[step.Key]))]);
            steps = [.. lost.Where(step => !settled.Existing.ContainsKey(step.Key))];
            if (steps.Count == 0) return;
        }
    }

    // False: the ledger could not be written. The intent is still open then, and the next run finds out what became of it.
    private bool TryRecord(long intent, Operation operation, IReadOnlyList<PlanStep> steps, IReadOnlyList<StepOutcome> outcomes, Doubt doubt)
    {
        try
        {
            ledger.Record(memory, intent, operation, steps, outcomes, doubt);
            return true;
        }
        catch (RunFailedException failure) when (failure.IsOfLedger)
        {
            _account.GiveUp(failure);
            return false;
        }
    }

    private RunFailedException Lost(int count, string why) => new(
        ExitCode.OutOfReach,
        $"'{memory.Info.Name}' gave no answer that tells what became of {count} indicators: {why}",
        "Run again: the next run finds out what became of them before it sends anything.");

    private async Task<IReadOnlyList<StepOutcome>> AttemptAsync(Operation operation, IReadOnlyList<PlanStep> steps)
    {
        try
        {
            return await destination.ApplyAsync(operation, steps, control.Abort).ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            _account.GiveUp(failure);
            return Same(steps.Count, MayHaveHappened(operation, failure) ? new StepOutcome.Unknown(failure.Message) : StepOutcome.NotAttempted.Instance);
        }
        catch (RequestStoppedException stopped)
        {
            return Same(steps.Count, stopped.MayHaveHappened ? new StepOutcome.Unknown("The run was told to end before an answer came.") : StepOutcome.NotAttempted.Instance);
        }
        catch (OperationCanceledException)
        {
            return Same(steps.Count, control.Abort.IsCancellationRequested
                ? new StepOutcome.Unknown("The run was interrupted while the request was under way.")
                : StepOutcome.NotAttempted.Instance);
        }
    }

    // What may be sent again is retried by the pipeline, so an earlier attempt may have reached the service before it gave up.
    private bool MayHaveHappened(Operation operation, RunFailedException failure) => failure.MayHaveHappened ??
        failure.Code is ExitCode.OutOfReach or ExitCode.OutOfTime && (destination.Upserts || operation != Operation.Create);

    // For a plain create. Null: it could not be settled now, and the open intent tells the next run.
    private async Task<Settlement?> TrySettleAsync(long intent, IReadOnlyList<PlanStep> lost)
    {
        if (!GoesOn) return null;
        try
        {
            return await _settler.SettleAsync(new OpenIntent(intent, Operation.Create, lost)).ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            _account.GiveUp(failure);
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static StepOutcome[] Same(int count, StepOutcome outcome)
    {
        var outcomes = new StepOutcome[count];
        Array.Fill(outcomes, outcome);
        return outcomes;
    }
}
