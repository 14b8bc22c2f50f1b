using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>
/// One destination's share of a run, for each verb that sends: keeps what ended it early, so that it does not end the others',
/// and accounts for every planned step.
/// </summary>
public sealed class DestinationExecution
{
    private readonly Applier _applier;
    private RunOutcome _stopped = RunOutcome.Done;
    private bool _isPrepared;

    public DestinationExecution(
        IDestination destination, IDestinationLedger ledger, DestinationState state, RunControl control, IRunObserver observer,
        DateTimeOffset now)
    {
        (Destination, Ledger, State, Control, Observer, Now) = (destination, ledger, state, control, observer, now);
        _applier = new Applier(destination, ledger, state, control, observer);
    }

    /// <summary>At the destination as the ledger knows it.</summary>
    /// <param name="fingerprint">Of the destination's settings.</param>
    public static DestinationExecution Open(
        IDestination destination, IDestinationLedger ledger, string fingerprint, RunControl control, IRunObserver observer,
        DateTimeOffset now)
    {
        var state = ledger.OpenDestination(destination.Info, destination.Capabilities.Shape, fingerprint);
        return new DestinationExecution(destination, ledger, state, control, observer, now);
    }

    public IDestination Destination { get; }

    public IDestinationLedger Ledger { get; }

    public DestinationState State { get; set; }

    public RunControl Control { get; }

    public IRunObserver Observer { get; }

    /// <summary>The run's one clock reading.</summary>
    public DateTimeOffset Now { get; }

    public PlanCounts Planned { get; set; } = PlanCounts.None;

    /// <summary>The keys of the requests that this run reconciled: they may be missing until they are planned.</summary>
    public IReadOnlyCollection<Hash128> Reconciled { get; private set; } = [];

    public RunFailedException? Failure { get; private set; }

    /// <summary>Done while nothing ended it early.</summary>
    public RunOutcome Outcome => RunOutcomes.Worst([Failure?.Outcome ?? RunOutcome.Done, _stopped]);

    public bool MayContinue => Outcome == RunOutcome.Done;

    /// <summary>The service is at its limit: what could not be created waits for the next run.</summary>
    public bool IsFull => _applier.IsFull;

    /// <summary>The outcomes of the planned steps; those never taken from the plan were not attempted.</summary>
    public StepTally Tally => _applier.Tally + new StepTally(0, 0, 0, Planned.Total - _applier.Taken);

    /// <summary>
    /// Each planned step was taken, and has an answer. At a full destination creations wait for deletions that may fail.
    /// </summary>
    public bool IsAllDone => _applier.Taken == Planned.Total && _applier.Tally is { Unknown: 0, NotAttempted: 0 };

    /// <summary>Does the work, unless something ended the run at this destination before.</summary>
    public async Task TryAsync(Func<Task> work)
    {
        if (!MayContinue) return;
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            Failure = failure;
        }
        catch (OperationCanceledException) when (Control.IsStopping)
        {
        }

        Failure ??= _applier.Failure;
        if (Control.IsStopping) _stopped = Control.Outcome;
    }

    /// <summary>The run ended before it came to this destination.</summary>
    public void EndBecause(RunOutcome outcome, RunFailedException? failure) => (_stopped, Failure) = (outcome, failure);

    /// <param name="patience">Ends the wait for an answer.</param>
    /// <exception cref="RunFailedException">It is not there, or does not let us in.</exception>
    public async Task PrepareAsync(CancellationToken patience = default)
    {
        if (_isPrepared) return;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Control.Stop, patience);
        await Destination.PrepareAsync(stop.Token).ConfigureAwait(false);
        _isPrepared = true;
    }

    /// <summary>Everything at the destination, to the end of its list.</summary>
    /// <exception cref="RunFailedException">The list broke off.</exception>
    public async IAsyncEnumerable<RemoteIndicator> ListAsync()
    {
        var listed = 0L;
        await foreach (var there in Destination.ReadAsync(Control.Stop).ConfigureAwait(false))
        {
            Observer.Listed(State.Info, ++listed);
            yield return there;
        }
    }

    /// <summary>Closes the requests that earlier runs left without a response.</summary>
    public async Task ReconcileEarlierAsync()
    {
        var intents = Ledger.OpenIntents(State);
        if (intents.Count == 0) return;
        await PrepareAsync().ConfigureAwait(false);
        await new RequestJournal(Destination, Ledger, State).CloseEarlierAsync(intents, Control.Stop).ConfigureAwait(false);
        Reconciled = intents.SelectMany(intent => intent.Steps).Select(step => step.Observables).ToHashSet();
    }

    /// <summary>Sends steps of the plan, in their order, as far as nothing stops it.</summary>
    public Task ApplyAsync(IEnumerable<PlanStep> steps) => _applier.ApplyAsync(steps.Select(Announce), Planned.Total);

    /// <inheritdoc cref="Applier.ApplyInTurnsAsync"/>
    public Task ApplyInTurnsAsync(IEnumerable<PlanStep> creations, IEnumerable<PlanStep> deletions, long free) =>
        _applier.ApplyInTurnsAsync(creations.Select(Announce), deletions.Select(Announce), free, Planned.Total);

    /// <summary>The report of what was sent; the caller adds what it knows of the plan.</summary>
    /// <param name="others">Other ways in which this share ended.</param>
    public DestinationReport Report(params IEnumerable<RunOutcome> others)
    {
        var tally = Tally;
        var outcome = RunOutcomes.Worst(
            [Outcome, tally.Rejected + tally.Unknown > 0 ? RunOutcome.Incomplete : RunOutcome.Done, .. others]);
        return new DestinationReport
        {
            Name = State.Info.Name,
            Kind = State.Info.Kind,
            Status = RunReport.StatusOf(outcome),
            Outcome = outcome,
            Failure = Failure,
            Planned = Planned,
            Held = Ledger.CountHeld(State),
            Tally = tally,
            Deleted = _applier.Deleted,
            Requests = Destination.Requests,
        };
    }

    private PlanStep Announce(PlanStep step)
    {
        Observer.Step(State.Info, step);
        return step;
    }
}
