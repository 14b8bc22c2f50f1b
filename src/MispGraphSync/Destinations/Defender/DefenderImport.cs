using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;
using Serilog;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Imports, and looks in the list for what an answer says nothing about: sent again, it would get the same answer.</summary>
internal sealed class DefenderImport(string destination, DefenderService service, DefenderList reading, ILogger log)
{
    public async Task<IReadOnlyList<StepOutcome>> ImportAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        var outcomes = await service.ImportAsync(steps, ct).ConfigureAwait(false);
        if (outcomes.Any(IsUntold)) await LookUpAsync(steps, outcomes, ct).ConfigureAwait(false);
        foreach (var id in DefenderOutcomes.ForgetSharedIds(outcomes))
        {
            log.Warning(
                "Defender's answer gives several indicators of {Destination} the id {Id}; it is looked up before one of them is deleted",
                destination, id);
        }
        return outcomes;
    }

    private static bool IsUntold(StepOutcome outcome) => ReferenceEquals(outcome, ResponseMatcher.NotMentioned);

    private async Task LookUpAsync(IReadOnlyList<PlanStep> steps, StepOutcome[] outcomes, CancellationToken ct)
    {
        var untold = Enumerable.Range(0, steps.Count).Where(i => IsUntold(outcomes[i]))
            .ToLookup(i => Alike(DefenderValue.Parse(steps[i].Value ?? "")));
        var there = new List<RemoteIndicator>();
        try
        {
            await foreach (var indicator in reading.ReadAsync(ct).ConfigureAwait(false))
            {
                if (indicator.Key is not null && untold.Contains(Alike(indicator))) there.Add(indicator);
            }
        }
        // What the answer said of the others is worth more than the reason for this.
        catch (Exception e) when (e is RunFailedException or RequestNotSentException or OperationCanceledException)
        {
            log.Warning("Defender's list could not tell what became of some indicators of {Destination}: {Reason}", destination, e.Message);
            return;
        }

        foreach (var listed in there.ToLookup(Alike))
        {
            foreach (var i in untold[listed.Key])
            {
                var found = listed.FirstOrDefault(indicator => indicator.Key == steps[i].Key)
                    ?? (untold[listed.Key].Count() == 1 ? listed.First() : null);
                if (found is not null && IsAsSent(steps[i], found)) outcomes[i] = new StepOutcome.Accepted(found.Id);
            }
        }
    }

    private static DefenderValue Alike(RemoteIndicator indicator) => Alike(new DefenderValue(indicator.Type, indicator.Value));

    private static DefenderValue Alike(DefenderValue value) => value with { Text = DefenderValue.ComparisonKey(value.Text) };

    /// <summary>An older one may be there still. The value has the service's spelling.</summary>
    private static bool IsAsSent(PlanStep step, RemoteIndicator there) =>
        ItemComparison.Compare(step.Body, there.Raw).TrueForAll(difference => difference.Property is "indicatorValue");
}
