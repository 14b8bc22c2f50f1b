namespace MispGraphSync.Core.Sync;

/// <summary>
/// Carries out one destination's plan: batches, several in flight, each by a <see cref="BatchSender"/>; replacements as a deletion
/// and a creation.
/// </summary>
public sealed class Applier
{
    private readonly IDestination _destination;
    private readonly IRecordLedger _ledger;
    private readonly DestinationMemory _memory;
    private readonly RunControl _control;
    private readonly ApplyAccount _account;
    private readonly BatchSender _sender;

    public Applier(IDestination destination, IRecordLedger ledger, DestinationMemory memory, RunControl control, IRunObserver observer)
    {
        _destination = destination;
        _ledger = ledger;
        _memory = memory;
        _control = control;
        _account = new ApplyAccount(memory.Info, observer);
        _sender = new BatchSender(destination, ledger, memory, control, _account);
    }

    /// <summary>What became of the steps so far; those never reached are not counted here.</summary>
    public StepTally Tally => _account.Tally;

    /// <summary>Steps that were taken from the plan: equal to the tally's total, or there is a bug.</summary>
    public long Taken { get; private set; }

    /// <summary>Of the accepted steps, the deletions; replacements are none.</summary>
    public long Deleted => _account.Deleted;

    /// <summary>Why the destination was given up, or what got no answer; null while neither.</summary>
    public RunFailedException? Failure => _account.Failure ?? _account.Unheard;

    /// <summary>True when neither a failure nor the user keeps it from going on.</summary>
    public bool GoesOn => _sender.GoesOn;

    /// <summary>Sends the steps, in their order, as far as nothing stops it. <paramref name="planned"/> is for progress only.</summary>
    public async Task ApplyAsync(IEnumerable<PlanStep> steps, long planned)
    {
        _account.Planned = planned;
        var options = new ParallelOptions { MaxDegreeOfParallelism = _destination.ParallelRequests };
        try
        {
            await Parallel.ForEachAsync(StepBatch.Cut(Taking(steps), _destination), options, async (batch, _) => await SendBatchAsync(batch).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (RunFailedException failure) when (failure.IsOfLedger)
        {
            // What was in flight has ended by now; what is not accounted for was taken from the plan and not sent any more.
            _account.GiveUp(failure);
            var left = (int)(Taken - Tally.Total);
            if (left > 0) _account.Count([], [.. Enumerable.Repeat(StepOutcome.NotAttempted.Instance, left)]);
        }

        _control.Abort.ThrowIfCancellationRequested();
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
        if (steps.Count > 0) await _sender.SendAsync(operation, steps, _account.Count).ConfigureAwait(false);
    }

    // The old one must be gone before the new one comes. What could not be removed is an outcome of the update as a whole.
    private async Task<IReadOnlyList<PlanStep>> DeleteFirstAsync(IReadOnlyList<PlanStep> steps)
    {
        var gone = new List<PlanStep>();
        var deletions = steps.Select(step => _ledger.FindHeld(_memory, step.Observables) is { } held ? Deletion(step, held) : null).ToList();
        gone.AddRange(steps.Where((_, i) => deletions[i] is null));
        var pairs = steps.Zip(deletions).Where(pair => pair.Second is not null).ToDictionary(pair => pair.Second!.Key, pair => pair.First);
        if (pairs.Count == 0) return gone;
        await _sender.SendAsync(Operation.Delete, [.. deletions.OfType<PlanStep>()], (sent, outcomes) =>
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
        _destination.WriteDeletion(body, held, update.Modified);
        return update with { Action = StepAction.Delete, Id = held.Id, Key = held.Key, Generation = held.Generation, Body = body.WrittenMemory };
    }
}
