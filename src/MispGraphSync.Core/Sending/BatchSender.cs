using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>Is told of steps and, in the same places, of what became of them.</summary>
internal delegate void StepResultSink(IReadOnlyList<PlanStep> steps, IReadOnlyList<StepOutcome> outcomes);

/// <summary>
/// Sends steps of one operation until the service has said of each what became of it. The intent is committed before each
/// request and the outcome recorded after it. A batch that is refused without naming the culprit is halved until it is found.
/// A batch whose answer is lost is sent again, a plain create after it was settled; what still gets no answer is left to
/// <see cref="BatchBisector"/>.
/// </summary>
internal sealed class BatchSender(IDestination destination, IDestinationLedger ledger, DestinationState memory, RunControl control, ApplyProgress account)
{
    /// <summary>How often a plain create is sent again after its answer was lost and the loss was settled.</summary>
    private const int ResendsOfCreates = 2;

    /// <summary>The same of what may be sent twice: the service's own pipeline has done so several times by then.</summary>
    private const int Resends = 1;

    private static readonly StepOutcome Unsettled = new StepOutcome.Unknown("The run ended before it was settled.");

    private readonly Reconciler _settler = new(destination, ledger, memory, control);

    /// <summary>True when neither a failure nor the user keeps it from going on.</summary>
    public bool MayContinue => account.Failure is null && !control.IsStopping;

    /// <param name="isHalfDone">A change that has begun is finished although the run is to stop, unless it is cut short.</param>
    public Task SendAsync(Operation operation, IReadOnlyList<PlanStep> steps, StepResultSink count, bool isHalfDone = false) =>
        SendAsync(operation, steps, mayBeDone: false, count, isHalfDone);

    private async Task SendAsync(Operation operation, IReadOnlyList<PlanStep> steps, bool mayBeDone, StepResultSink count,
        bool isHalfDone = false)
    {
        var answers = account.Answers;
        if (await TrySendAsync(operation, steps, IsPlainCreate(operation) ? ResendsOfCreates : Resends, mayBeDone, count, isHalfDone)
            .ConfigureAwait(false) is not { } silence)
        {
            return;
        }
        await new BatchBisector(this, account, answers).RunAsync(operation, silence, count).ConfigureAwait(false);
    }

    /// <summary>Null: all are accounted for. Else those that got no answer; their intent is open, and they are not yet accounted for.</summary>
    /// <param name="mayBeDone">An earlier request with these steps may have gone through unheard.</param>
    public async Task<UnansweredRequest?> TrySendAsync(
        Operation operation, IReadOnlyList<PlanStep> steps, int resends, bool mayBeDone, StepResultSink count, bool isHalfDone = false)
    {
        long? open = null;
        if (account.IsFull && !isHalfDone) steps = WithoutCreations(steps, count);
        if (steps.Count == 0) return null;
        for (var round = 0; ; round++)
        {
            if (isHalfDone && round == 0 ? control.Abort.IsCancellationRequested : !MayContinue)
            {
                count(steps, Same(steps.Count, Unsent()));
                return null;
            }

            var doubt = open is null ? UnconfirmedHandling.None : Reconciler.HandlingAt(destination);
            var intent = open ?? ledger.RecordIntent(memory, operation, steps, keepBodies: destination.Capabilities.IdsNotReusable && operation != Operation.Delete);
            var outcomes = await AttemptAsync(operation, steps).ConfigureAwait(false);
            if (ApplyProgress.IsRefusedWhole(outcomes) && steps.Count > 1)
            {
                if (TryRecord(intent, operation, steps, outcomes, doubt))
                {
                    await HalveAsync(operation, steps, mayBeDone, count, isHalfDone).ConfigureAwait(false);
                }
                else count(steps, Same(steps.Count, Unsent()));
                return null;
            }

            // What was not sent this time may have been by an earlier request, unheard.
            outcomes = [.. outcomes.Select(outcome => outcome is StepOutcome.NotAttempted ? Unsent() : outcome)];
            if (!TryRecord(intent, operation, steps, outcomes, doubt))
            {
                count(steps, [.. outcomes.Select(outcome => outcome is StepOutcome.Accepted or StepOutcome.Unknown ? new StepOutcome.Unknown("The answer could not be recorded.") : outcome)]);
                return null;
            }

            var lost = steps.Where((_, i) => outcomes[i] is StepOutcome.Unknown).ToList();
            if (lost.Count == 0 || control.Abort.IsCancellationRequested || account.Failure is not null)
            {
                count(steps, outcomes);
                account.NoteRefusals(outcomes);
                return null;
            }

            var known = Enumerable.Range(0, steps.Count).Where(i => outcomes[i] is not StepOutcome.Unknown).ToList();
            if (known.Count > 0) count([.. known.Select(i => steps[i])], [.. known.Select(i => outcomes[i])]);
            var silence = new UnansweredRequest(new OpenIntent(intent, operation, lost), outcomes.OfType<StepOutcome.Unknown>().First().Why);
            if (round == resends) return silence;

            if (!IsPlainCreate(operation))
            {
                // Sending the same again does no harm, and the intent stays open until an answer is heard.
                (open, steps, mayBeDone) = (intent, lost, true);
                continue;
            }

            if (await ReleaseAsync(silence, count).ConfigureAwait(false) is not { Count: > 0 } rest) return null;
            steps = rest;
        }

        StepOutcome Unsent() => mayBeDone ? Unsettled : StepOutcome.NotAttempted.Instance;
    }

    /// <summary>
    /// Closes the intent of what got no answer, so that its steps may be sent in other batches, and answers with them: without
    /// those that turned out to be there. Null when it cannot be: the run goes no further, and all are accounted for.
    /// </summary>
    public async Task<IReadOnlyList<PlanStep>?> ReleaseAsync(UnansweredRequest silence, StepResultSink count)
    {
        var intent = silence.Intent;
        if (!IsPlainCreate(intent.Operation))
        {
            if (TryLeaveInDoubt(intent)) return intent.Steps;
            Leave(intent.Steps, count);
            return null;
        }

        if (await TrySettleAsync(intent).ConfigureAwait(false) is not { } settled)
        {
            Leave(intent.Steps, count);
            return null;
        }

        var there = intent.Steps.Where(step => settled.Existing.ContainsKey(step.Key)).ToList();
        if (there.Count > 0) count(there, [.. there.Select(step => new StepOutcome.Accepted(settled.Existing[step.Key]))]);
        return [.. intent.Steps.Where(step => !settled.Existing.ContainsKey(step.Key))];
    }

    /// <summary>One step that keeps the service silent, while others are answered, is turned down: the run goes on without it.</summary>
    public async Task QuarantineAsync(UnansweredRequest silence, StepResultSink count)
    {
        var (intent, why) = silence;
        var isPlainCreate = IsPlainCreate(intent.Operation);
        if (isPlainCreate && await ReleaseAsync(silence, count).ConfigureAwait(false) is not { Count: > 0 }) return;
        StepOutcome[] outcomes = [new StepOutcome.Rejected($"No answer whenever this one is sent, while others are answered. What came instead: {why}", IsTransient: true)];
        // A plain create is known not to be there by now, and its intent is closed: the number may be another's.
        var isRecorded = isPlainCreate
            ? TryRecord(null, intent.Operation, intent.Steps, outcomes, UnconfirmedHandling.None)
            : TryRecord(intent.Id, intent.Operation, intent.Steps, outcomes, Reconciler.HandlingAt(destination));
        count(intent.Steps, isRecorded ? outcomes : Same(intent.Steps.Count, Unsettled));
    }

    /// <summary>Nothing else is answered meanwhile: whose fault it is cannot be known, so other batches are tried before the service is given up.</summary>
    public void SkipUnanswered(UnansweredRequest silence, StepResultSink count) => account.NoteUnanswered(Unheard(silence, count));

    /// <summary>The service is out of reach: the intent stays open, for the next run to settle.</summary>
    public void Abort(UnansweredRequest silence, StepResultSink count) => account.Abort(Unheard(silence, count));

    /// <summary>Steps that were sent, and are not sent again in this run.</summary>
    public static void Leave(IReadOnlyList<PlanStep> steps, StepResultSink count) => count(steps, Same(steps.Count, Unsettled));

    private RunFailedException Unheard(UnansweredRequest silence, StepResultSink count)
    {
        var steps = silence.Intent.Steps;
        count(steps, Same(steps.Count, new StepOutcome.Unknown(silence.Why)));
        return new RunFailedException(
            RunOutcome.Unreachable,
            $"'{memory.Info.Name}' gives no answer that tells what became of the indicators sent: {silence.Why}",
            "Run again: whatever became of them, the next run leaves each there once.");
    }

    private async Task HalveAsync(Operation operation, IReadOnlyList<PlanStep> steps, bool mayBeDone, StepResultSink count, bool isHalfDone)
    {
        await SendAsync(operation, [.. steps.Take(steps.Count / 2)], mayBeDone, count, isHalfDone).ConfigureAwait(false);
        await SendAsync(operation, [.. steps.Skip(steps.Count / 2)], mayBeDone, count, isHalfDone).ConfigureAwait(false);
    }

    private bool TryLeaveInDoubt(OpenIntent intent)
    {
        try
        {
            ledger.MarkUnconfirmed(memory, intent, Reconciler.HandlingAt(destination));
            return true;
        }
        catch (RunFailedException failure) when (failure.IsOfLedger)
        {
            account.Abort(failure);
            return false;
        }
    }

    // False: the ledger could not be written. The intent is still open then, and the next run settles it.
    private bool TryRecord(long? intent, Operation operation, IReadOnlyList<PlanStep> steps, IReadOnlyList<StepOutcome> outcomes, UnconfirmedHandling doubt)
    {
        try
        {
            ledger.RecordOutcomes(memory, intent, operation, steps, outcomes, doubt);
            return true;
        }
        catch (RunFailedException failure) when (failure.IsOfLedger)
        {
            account.Abort(failure);
            return false;
        }
    }

    private async Task<IReadOnlyList<StepOutcome>> AttemptAsync(Operation operation, IReadOnlyList<PlanStep> steps)
    {
        try
        {
            var outcomes = await destination.ApplyAsync(operation, steps, control.Abort).ConfigureAwait(false);
            account.NoteAnswer(outcomes);
            account.NoteRoom(outcomes);
            return outcomes;
        }
        catch (RunFailedException failure)
        {
            account.Abort(failure);
            return Same(steps.Count, MayHaveHappened(operation, failure) ? new StepOutcome.Unknown(failure.Message) : StepOutcome.NotAttempted.Instance);
        }
        catch (RequestNotSentException stopped)
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
        failure.Outcome is RunOutcome.Unreachable or RunOutcome.OutOfTime && !IsPlainCreate(operation);

    /// <summary>Sent twice, it makes two.</summary>
    public bool IsPlainCreate(Operation operation) => operation == Operation.Create && !destination.Capabilities.Upserts;

    // Null: it could not be settled now, and the open intent tells the next run.
    private async Task<ReconcileResult?> TrySettleAsync(OpenIntent intent)
    {
        if (!MayContinue) return null;
        try
        {
            return await _settler.ReconcileAsync(intent).ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            account.Abort(failure);
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static IReadOnlyList<PlanStep> WithoutCreations(IReadOnlyList<PlanStep> steps, StepResultSink count)
    {
        PlanStep[] creations = [.. steps.Where(step => step.Action == StepAction.Create)];
        if (creations.Length > 0) count(creations, Same(creations.Length, StepOutcome.NotAttempted.Instance));
        return [.. steps.Where(step => step.Action != StepAction.Create)];
    }

    private static StepOutcome[] Same(int count, StepOutcome outcome)
    {
        var outcomes = new StepOutcome[count];
        Array.Fill(outcomes, outcome);
        return outcomes;
    }
}

/// <summary>Steps that got no answer however often they were sent.</summary>
/// <param name="Intent">Open.</param>
/// <param name="Why">The last thing that came in the place of an answer.</param>
internal sealed record UnansweredRequest(OpenIntent Intent, string Why);
