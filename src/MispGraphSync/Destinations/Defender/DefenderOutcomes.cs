using System.Text.Json;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Finds out which result of an import is about which step, and what it says.</summary>
internal static class DefenderOutcomes
{
    /// <summary>
    /// By value: as sent, then in any spelling of the same.
    /// </summary>
    /// <returns>Null when the answer is no import's.</returns>
    public static StepOutcome[]? Of(ReadOnlyMemory<byte> answer, IReadOnlyList<PlanStep> steps)
    {
        if (DefenderJson.Parse(answer) is not var (document, value)) return null;
        using (document)
        {
            var results = value.EnumerateArray().ToArray();
            var words = Array.ConvertAll(results, result => DefenderJson.Text(result, "indicator")?.Trim());
            return new ResponseMatcher(steps.Count, results.Length, (result, _) => Outcome(results[result]), _ => true).MatchBy(
                By(text => text), By(DefenderValue.ComparisonKey));

            NameMatch By(Func<string, string> spell) => new(
                step => spell(DefenderValue.Parse(steps[step].Value ?? "").Text),
                result => words[result] is { Length: > 0 } word ? spell(word) : null);
        }
    }

    /// <summary>The ids that more than one step was given; those steps are accepted without one from now on.</summary>
    public static IReadOnlyList<string> ForgetSharedIds(StepOutcome[] outcomes)
    {
        var shared = outcomes.OfType<StepOutcome.Accepted>().Where(accepted => accepted.Id is not null)
            .GroupBy(accepted => accepted.Id!, StringComparer.Ordinal)
            .Where(group => group.Skip(1).Any()).Select(group => group.Key).ToList();
        for (var i = 0; i < outcomes.Length && shared.Count > 0; i++)
        {
            if (outcomes[i] is StepOutcome.Accepted { Id: { } id } && shared.Contains(id)) outcomes[i] = new StepOutcome.Accepted(null);
        }
        return shared;
    }

    private static StepOutcome Outcome(JsonElement result)
    {
        // Neither what it is about nor how it went: another program's answer. An item must not count as accepted for it.
        if (DefenderJson.Find(result, "indicator") is null && DefenderJson.Find(result, "isFailed") is null)
            return new StepOutcome.Unknown("The answer does not say what became of it.");
        var id = DefenderJson.Text(result, "id");
        var words = ErrorBody.OneLine(DefenderJson.Text(result, "failureReason") ?? "");
        var isFailed = DefenderJson.Find(result, "isFailed") switch
        {
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.String } text => text.ValueEquals("true"u8) || text.ValueEquals("True"u8),
            _ => words.Length > 0 || string.IsNullOrEmpty(id),
        };
        // No document lists the reasons: none is read, but for a full tenant.
        if (isFailed) return CapacityError.ToRejection(words.Length > 0 ? words : "Failed, without a reason.");
        return new StepOutcome.Accepted(string.IsNullOrEmpty(id) ? null : id);
    }
}
