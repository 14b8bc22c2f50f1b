using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Matches the results of an import with steps, and decides what they say.</summary>
internal static class DefenderResponse
{
    /// <summary>By value: as sent, then in any spelling of the same.</summary>
    /// <returns>Null when the response is not an import's.</returns>
    public static StepOutcome[]? Read(ReadOnlyMemory<byte> response, IReadOnlyList<PlanStep> steps) => ResponseJson.Read(response, root =>
    {
        if (root.List("value")?.ToArray() is not { } results) return null;
        var values = Array.ConvertAll(results, result => result.Text("indicator")?.Trim());
        return new ResponseMatcher(steps.Count, results.Length, (result, _) => Outcome(results[result]), _ => true)
            .MatchBy(By(text => text), By(DefenderValue.ComparisonKey));

        NameMatch By(Func<string, string> spell) => new(
            step => spell(DefenderValue.Parse(steps[step].Value ?? "").Text),
            result => values[result] is { Length: > 0 } value ? spell(value) : null);
    });

    /// <summary>The ids that more than one step was given; those steps are accepted without one from now on.</summary>
    public static IReadOnlyCollection<string> ForgetSharedIds(StepOutcome[] outcomes)
    {
        var shared = ResponseMatcher.SharedIds(outcomes);
        for (var i = 0; i < outcomes.Length && shared.Count > 0; i++)
        {
            if (outcomes[i] is StepOutcome.Accepted { Id: { } id } && shared.Contains(id)) outcomes[i] = new StepOutcome.Accepted(null);
        }

        return shared;
    }

    private static StepOutcome Outcome(JsonElement result)
    {
        // Neither a value nor a status: another program's response. An item must not count as accepted for it.
        if (!result.Has("indicator") && !result.Has("isFailed"))
            return new StepOutcome.Unknown("The response names neither a value nor a result.");
        var id = result.Text("id");
        var words = ErrorBody.OneLine(result.Text("failureReason") ?? "");
        var isFailed = result.Find("isFailed") switch
        {
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.String } text => text.ValueEquals("true"u8) || text.ValueEquals("True"u8),
            _ => words.Length > 0 || string.IsNullOrEmpty(id),
        };
        // No document lists the reasons: none is interpreted, but for a full tenant.
        if (isFailed) return CapacityError.ToRejection(words.Length > 0 ? words : "Failed, without a reason.");
        return new StepOutcome.Accepted(string.IsNullOrEmpty(id) ? null : id);
    }
}
