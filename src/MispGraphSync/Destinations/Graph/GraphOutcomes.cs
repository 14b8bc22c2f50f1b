namespace MispGraphSync.Destinations.Graph;

/// <summary>Matches the elements of a bulk response with steps, and decides what they say.</summary>
internal static class GraphOutcomes
{
    // A shorter one could be any number in a sentence.
    private const int ShortestId = 6;

    private static readonly StepOutcome SharedId = new StepOutcome.Unknown("The answer gives this id to several indicators.");

    /// <summary>
    /// Of a submit or an update: by our key, an update also by the service's id. An element without an id is a failure; a step without an
    /// element is unknown.
    /// </summary>
    public static StepOutcome[] OfEntities(List<GraphResult> elements, IReadOnlyList<PlanStep> steps)
    {
        var match = new ResponseMatcher(
            steps.Count, elements.Count, (element, step) => Entity(elements[element], steps[step]),
            i => elements[i] is { ExternalId: null, HasForeignId: false });
        var outcomes = match.MatchBy(
            new NameMatch(i => steps[i].Key.ToString("D"), i => elements[i].ExternalId?.ToString("D")),
            new NameMatch(i => steps[i].Id?.ToLowerInvariant(), i => elements[i].Id?.ToLowerInvariant()));
        var shared = ResponseMatcher.SharedIds(outcomes);
        if (shared.Count == 0) return outcomes;
        return Array.ConvertAll(
            outcomes, outcome => outcome is StepOutcome.Accepted { Id: { } id } && shared.Contains(id) ? SharedId : outcome);
    }

    /// <summary>
    /// Of a deletion: by the id that the result's words name, else by its place. With fewer or more results than were asked for, what
    /// names no id is ignored.
    /// </summary>
    public static StepOutcome[] OfResults(List<GraphResult> results, IReadOnlyList<string> ids)
    {
        var named = results.ConvertAll(result => NamedIn(result.Error ?? result.Message ?? "", ids));
        return new ResponseMatcher(ids.Count, results.Count, (result, _) => Result(results[result]), _ => true)
            .MatchBy(new NameMatch(i => ids[i], i => named[i]));
    }

    private static StepOutcome Entity(GraphResult element, PlanStep step) => element switch
    {
        { Error: { } words } => CapacityError.ToRejection(words, element.IsTransient, isGone: step.Id is not null && IsGone(words)),
        { ErrorInsteadOfId: { } words } => CapacityError.ToRejection(words),
        { Id: { } id } => new StepOutcome.Accepted(id),
        { Message: { } words } => CapacityError.ToRejection(words),
        _ => new StepOutcome.Rejected($"The answer has no id for {step.Key:D}."),
    };

    /// <summary>
    /// The code of success is documented nowhere: none, 0 or 2xx are taken for it, unless a message says otherwise. What is
    /// not there is deleted.
    /// </summary>
    private static StepOutcome Result(GraphResult result)
    {
        var words = result.Error ?? result.Message;
        if (words is not null && IsGone(words)) return new StepOutcome.Accepted(null);
        if (result.Code == 404 && result.Error is null) return new StepOutcome.Accepted(null);
        if (result.Error is { } error) return new StepOutcome.Rejected(error, result.IsTransient);
        if (result.Code is >= 200 and < 300) return new StepOutcome.Accepted(null);
        if (result.Code is null or 0 && (words is null || IsPraise(words))) return new StepOutcome.Accepted(null);
        return new StepOutcome.Rejected(words ?? $"Code {result.Code}.", result.Code is 429 or (>= 500 and < 600));
    }

    private static bool IsGone(string words) => words.ContainsAny("not found", "notfound", "not exist");

    private static bool IsPraise(string words) =>
        words.Equals("ok", StringComparison.OrdinalIgnoreCase)
        || words.StartsWith("success", StringComparison.OrdinalIgnoreCase)
        || words.StartsWith("deleted", StringComparison.OrdinalIgnoreCase);

    /// <summary>Success begins with the id. Null: the words name none of them, or several.</summary>
    private static string? NamedIn(string words, IReadOnlyList<string> ids)
    {
        string? named = null;
        foreach (var id in ids)
        {
            var at = words.IndexOf(id, StringComparison.OrdinalIgnoreCase);
            if (at < 0 || !IsWhole(words, at, id.Length)) continue;
            if (at == 0) return id;
            if (id.Length < ShortestId) continue;
            if (named is not null) return null;
            named = id;
        }
        return named;
    }

    private static bool IsWhole(string words, int at, int length) =>
        !Joins(words.ElementAtOrDefault(at - 1)) && !Joins(words.ElementAtOrDefault(at + length));

    private static bool Joins(char c) => char.IsLetterOrDigit(c) || c == '-';
}
