using MispGraphSync.Core.Planning;
using Serilog;

namespace MispGraphSync.Destinations.Defender;

/// <summary>
/// Imports, and looks in the list for steps that a response does not mention: sent again, they would get the same response.
/// </summary>
internal sealed class DefenderImport(string destination, DefenderApi api, DefenderList list, ILogger log)
{
    public async Task<IReadOnlyList<StepOutcome>> ImportAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        var outcomes = await api.ImportAsync(steps, ct).ConfigureAwait(false);
        if (outcomes.Any(IsNotMentioned)) await LookUpAsync(steps, outcomes, ct).ConfigureAwait(false);
        foreach (var id in DefenderResponse.ForgetSharedIds(outcomes))
        {
            log.Warning(
                "Defender's response gives several indicators of {Destination} the id {Id}; it is looked up before one of them is deleted",
                destination, id);
        }

        return outcomes;
    }

    private static bool IsNotMentioned(StepOutcome outcome) => ReferenceEquals(outcome, ResponseMatcher.NotMentioned);

    private async Task LookUpAsync(IReadOnlyList<PlanStep> steps, StepOutcome[] outcomes, CancellationToken ct)
    {
        var open = Enumerable.Range(0, steps.Count).Where(i => IsNotMentioned(outcomes[i])).ToLookup(
            i => Comparable(DefenderValue.Parse(steps[i].Value ?? "")));
        var there = new List<RemoteIndicator>();
        try
        {
            await foreach (var indicator in list.ReadAsync(ct).ConfigureAwait(false))
            {
                if (indicator.Key is not null && open.Contains(Comparable(indicator))) there.Add(indicator);
            }
        }
        // The outcomes of the others are worth more than the reason for this.
        catch (Exception e) when (e is RunFailedException or RequestNotSentException or OperationCanceledException)
        {
            log.Warning("Some indicators of {Destination} could not be looked up in Defender's list: {Reason}", destination, e.Message);
            return;
        }

        foreach (var listed in there.ToLookup(Comparable))
        {
            foreach (var i in open[listed.Key])
            {
                var found = listed.FirstOrDefault(indicator => indicator.Key == steps[i].Key)
                    ?? (open[listed.Key].Count() == 1 ? listed.First() : null);
                if (found is not null && IsAsSent(steps[i], found)) outcomes[i] = new StepOutcome.Accepted(found.Id);
            }
        }
    }

    private static DefenderValue Comparable(RemoteIndicator indicator) => Comparable(new DefenderValue(indicator.Type, indicator.Value));

    private static DefenderValue Comparable(DefenderValue value) => value with { Text = DefenderValue.ComparisonKey(value.Text) };

    /// <summary>An older version may still be there. The value has the service's spelling.</summary>
    private static bool IsAsSent(PlanStep step, RemoteIndicator there) =>
        ItemComparison.Compare(step.Body, there.Raw).TrueForAll(difference => difference.Property is "indicatorValue");
}
