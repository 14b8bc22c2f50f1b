namespace MispGraphSync.Destinations.Defender;

/// <summary>
/// Deletes by the service's ids. A batch with one missing id is refused as a whole, so then the list says which are there: missing
/// ones count as deleted, the others are tried again, at last one by one.
/// </summary>
internal sealed class DefenderDeletion(DefenderApi api, DefenderList list)
{
    private static readonly StepOutcome Gone = new StepOutcome.Accepted(null);

    public async Task<IReadOnlyList<StepOutcome>> DeleteAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        var ids = steps.Select(step => step.Id).ToArray();
        // There is no deletion by value: an id that no response named comes from the list.
        if (ids.Contains(null))
        {
            var known = await ListAsync(ct).ConfigureAwait(false);
            for (var i = 0; i < ids.Length; i++) ids[i] ??= known.ByKey.GetValueOrDefault(steps[i].Key);
        }

        var outcomes = StepOutcome.Each(steps.Count, Gone);
        if (await DeleteBatchAsync(ids, outcomes, ct).ConfigureAwait(false)) return outcomes;

        var there = await ListAsync(ct).ConfigureAwait(false);
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] is { } id && !there.Ids.Contains(id)) ids[i] = null;
        }

        if (!await DeleteBatchAsync(ids, outcomes, ct).ConfigureAwait(false))
            await DeleteEachAsync(ids, outcomes, ct).ConfigureAwait(false);
        return outcomes;
    }

    private async Task DeleteEachAsync(string?[] ids, StepOutcome[] outcomes, CancellationToken ct)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] is not { } id) continue;
            try
            {
                outcomes[i] = await api.DeleteOneAsync(id, ct).ConfigureAwait(false) switch
                {
                    null => Gone,
                    // It is a request of its own: there is nothing to bisect.
                    StepOutcome.Rejected { Response: var response } => new StepOutcome.Rejected(response),
                    var outcome => outcome,
                };
                if (outcomes[i] is not StepOutcome.Unknown { Why: var why } || i == 0 || outcomes[i - 1] is not StepOutcome.Unknown)
                    continue;
                // Two without a response: the whole batch finds out whether it is their fault or the service's.
                Array.Fill(outcomes, new StepOutcome.Unknown(why), i, ids.Length - i);
                return;
            }
            catch (Exception e) when (e is RunFailedException or RequestNotSentException && i > 0)
            {
                // The earlier ones are deleted, and must not be forgotten because of the rest.
                Array.Fill(outcomes, new StepOutcome.Unknown(e.Message), i, ids.Length - i);
                return;
            }
        }
    }

    /// <summary>Deletes those with an id and notes their outcome; false when one of them is not there.</summary>
    private async Task<bool> DeleteBatchAsync(string?[] ids, StepOutcome[] outcomes, CancellationToken ct)
    {
        string[] batch = [.. ids.OfType<string>().Distinct()];
        if (batch.Length == 0) return true;
        if (await api.DeleteAsync(batch, ct).ConfigureAwait(false) is not { } outcome) return false;
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] is not null) outcomes[i] = outcome;
        }

        return true;
    }

    private async Task<(HashSet<string> Ids, Dictionary<Guid, string> ByKey)> ListAsync(CancellationToken ct)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var byKey = new Dictionary<Guid, string>();
        await foreach (var indicator in list.ReadAsync(ct).ConfigureAwait(false))
        {
            if (indicator.Id is not { } id) continue;
            ids.Add(id);
            if (indicator.Key is { } key) byKey[key] = id;
        }

        return (ids, byKey);
    }
}
