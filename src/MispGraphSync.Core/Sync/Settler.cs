namespace MispGraphSync.Core.Sync;

/// <summary>
/// Closes requests whose answer was lost. A plain create is looked for at the service and removed there; of all else the ledger
/// notes that it is in doubt, and the plan that follows sends what is wanted now, or removes it.
/// </summary>
internal sealed class Settler(IDestination destination, IRecordLedger ledger, DestinationMemory memory, RunControl control)
{
    /// <summary>
    /// Settles what earlier runs intended and never heard of. Nothing may be planned or sent before: so no indicator ever has
    /// two requests that are open.
    /// </summary>
    public async Task SettleAsync(IReadOnlyList<OpenIntent> intents)
    {
        var others = destination.SharesValues ? await FindOthersAsync(intents).ConfigureAwait(false) : [];
        foreach (var intent in intents)
        {
            if (destination.Upserts || intent.Operation != Operation.Create) ledger.LeaveInDoubt(memory, intent, DoubtOf(destination));
            else await SettleAsync(intent).ConfigureAwait(false);
        }

        if (others.Count > 0) ledger.Correct(memory, others);
    }

    /// <summary>Settles a plain create, and closes the intent.</summary>
    public async Task<Settlement> SettleAsync(OpenIntent intent)
    {
        var settlement = await destination.SettleAsync([.. intent.Steps.Select(step => step.Key)], control.Stop).ConfigureAwait(false);
        ledger.Settle(memory, intent, settlement);
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
            if (remote.Occupies is { } taken && created.TryGetValue(taken, out var observables)) others.Add(new Correction(observables, CorrectionKind.NotOurs));
        }

        return others;
    }

    /// <summary>What puts right what is in doubt there.</summary>
    public static Doubt DoubtOf(IDestination destination) => destination.Upserts ? Doubt.SendAgain : Doubt.Replace;
}
