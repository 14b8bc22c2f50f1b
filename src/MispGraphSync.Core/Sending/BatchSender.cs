using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>Receives steps and their outcomes, index-aligned.</summary>
internal delegate void StepResultSink(IReadOnlyList<PlanStep> steps, IReadOnlyList<StepOutcome> outcomes);

/// <summary>
/// Sends steps of one operation until each has an outcome. A batch that the service rejects without naming the cause is halved.
/// A batch without a response is sent again, a plain create only after it was reconciled; after that <see cref="BatchBisector"/>
/// finds out why.
/// </summary>
internal sealed class BatchSender(
    IDestination destination, IDestinationLedger ledger, DestinationState state, RunControl control, ApplyProgress progress)
{
    /// <summary>How often a plain create is sent again after it was reconciled.</summary>
    private const int ResendsOfCreates = 2;

    /// <summary>For repeatable requests, which the service's own pipeline has sent several times by then.</summary>
    private const int Resends = 1;

    private static readonly StepOutcome NotReconciled = new StepOutcome.Unknown("The run ended before it was reconciled.");

    private readonly RequestJournal _journal = new(destination, ledger, state);

    /// <summary>False once the destination failed or the run is to stop.</summary>
    public bool MayContinue => progress.Failure is null && !control.IsStopping;

    /// <summary>Commits the intents of these batches together. Each is to be sent, or given back, by <see cref="SendAsync"/>.</summary>
    public IReadOnlyList<StepBatch> Open(IReadOnlyList<StepBatch> batches)
    {
        if (!MayContinue) return batches;
        var requests = new Queue<Request>(_journal.Open(
            [.. batches.Where(one => one.Operation is not null).Select(one => (one.Operation!.Value, one.Steps))]));
        return [.. batches.Select(one => one.Operation is null ? one : one with { Request = requests.Dequeue() })];
    }

    /// <summary>Every step is reported to <paramref name="sink"/> when it returns.</summary>
    /// <param name="isHalfDone">A change that has begun is finished although the run is to stop, unless it is aborted.</param>
    /// <param name="opened">The request with these steps, when its intent is committed already.</param>
    public async Task SendAsync(
        Operation operation, IReadOnlyList<PlanStep> steps, StepResultSink sink, bool isHalfDone = false, Request? opened = null)
    {
        var resends = _journal.IsRepeatable(operation) ? Resends : ResendsOfCreates;
        var batches = new Stack<Batch>([new Batch(steps) { Opened = opened }]);
        while (batches.TryPop(out var batch))
        {
            var answersBefore = progress.Answers;
            switch (await SendBatchAsync(operation, batch, resends, isHalfDone, sink).ConfigureAwait(false))
            {
                case SendResult.RejectedWhole rejected:
                    foreach (var half in rejected.Batch.Halves()) batches.Push(half);
                    break;
                case SendResult.NoResponse silent:
                    await BisectAsync(operation, silent.Request, answersBefore, sink).ConfigureAwait(false);
                    break;
            }
        }
    }

    // Null: each step has an outcome.
    private async Task<SendResult?> SendBatchAsync(Operation operation, Batch batch, int resends, bool isHalfDone, StepResultSink sink)
    {
        var (steps, mayBeDone) = batch;
        var request = batch.Opened;
        if (progress.IsFull && !isHalfDone) steps = WithoutCreations(steps, sink);
        if (steps.Count < batch.Steps.Count) request = GiveBack(request);
        if (steps.Count == 0) return null;
        for (var round = 0; ; round++)
        {
            if (isHalfDone && round == 0 ? control.Abort.IsCancellationRequested : !MayContinue)
            {
                if (round == 0) GiveBack(request);
                sink(steps, StepOutcome.Each(steps.Count, NotSent(mayBeDone)));
                return null;
            }

            if (round > 0) request?.Move(RequestEvent.SendAgain);
            request ??= _journal.Open(operation, steps);
            var outcomes = await ApplyAsync(operation, steps).ConfigureAwait(false);
            var isRejectedWhole = ApplyProgress.IsRejectedWhole(outcomes) && steps.Count > 1;
            // A step that was not sent this time may have been sent by an earlier request, without a response.
            if (!isRejectedWhole && mayBeDone)
                outcomes = [.. outcomes.Select(outcome => outcome is StepOutcome.NotAttempted ? NotReconciled : outcome)];
            if (!TryRecord(() => _journal.Record(request, outcomes)))
            {
                sink(steps, isRejectedWhole ? StepOutcome.Each(steps.Count, NotSent(mayBeDone)) : [.. outcomes.Select(NotRecorded)]);
                return null;
            }

            if (isRejectedWhole) return new SendResult.RejectedWhole(new Batch(steps, mayBeDone));
            if (request.State == RequestState.Answered || control.Abort.IsCancellationRequested || progress.Failure is not null)
            {
                sink(steps, outcomes);
                progress.NoteRejections(outcomes);
                return null;
            }

            SinkAnswered(steps, outcomes, sink);
            if (round == resends) return new SendResult.NoResponse(request);
            if (_journal.IsRepeatable(operation))
            {
                (steps, mayBeDone) = (request.Steps, true);
                continue;
            }

            if (await CloseAsync(request, sink).ConfigureAwait(false) is not { Count: > 0 } rest) return null;
            (request, steps) = (null, rest);
        }
    }

    private async Task BisectAsync(Operation operation, Request first, long answersBefore, StepResultSink sink)
    {
        var search = new BatchBisector(answersBefore);
        var suspects = new List<Request>();
        var isSkipped = false;
        if (search.OnNoResponse(first.Steps.Count, progress.Answers) == BisectVerdict.Suspect) suspects.Add(first);
        else if (await CloseAsync(first, sink).ConfigureAwait(false) is { Count: > 0 } steps) search.AddProbes(steps);

        while (search.Next() is { } part)
        {
            if (!MayContinue || isSkipped)
            {
                sink(part, StepOutcome.Each(part.Count, NotReconciled));
                continue;
            }

            var batch = new Batch(part, MayBeDone: _journal.IsRepeatable(operation));
            var result = await SendBatchAsync(operation, batch, resends: 0, isHalfDone: false, sink).ConfigureAwait(false);
            if (result is SendResult.RejectedWhole rejected) search.Split(rejected.Batch.Steps, parts: 2);
            if (result is not SendResult.NoResponse { Request: var request }) continue;
            switch (search.OnNoResponse(request.Steps.Count, progress.Answers))
            {
                case BisectVerdict.Split when await CloseAsync(request, sink).ConfigureAwait(false) is { } rest:
                    search.Split(rest);
                    break;
                case BisectVerdict.Suspect:
                    suspects.Add(request);
                    break;
                case BisectVerdict.Skip:
                    progress.NoteUnanswered(LeaveUnconfirmed(request, sink));
                    isSkipped = true;
                    break;
                case BisectVerdict.Unreachable:
                    progress.Abort(LeaveUnconfirmed(request, sink));
                    break;
            }
        }

        foreach (var request in suspects)
        {
            if (!MayContinue || (isSkipped && !search.IsCause(request.Steps[0], progress.Answers)))
            {
                sink(request.Steps, StepOutcome.Each(1, NotReconciled));
            }
            else if (search.IsCause(request.Steps[0], progress.Answers))
            {
                await QuarantineAsync(request, sink).ConfigureAwait(false);
            }
            else
            {
                // It cannot be known whose fault it is: other batches are tried before the service is given up.
                progress.NoteUnanswered(LeaveUnconfirmed(request, sink));
                isSkipped = true;
            }
        }
    }

    /// <summary>
    /// Closes a request without a response. The answer is its steps, without those that are found to exist; null when it stays
    /// open for the next run and all its steps are reported.
    /// </summary>
    private async Task<IReadOnlyList<PlanStep>?> CloseAsync(Request request, StepResultSink sink)
    {
        var steps = request.Steps;
        if (await TryCloseAsync(request).ConfigureAwait(false) is not { } existing)
        {
            sink(steps, StepOutcome.Each(steps.Count, NotReconciled));
            return null;
        }

        var there = steps.Where(step => existing.ContainsKey(step.Key)).ToList();
        if (there.Count > 0) sink(there, [.. there.Select(step => new StepOutcome.Accepted(existing[step.Key]))]);
        return [.. steps.Where(step => !existing.ContainsKey(step.Key))];
    }

    private async Task<IReadOnlyDictionary<Guid, string>?> TryCloseAsync(Request request)
    {
        if (!_journal.IsRepeatable(request.Intent.Operation) && !MayContinue) return null;
        try
        {
            return await _journal.CloseAsync(request, control.Stop).ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            progress.Abort(failure);
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    // An intent whose request is not sent.
    private Request? GiveBack(Request? opened)
    {
        if (opened is not null)
            TryRecord(() => _journal.Record(opened, StepOutcome.Each(opened.Steps.Count, StepOutcome.NotAttempted.Instance)));
        return null;
    }

    // The run continues without the one step that never gets a response while others do.
    private async Task QuarantineAsync(Request request, StepResultSink sink)
    {
        var steps = request.Steps;
        var isPlainCreate = !_journal.IsRepeatable(request.Intent.Operation);
        if (isPlainCreate && await CloseAsync(request, sink).ConfigureAwait(false) is not { Count: > 0 }) return;
        var outcome = new StepOutcome.Rejected(
            $"No response to this indicator, while others get one: {request.Why}", IsTransient: true);
        sink(steps, TryRecord(() => _journal.Quarantine(request, outcome)) ? [outcome] : [NotReconciled]);
    }

    // The intent stays open for the next run.
    private RunFailedException LeaveUnconfirmed(Request request, StepResultSink sink)
    {
        sink(request.Steps, StepOutcome.Each(request.Steps.Count, new StepOutcome.Unknown(request.Why)));
        return new RunFailedException(new Failure.NotConfirmed(state.Info.Name, request.Why));
    }

    // False: the ledger could not be written. The intent is still open, and the next run reconciles it.
    private bool TryRecord(Action record)
    {
        try
        {
            record();
            return true;
        }
        catch (RunFailedException failure) when (failure.IsOfLedger)
        {
            progress.Abort(failure);
            return false;
        }
    }

    private async Task<IReadOnlyList<StepOutcome>> ApplyAsync(Operation operation, IReadOnlyList<PlanStep> steps)
    {
        try
        {
            var outcomes = await destination.ApplyAsync(operation, steps, control.Abort).ConfigureAwait(false);
            progress.NoteAnswer(outcomes);
            return outcomes;
        }
        catch (RunFailedException failure)
        {
            progress.Abort(failure);
            return Unsure(MayHaveHappened(operation, failure), failure.Message);
        }
        catch (RequestNotSentException stopped)
        {
            return Unsure(stopped.MayHaveHappened, "The run was stopped before a response came.");
        }
        catch (OperationCanceledException)
        {
            return Unsure(control.Abort.IsCancellationRequested, "The run was interrupted during the request.");
        }

        StepOutcome[] Unsure(bool mayHaveHappened, string why) =>
            StepOutcome.Each(steps.Count, mayHaveHappened ? new StepOutcome.Unknown(why) : StepOutcome.NotAttempted.Instance);
    }

    // The pipeline retries repeatable requests, so an earlier attempt may have reached the service.
    private bool MayHaveHappened(Operation operation, RunFailedException failure) => failure.MayHaveHappened
        ?? (failure.Outcome is RunOutcome.Unreachable or RunOutcome.OutOfTime && _journal.IsRepeatable(operation));

    private static StepOutcome NotSent(bool mayBeDone) => mayBeDone ? NotReconciled : StepOutcome.NotAttempted.Instance;

    private static StepOutcome NotRecorded(StepOutcome outcome) => outcome is StepOutcome.Accepted or StepOutcome.Unknown
        ? new StepOutcome.Unknown("The response could not be recorded.")
        : outcome;

    private static void SinkAnswered(IReadOnlyList<PlanStep> steps, IReadOnlyList<StepOutcome> outcomes, StepResultSink sink)
    {
        int[] answered = [.. Enumerable.Range(0, steps.Count).Where(i => outcomes[i] is not StepOutcome.Unknown)];
        if (answered.Length > 0) sink([.. answered.Select(i => steps[i])], [.. answered.Select(i => outcomes[i])]);
    }

    private static IReadOnlyList<PlanStep> WithoutCreations(IReadOnlyList<PlanStep> steps, StepResultSink sink)
    {
        PlanStep[] creations = [.. steps.Where(step => step.Action == StepAction.Create)];
        if (creations.Length > 0) sink(creations, StepOutcome.Each(creations.Length, StepOutcome.NotAttempted.Instance));
        return [.. steps.Where(step => step.Action != StepAction.Create)];
    }

    /// <param name="MayBeDone">An earlier request with these steps may have succeeded without a response.</param>
    private sealed record Batch(IReadOnlyList<PlanStep> Steps, bool MayBeDone = false)
    {
        /// <summary>Its request, not sent yet; null for none.</summary>
        public Request? Opened { get; init; }

        // In reverse: they go onto a stack.
        public IEnumerable<Batch> Halves() =>
            [this with { Steps = [.. Steps.Skip(Steps.Count / 2)] }, this with { Steps = [.. Steps.Take(Steps.Count / 2)] }];
    }

    private abstract record SendResult
    {
        public sealed record RejectedWhole(Batch Batch) : SendResult;

        public sealed record NoResponse(Request Request) : SendResult;
    }
}
