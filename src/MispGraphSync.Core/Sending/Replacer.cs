using System.Buffers;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>
/// Replaces what a service cannot change in place: deletes the old form, then creates the new one. The service may reject the new
/// form, so one indicator is replaced alone until one is accepted, and what was deleted for a rejected one is restored.
/// </summary>
internal sealed class Replacer(
    IDestination destination, IDestinationLedger ledger, DestinationState state, BatchSender sender, ApplyProgress progress)
{
    /// <summary>So many single replacements in a row that are rejected: the others wait for the next run.</summary>
    private const int MostRejected = 3;

    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;
    private int _rejected;
    private bool _isProven;

    /// <summary>Deletes and creates, one batch after the other. Every step is reported when it returns.</summary>
    public Task ReplaceAsync(IReadOnlyList<PlanStep> steps)
    {
        lock (_gate) return _last = ReplaceAfterAsync(_last, steps);
    }

    /// <summary>
    /// Creates; what a replacement deleted before, in this run or an earlier one, is restored when its new form is rejected.
    /// </summary>
    /// <param name="isHalfDone">The old form has just been deleted: the creation is sent although the run is to stop.</param>
    /// <param name="opened">The request, when its intent is committed already.</param>
    public async Task CreateAsync(IReadOnlyList<PlanStep> steps, bool isHalfDone, Request? opened = null)
    {
        var accepted = 0;
        var rejected = new List<PlanStep>();
        await sender.SendAsync(Operation.Create, steps, Note, isHalfDone, opened).ConfigureAwait(false);
        if (isHalfDone) Learn(accepted, rejected.Count);
        await RestoreAsync(rejected).ConfigureAwait(false);

        void Note(IReadOnlyList<PlanStep> sent, IReadOnlyList<StepOutcome> outcomes)
        {
            progress.Count(sent, outcomes);
            lock (rejected)
            {
                accepted += outcomes.Count(outcome => outcome is StepOutcome.Accepted);
                rejected.AddRange(sent.Where((_, i) => outcomes[i] is StepOutcome.Rejected or StepOutcome.NotAttempted));
            }
        }
    }

    // At a full service others may take the room before the new form, or the old one, is created.
    private bool MayDelete => sender.MayContinue && !progress.IsFull;

    private async Task ReplaceAfterAsync(Task earlier, IReadOnlyList<PlanStep> steps)
    {
        await earlier.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var next = 0;
        while (!_isProven && next < steps.Count && MayDelete && _rejected < MostRejected)
            await ReplaceBatchAsync([steps[next++]]).ConfigureAwait(false);

        IReadOnlyList<PlanStep> rest = [.. steps.Skip(next)];
        if (rest.Count == 0) return;
        if (_isProven && MayDelete) await ReplaceBatchAsync(rest).ConfigureAwait(false);
        else progress.Count(rest, StepOutcome.Each(rest.Count, StepOutcome.NotAttempted.Instance));
    }

    private void Learn(int accepted, int rejected)
    {
        if (accepted > 0) (_isProven, _rejected) = (true, 0);
        else if (rejected > 0) (_isProven, _rejected) = (false, _rejected + 1);
    }

    private async Task ReplaceBatchAsync(IReadOnlyList<PlanStep> steps)
    {
        var deleted = await DeleteAsync(steps).ConfigureAwait(false);
        if (deleted.Count > 0) await CreateAsync(deleted, isHalfDone: true).ConfigureAwait(false);
    }

    // The old form must be gone before the new one comes. A failed deletion is the outcome of the whole update.
    private async Task<IReadOnlyList<PlanStep>> DeleteAsync(IReadOnlyList<PlanStep> steps)
    {
        var deleted = new List<PlanStep>();
        var deletions = new List<PlanStep>();
        var updates = new Dictionary<Guid, PlanStep>();
        foreach (var step in steps)
        {
            if (ledger.FindHeld(state, step.Observables) is not { } held)
            {
                deleted.Add(step);
                continue;
            }

            deletions.Add(DeletionOf(step, held));
            updates[held.Key] = step;
        }

        if (deletions.Count == 0) return deleted;
        await sender.SendAsync(Operation.Delete, deletions, (sent, outcomes) =>
        {
            for (var i = 0; i < sent.Count; i++)
            {
                var update = updates[sent[i].Key];
                if (outcomes[i] is StepOutcome.Accepted) deleted.Add(update);
                else progress.Count([update], [outcomes[i]]);
            }
        }).ConfigureAwait(false);
        return deleted;
    }

    private PlanStep DeletionOf(PlanStep update, HeldIndicator held)
    {
        var body = new ArrayBufferWriter<byte>(64);
        destination.WriteDeletion(body, held, update.Modified);
        return update with
        {
            Action = StepAction.Delete,
            Id = held.Id,
            Key = held.Key,
            Generation = held.Generation,
            Body = body.WrittenMemory
        };
    }

    // Not counted: it is no step of the plan.
    private async Task RestoreAsync(IReadOnlyList<PlanStep> rejected)
    {
        var old = rejected.Select(step => ledger.FindReplaced(state, step.Observables) is { } held
            ? PlanStep.On(held, StepAction.Create, StepReasons.PutBack) with
            {
                Body = held.Body,
                Value = step.Value,
                Label = step.Label,
            }
            : null).OfType<PlanStep>().ToList();
        if (old.Count == 0) return;
        await sender.SendAsync(Operation.Create, old, (sent, outcomes) =>
        {
            for (var i = 0; i < sent.Count; i++)
            {
                if (outcomes[i] is not StepOutcome.Accepted) progress.NoteLost(sent[i], outcomes[i]);
            }
        }, isHalfDone: true).ConfigureAwait(false);
    }
}
