namespace MispGraphSync.Core.Sync;

/// <summary>
/// Finds out what became of requests whose answer was lost, and leaves no intent open. What can be sent again without harm
/// is; a plain create is looked for and removed.
/// </summary>
internal sealed class Settler(IDestination destination, IRecordLedger ledger, DestinationMemory memory, RunControl control)
{
    /// <summary>Settles what earlier runs intended and never heard of, before anything is planned.</summary>
    public async Task SettleAsync(IReadOnlyList<OpenIntent> intents, DateTimeOffset now)
    {
        foreach (var intent in intents)
        {
            if (destination.Upserts || intent.Operation == Operation.Delete)
            {
                await RepeatAsync(intent, now).ConfigureAwait(false);
                ledger.Close(memory, intent);
                continue;
            }

            await SettleAsync(intent).ConfigureAwait(false);
        }
    }

    /// <summary>Settles what may not be sent again, and closes the intent.</summary>
    public async Task<Settlement> SettleAsync(OpenIntent intent)
    {
        var settlement = intent.Operation == Operation.Create
            ? await destination.SettleAsync([.. intent.Steps.Select(step => step.Key)], control.Stop).ConfigureAwait(false)
            : Settlement.None;
        ledger.Settle(memory, intent, settlement);
        return settlement;
    }

    /// <summary>Turned down now, but the request before it may have gone through unheard.</summary>
    public void DoubtRejected(Operation operation, IReadOnlyList<PlanStep> steps, IReadOnlyList<StepOutcome> outcomes)
    {
        if (operation == Operation.Delete) return;
        var rejected = steps.Where((_, i) => outcomes[i] is StepOutcome.Rejected).ToList();
        if (rejected.Count > 0) ledger.Doubt(memory, rejected, mustReplace: !destination.Upserts);
    }

    // What has run out since needs no settling: the service has let go of it, if it ever had it.
    private async Task RepeatAsync(OpenIntent intent, DateTimeOffset now)
    {
        var steps = intent.Steps.Where(step => step.Expires > now).ToList();
        if (steps.Count == 0) return;
        // A creation that was repeated before may have given it another id, and the old one names nothing any more.
        if (intent.Operation == Operation.Delete) steps = [.. steps.Select(step => ledger.FindHeld(memory, step.Observables) is { } held && held.Key == step.Key ? step with { Id = held.Id } : step)];
        var again = ledger.Intend(memory, intent.Operation, steps, keepBodies: true);
        var outcomes = await destination.ApplyAsync(intent.Operation, steps, control.Abort).ConfigureAwait(false);
        ledger.Record(memory, again, intent.Operation, steps, outcomes);
        DoubtRejected(intent.Operation, steps, outcomes);
    }
}
