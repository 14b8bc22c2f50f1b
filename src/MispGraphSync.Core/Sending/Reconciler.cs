using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>
/// Closes requests whose answer was lost. A plain create is looked for at the service and removed there; of all else the ledger
/// notes that it is in doubt, and the plan that follows sends what is wanted now, or removes it.
/// </summary>
internal sealed class Reconciler(IDestination destination, IDestinationLedger ledger, DestinationState memory, RunControl control)
{
    /// <summary>
    /// Settles what earlier runs intended and never heard of. Nothing may be planned or sent before: so no indicator ever has
    /// two requests that are open.
    /// </summary>
    public async Task ReconcileAsync(IReadOnlyList<OpenIntent> intents)
    {
        var others = destination.Capabilities.HasSharedNamespace ? await FindOthersAsync(intents).ConfigureAwait(false) : [];
        foreach (var intent in intents)
        {
            if (destination.Capabilities.Upserts || intent.Operation != Operation.Create) ledger.MarkUnconfirmed(memory, intent, HandlingAt(destination));
            else await ReconcileAsync(intent).ConfigureAwait(false);
        }

        if (others.Count > 0) ledger.RecordCorrections(memory, others);
    }

    /// <summary>Settles a plain create, and closes the intent.</summary>
    public async Task<ReconcileResult> ReconcileAsync(OpenIntent intent)
    {
        var settlement = await destination.ReconcileAsync([.. intent.Steps.Select(step => step.Key)], control.Stop).ConfigureAwait(false);
        ledger.RecordReconciled(memory, intent, settlement);
        return settlement;
    }

    // What may have been created, and was not: somebody else may have put the value there since, and it is theirs.
    private async Task<IReadOnlyList<Correction>> FindOthersAsync(IReadOnlyList<OpenIntent> intents)
    {
        var created = intents.SelectMany(intent => intent.Steps).Where(step => step.Action == StepAction.Create).DistinctBy(step => step.Key).ToDictionary(step => step.Key, step => step.Observables);
        var others = new List<Correction>();
        if (created.Count == 0) return others;
        await foreach (var remote in destination.ReadAsync(control.Stop).ConfigureAwait(false))
        {
            if (remote.ConflictsWith is { } taken && created.TryGetValue(taken, out var observables)) others.Add(new Correction(observables, CorrectionKind.HeldByOther));
        }

        return others;
    }

    /// <summary>What puts right what is in doubt there.</summary>
    public static UnconfirmedHandling HandlingAt(IDestination destination) => destination.Capabilities.Upserts ? UnconfirmedHandling.Resend : UnconfirmedHandling.Replace;
}
