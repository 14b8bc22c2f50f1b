using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>
/// Sends one destination's steps: batches, several in flight, each by a <see cref="BatchSender"/>; replacements by a
/// <see cref="Replacer"/>.
/// </summary>
internal sealed class Applier
{
    private readonly IDestination _destination;
    private readonly RunControl _control;
    private readonly ApplyProgress _progress;
    private readonly BatchSender _sender;
    private readonly Replacer _replacer;

    public Applier(IDestination destination, IDestinationLedger ledger, DestinationState state, RunControl control, IRunObserver observer)
    {
        _destination = destination;
        _control = control;
        _progress = new ApplyProgress(state.Info, observer);
        _sender = new BatchSender(destination, ledger, state, control, _progress);
        _replacer = new Replacer(destination, ledger, state, _sender, _progress);
    }

    /// <inheritdoc cref="ApplyProgress.Tally"/>
    public StepTally Tally => _progress.Tally;

    /// <summary>Steps that were taken from the plan: equal to the tally's total, or there is a bug.</summary>
    public long Taken { get; private set; }

    /// <inheritdoc cref="ApplyProgress.Deleted"/>
    public long Deleted => _progress.Deleted;

    /// <summary>Why the destination was given up, or what got no response.</summary>
    public RunFailedException? Failure => _progress.Failure ?? _progress.Unanswered;

    /// <inheritdoc cref="ApplyProgress.IsFull"/>
    public bool IsFull => _progress.IsFull;

    /// <summary>Sends the steps, in their order, as far as nothing stops it. <paramref name="planned"/> is for progress only.</summary>
    public async Task ApplyAsync(IEnumerable<PlanStep> steps, long planned)
    {
        _progress.Planned = planned;
        var options = new ParallelOptions { MaxDegreeOfParallelism = _destination.ParallelRequests };
        try
        {
            await Parallel.ForEachAsync(
                Open(StepBatch.Cut(Take(steps), _destination)), options,
                async (batch, _) => await SendBatchAsync(batch).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            // Of the ledger, or a step that must not be sent.
            // Requests in flight have ended by now. The other steps that were taken from the plan are not sent any more.
            _progress.Abort(failure);
            var rest = (int)(Taken - Tally.Total);
            if (rest > 0) _progress.Count([], StepOutcome.Each(rest, StepOutcome.NotAttempted.Instance));
        }

        _control.Abort.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// Sends creations where there is no room for all of them: as many as there is room for, then a batch of deletions and as many
    /// creations as that made room for, in turns. So the capacity is never exceeded, and never is more than one batch deleted before
    /// the creations it makes room for are sent.
    /// </summary>
    public async Task ApplyInTurnsAsync(IEnumerable<PlanStep> creations, IEnumerable<PlanStep> deletions, long free, long planned)
    {
        using var creation = creations.GetEnumerator();
        using var deletion = deletions.GetEnumerator();
        while (_sender.MayContinue)
        {
            var wanted = free;
            var sent = 0L;
            await ApplyAsync(Next(creation, wanted, () => sent++), planned).ConfigureAwait(false);
            // Fewer than there was room for: that was the last creation.
            if (sent < wanted) break;

            var before = Tally.Accepted;
            var deleted = 0L;
            await ApplyAsync(Next(deletion, _destination.Capabilities.BatchSize, () => deleted++), planned).ConfigureAwait(false);
            if (deleted == 0) return;
            free = Tally.Accepted - before;
        }

        await ApplyAsync(Next(deletion, long.MaxValue, () => { }), planned).ConfigureAwait(false);
    }

    private static IEnumerable<PlanStep> Next(IEnumerator<PlanStep> steps, long most, Action taken)
    {
        for (var i = 0L; i < most && steps.MoveNext(); i++)
        {
            taken();
            yield return steps.Current;
        }
    }

    // Steps taken so far are still reported when it stops.
    private IEnumerable<PlanStep> Take(IEnumerable<PlanStep> steps)
    {
        foreach (var step in steps)
        {
            if (!_sender.MayContinue) yield break;
            if (IsFull && step.Action == StepAction.Create) continue;
            Taken++;
            yield return step;
        }
    }

    // As many requests as are in flight at a time share one commit of their intents.
    private IEnumerable<StepBatch> Open(IEnumerable<StepBatch> batches) =>
        batches.Chunk(_destination.ParallelRequests).SelectMany(_sender.Open);

    private Task SendBatchAsync(StepBatch batch) => batch.Kind switch
    {
        BatchKind.Replace => _replacer.ReplaceAsync(batch.Steps),
        BatchKind.Create => _replacer.CreateAsync(batch.Steps, isHalfDone: false, batch.Request),
        _ => _sender.SendAsync(batch.Operation!.Value, batch.Steps, _progress.Count, opened: batch.Request),
    };
}
