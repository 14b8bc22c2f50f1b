using MispGraphSync.Core.Sync;

namespace MispGraphSync.Destinations.Graph;

/// <summary>Finds out which element of a bulk answer speaks of which step, and what it says.</summary>
internal static class GraphOutcomes
{
    private static readonly StepOutcome Missing = new StepOutcome.Unknown("The answer does not mention it.");

    /// <summary>
    /// Of a submit or an update: by our key first, by the place in the list for elements that repeat no key. An element
    /// without an id is a failure; a step that no element speaks of is unknown.
    /// </summary>
    public static StepOutcome[] OfEntities(List<GraphElement> elements, IReadOnlyList<PlanStep> steps)
    {
        var outcomes = new StepOutcome?[steps.Count];
        Dictionary<Guid, int>? places = null;
        for (var i = 0; i < elements.Count; i++)
        {
            if (elements[i].ExternalId is not { } key) continue;
            // Almost always the same place.
            var place = i < steps.Count && steps[i].Key == key ? i : (places ??= Places(steps)).GetValueOrDefault(key, -1);
            if (place >= 0) outcomes[place] ??= Entity(elements[i], steps[place]);
        }
        for (var i = 0; i < elements.Count && i < steps.Count; i++)
        {
            if (outcomes[i] is null && elements[i] is { ExternalId: null, IsForeign: false }) outcomes[i] = Entity(elements[i], steps[i]);
        }
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] ??= Missing;
        return outcomes!;
    }

    /// <summary>
    /// Of a deletion: a result carries no key, so it is told by its place, and a failure by the id in its words where there
    /// is one. With fewer or more results than were asked for, nothing is known unless all went well.
    /// </summary>
    public static StepOutcome[] OfResults(List<GraphElement> results, IReadOnlyList<string> ids)
    {
        var outcomes = new StepOutcome?[ids.Count];
        if (results.Count != ids.Count) return [.. outcomes.Select(_ => Missing)];
        for (var i = 0; i < results.Count; i++)
        {
            var outcome = Result(results[i]);
            if (outcome is not StepOutcome.Rejected { Response: var words }) continue;
            var named = Find(ids, words);
            if (named >= 0) outcomes[named] = outcome;
            else outcomes[i] ??= outcome;
        }
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] ??= new StepOutcome.Accepted(null);
        return outcomes!;
    }

    private static Dictionary<Guid, int> Places(IReadOnlyList<PlanStep> steps)
    {
        var places = new Dictionary<Guid, int>(steps.Count);
        for (var i = 0; i < steps.Count; i++) places[steps[i].Key] = i;
        return places;
    }

    private static StepOutcome Entity(GraphElement element, PlanStep step) => element switch
    {
        { Error: { } words } => FullService.Rejected(words, element.IsTransient, isGone: step.Id is not null && IsGone(words)),
        { Id: { } id } => new StepOutcome.Accepted(id),
        { Message: { } words } => FullService.Rejected(words),
        _ => new StepOutcome.Rejected($"The answer has no id for {step.Key:D}."),
    };

    /// <summary>
    /// The code of success is documented nowhere: none, 0 or 2xx are taken for it, unless a message says otherwise. What is
    /// not there is deleted.
    /// </summary>
    private static StepOutcome Result(GraphElement result)
    {
        var words = result.Error ?? result.Message;
        if (words is not null && IsGone(words)) return new StepOutcome.Accepted(null);
        if (result.Code == 404 && result.Error is null) return new StepOutcome.Accepted(null);
        if (result.Error is { } error) return new StepOutcome.Rejected(error, result.IsTransient);
        if (result.Code is >= 200 and < 300) return new StepOutcome.Accepted(null);
        if (result.Code is null or 0 && (words is null || IsPraise(words))) return new StepOutcome.Accepted(null);
        return new StepOutcome.Rejected(words ?? $"Code {result.Code}.", result.Code is 429 or (>= 500 and < 600));
    }

    private static bool IsGone(string words) =>
        words.Contains("not found", StringComparison.OrdinalIgnoreCase)
        || words.Contains("notfound", StringComparison.OrdinalIgnoreCase)
        || words.Contains("not exist", StringComparison.OrdinalIgnoreCase);

    private static bool IsPraise(string words) =>
        words.Equals("ok", StringComparison.OrdinalIgnoreCase)
        || words.StartsWith("success", StringComparison.OrdinalIgnoreCase)
        || words.StartsWith("deleted", StringComparison.OrdinalIgnoreCase);

    private static int Find(IReadOnlyList<string> ids, string words)
    {
        for (var i = 0; i < ids.Count; i++)
        {
            if (words.Contains(ids[i], StringComparison.OrdinalIgnoreCase)) return i;
        }
        return -1;
    }
}
