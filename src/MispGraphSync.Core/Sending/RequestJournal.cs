using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>What is known of one request.</summary>
internal enum RequestState
{
    /// <summary>The intent is committed; the request is being sent.</summary>
    Open,

    /// <summary>Some of its steps got no response. The intent stays in the ledger, for the next run if this one ends.</summary>
    Unconfirmed,

    /// <summary>Closed: each step has an outcome.</summary>
    Answered,

    /// <summary>Closed: the service said which of its creations exist.</summary>
    Reconciled,

    /// <summary>Closed: its steps are planned again, which corrects whatever happened.</summary>
    Released,

    /// <summary>Closed: its only step never gets a response and waits for a later run.</summary>
    Quarantined,
}

internal enum RequestEvent
{
    Response,
    NoResponse,
    SendAgain,
    Reconcile,
    Release,
    Quarantine,
}

/// <summary>One request. <see cref="Steps"/> are those without an outcome.</summary>
internal sealed class Request(OpenIntent intent, bool isRepeatable, RequestState state)
{
    public OpenIntent Intent { get; private set; } = intent;

    public IReadOnlyList<PlanStep> Steps => Intent.Steps;

    public RequestState State { get; private set; } = state;

    /// <summary>Sent before without a response: what a later response says may not be the whole truth.</summary>
    public bool WasUnconfirmed { get; private set; }

    /// <summary>Why there was no response.</summary>
    public string Why { get; private set; } = "";

    public void MissResponse(IReadOnlyList<PlanStep> steps, string why)
    {
        Move(RequestEvent.NoResponse);
        (Intent, Why, WasUnconfirmed) = (Intent with { Steps = steps }, why, true);
    }

    /// <exception cref="InvalidOperationException">A bug: the request is not in a state where this may happen.</exception>
    public void Move(RequestEvent what) => State = Next(State, what, isRepeatable)
        ?? throw new InvalidOperationException($"A request that is {State} cannot {what}.");

    /// <summary>The transitions; null where there is none. A repeatable request changes nothing when it is sent twice.</summary>
    public static RequestState? Next(RequestState state, RequestEvent what, bool isRepeatable) => (state, what, isRepeatable) switch
    {
        (RequestState.Open, RequestEvent.Response, _) => RequestState.Answered,
        (RequestState.Open, RequestEvent.NoResponse, _) => RequestState.Unconfirmed,
        (RequestState.Unconfirmed, RequestEvent.SendAgain, true) => RequestState.Open,
        (RequestState.Unconfirmed, RequestEvent.Release, true) => RequestState.Released,
        (RequestState.Unconfirmed, RequestEvent.Quarantine, true) => RequestState.Quarantined,
        (RequestState.Unconfirmed, RequestEvent.Reconcile, false) => RequestState.Reconciled,
        (RequestState.Reconciled, RequestEvent.Quarantine, false) => RequestState.Quarantined,
        _ => null,
    };
}

/// <summary>
/// Keeps the ledger in step with each request: the intent before it is sent, the outcome after it, and what becomes of a
/// request without a response, in this run or the one before.
/// </summary>
internal sealed class RequestJournal(IDestination destination, IDestinationLedger ledger, DestinationState state)
{
    private UnconfirmedHandling Handling => destination.Capabilities.Upserts ? UnconfirmedHandling.Resend : UnconfirmedHandling.Replace;

    /// <summary>Sending it twice is harmless. A plain create makes a second indicator.</summary>
    public bool IsRepeatable(Operation operation) => operation != Operation.Create || destination.Capabilities.Upserts;

    public Request Open(Operation operation, IReadOnlyList<PlanStep> steps) => Open([(operation, steps)])[0];

    /// <summary>Commits the intents of these requests together.</summary>
    public IReadOnlyList<Request> Open(IReadOnlyList<(Operation Operation, IReadOnlyList<PlanStep> Steps)> requests)
    {
        if (requests.Count == 0) return [];
        var ids = ledger.RecordIntents(state, requests);
        return [.. requests.Select((one, i) =>
            new Request(new OpenIntent(ids[i], one.Operation, one.Steps), IsRepeatable(one.Operation), RequestState.Open))];
    }

    /// <summary>Records the outcomes, one for each step. Those without a response leave the request unconfirmed.</summary>
    public void Record(Request request, IReadOnlyList<StepOutcome> outcomes)
    {
        var (id, operation, steps) = request.Intent;
        ledger.RecordOutcomes(state, id, operation, steps, outcomes, request.WasUnconfirmed ? Handling : UnconfirmedHandling.None);
        if (outcomes.OfType<StepOutcome.Unknown>().FirstOrDefault() is not { } unknown) request.Move(RequestEvent.Response);
        else request.MissResponse([.. steps.Where((_, i) => outcomes[i] is StepOutcome.Unknown)], unknown.Why);
    }

    /// <summary>
    /// Closes an unconfirmed request, so that its steps can be sent in other batches. The answer is what is found to exist
    /// (key to the service's id); empty where nothing has to be looked up.
    /// </summary>
    public async Task<IReadOnlyDictionary<Guid, string>> CloseAsync(Request request, CancellationToken ct)
    {
        if (IsRepeatable(request.Intent.Operation))
        {
            ledger.MarkUnconfirmed(state, request.Intent, Handling);
            request.Move(RequestEvent.Release);
            return ReconcileResult.None.Existing;
        }

        var result = await destination.ReconcileAsync([.. request.Steps.Select(step => step.Key)], ct).ConfigureAwait(false);
        ledger.RecordReconciled(state, request.Intent, result);
        request.Move(RequestEvent.Reconcile);
        return result.Existing;
    }

    /// <summary>Sets the only step of a request aside, as a rejection that a later run tries again.</summary>
    public void Quarantine(Request request, StepOutcome.Rejected outcome)
    {
        var (id, operation, steps) = request.Intent;
        // A reconciled request is closed, and its number may be another's by now.
        if (request.State == RequestState.Reconciled) ledger.RecordOutcomes(state, null, operation, steps, [outcome]);
        else ledger.RecordOutcomes(state, id, operation, steps, [outcome], Handling);
        request.Move(RequestEvent.Quarantine);
    }

    /// <summary>
    /// Closes the requests that earlier runs left without a response. Nothing may be planned or sent before: so no indicator
    /// ever has two open requests.
    /// </summary>
    public async Task CloseEarlierAsync(IReadOnlyList<OpenIntent> intents, CancellationToken ct)
    {
        var others = destination.Capabilities.HasSharedNamespace ? await FindOthersAsync(intents, ct).ConfigureAwait(false) : [];
        foreach (var intent in intents)
        {
            var request = new Request(intent, IsRepeatable(intent.Operation), RequestState.Unconfirmed);
            await CloseAsync(request, ct).ConfigureAwait(false);
        }

        ledger.RecordCorrections(state, others);
    }

    // A creation may not have arrived, and somebody else may have put the value there since: that one is theirs.
    private async Task<List<Correction>> FindOthersAsync(IReadOnlyList<OpenIntent> intents, CancellationToken ct)
    {
        var created = intents.SelectMany(intent => intent.Steps).Where(step => step.Action == StepAction.Create)
            .DistinctBy(step => step.Key).ToDictionary(step => step.Key, step => step.Observables);
        var others = new List<Correction>();
        if (created.Count == 0) return others;
        await foreach (var remote in destination.ReadAsync(ct).ConfigureAwait(false))
        {
            if (remote.ConflictsWith is { } taken && created.TryGetValue(taken, out var observables))
                others.Add(new Correction(observables, CorrectionKind.HeldByOther));
        }

        return others;
    }
}
