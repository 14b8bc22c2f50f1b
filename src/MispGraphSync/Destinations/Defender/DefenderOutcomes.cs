using System.Text.Json;
using MispGraphSync.Core.Sync;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Finds out which result of an import speaks of which step, and what it says.</summary>
internal static class DefenderOutcomes
{
    private static readonly StepOutcome Missing = new StepOutcome.Unknown("The answer does not mention it.");

    /// <summary>
    /// By value, spelled alike; the same value under two types in the order of the request. A result whose value nobody sent
    /// goes by its place, as long as there are as many results as steps. A step that no result speaks of is unknown.
    /// </summary>
    /// <returns>Null when the answer is no import's.</returns>
    public static StepOutcome[]? Of(ReadOnlyMemory<byte> answer, IReadOnlyList<PlanStep> steps)
    {
        if (DefenderJson.Parse(answer) is not var (document, value)) return null;
        using (document)
        {
            var outcomes = new StepOutcome?[steps.Count];
            var places = Places(steps);
            var strangers = new List<int>();
            var results = value.EnumerateArray().ToArray();
            for (var i = 0; i < results.Length; i++)
            {
                var word = Spell(DefenderJson.Text(results[i], "indicator") ?? "");
                if (!places.TryGetValue(word, out var at)) strangers.Add(i);
                else if (at.TryDequeue(out var place)) outcomes[place] = Outcome(results[i]);
            }
            if (results.Length == steps.Count)
            {
                foreach (var i in strangers) outcomes[i] ??= Outcome(results[i]);
            }
            for (var i = 0; i < outcomes.Length; i++) outcomes[i] ??= Missing;
            return outcomes!;
        }
    }

    private static Dictionary<string, Queue<int>> Places(IReadOnlyList<PlanStep> steps)
    {
        var places = new Dictionary<string, Queue<int>>(steps.Count, StringComparer.Ordinal);
        for (var i = 0; i < steps.Count; i++)
        {
            // The canonical text is type, colon and value.
            var canonical = steps[i].Value ?? "";
            var word = Spell(canonical[(canonical.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            if (!places.TryGetValue(word, out var at)) places[word] = at = new Queue<int>(1);
            at.Enqueue(i);
        }
        return places;
    }

    private static string Spell(string value) => DefenderValue.Tidy(DefenderTypes.IpAddress, value.Trim()).ToLowerInvariant();

    private static StepOutcome Outcome(JsonElement result)
    {
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
        if (isFailed) return FullService.Rejected(words.Length > 0 ? words : "Failed, without a reason.");
        return new StepOutcome.Accepted(string.IsNullOrEmpty(id) ? null : id);
    }
}
