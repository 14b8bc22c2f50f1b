using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>
/// Carries out one destination's plan: batches, several in flight, each by a <see cref="BatchSender"/>; replacements by a
/// <see cref="Replacer"/>.
/// </summary>
public sealed class Applier
{
    private readonly IDestination _destination;
    private readonly RunControl _control;
    private readonly ApplyProgress _account;
    private readonly BatchSender _sender;
    private readonly Replacer _replacer;

    public Applier(IDestination destination, IDestinationLedger ledger, DestinationState memory, RunControl control, IRunObserver observer)
    {
        _destination = destination;
        _control = control;
        _account = new ApplyProgress(memory.Info, observer);
        _sender = new BatchSender(destination, ledger, memory, control, _account);
        _replacer = new Replacer(destination, ledger, memory, _sender, _account);
    }

    /// <summary>What became of the steps so far; those never reached are not counted here.</summary>
    public StepTally Tally => _account.Tally;

    /// <summary>Steps that were taken from the plan: equal to the tally's total, or there is a bug.</summary>
    public long Taken { get; private set; }

    /// <summary>Of the accepted steps, the deletions; replacements are none.</summary>
    public long Deleted => _account.Deleted;

    /// <summary>Why the destination was given up, or what got no answer; null while neither.</summary>
    public RunFailedException? Failure => _account.Failure ?? _account.Unanswered;

    /// <summary>The service holds as many as it takes: what could not be created waits for the next run.</summary>
    public bool IsFull => _account.IsFull;

    /// <summary>True when neither a failure nor the user keeps it from going on.</summary>
    public bool MayContinue => _sender.MayContinue;

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
            _account.Abort(failure);
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
            if (!MayContinue) yield break;
            if (IsFull && step.Action == StepAction.Create) continue;
            Taken++;
            yield return step;
        }
    }

    private Task SendBatchAsync(StepBatch batch) => batch.Kind switch
    {
        BatchKind.Replace => _replacer.ReplaceAsync(batch.Steps),
        BatchKind.Create => _replacer.CreateAsync(batch.Steps, isHalfDone: false),
        BatchKind.Update => _sender.SendAsync(Operation.Update, batch.Steps, _account.Count),
        _ => _sender.SendAsync(Operation.Delete, batch.Steps, _account.Count),
    };
}
