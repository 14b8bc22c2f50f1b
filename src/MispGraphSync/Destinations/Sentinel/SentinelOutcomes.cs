using MispGraphSync.Core.Ports;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>Finds out what an upload's answer means for each object.</summary>
internal static class SentinelOutcomes
{
    private static readonly StepOutcome Accepted = new StepOutcome.Accepted(null);

    // A wrong guess costs at most a few more tries.
    private static readonly string[] Passing =
        ["try again", "temporar", "timed out", "timeout", "throttl", "internal error", "internal server error"];

    /// <summary>Of a good answer: who is not named was taken. Null when it names a place that the request does not have.</summary>
    public static StepOutcome[]? Of(List<SentinelError> errors, int count)
    {
        var outcomes = new StepOutcome[count];
        Array.Fill(outcomes, Accepted);
        return Mark(outcomes, errors) ? outcomes : null;
    }

    /// <summary>Of a 400: nothing was taken. Null unless each object is named with its fault.</summary>
    public static StepOutcome[]? OfRefusal(List<SentinelError> errors, int count)
    {
        var outcomes = new StepOutcome[count];
        return errors.Count > 0 && Mark(outcomes, errors) && Array.TrueForAll(outcomes, o => o is not null) ? outcomes : null;
    }

    public static StepOutcome[] Each(int count, StepOutcome outcome)
    {
        var outcomes = new StepOutcome[count];
        Array.Fill(outcomes, outcome);
        return outcomes;
    }

    private static bool Mark(StepOutcome[] outcomes, List<SentinelError> errors)
    {
        foreach (var error in errors)
        {
            // The error of a single object is its own, whatever the place it names.
            var place = outcomes.Length == 1 ? 0 : error.Index ?? -1;
            if (place < 0 || place >= outcomes.Length) return false;
            var words = error.Words.Length > 0 ? error.Words : "Refused without a reason.";
            if (outcomes[place] is StepOutcome.Rejected { Response: var earlier }) words = $"{earlier} {words}";
            outcomes[place] = CapacityError.ToRejection(words, MayPass(words));
        }
        return true;
    }

    private static bool MayPass(string words) => Passing.Any(w => words.Contains(w, StringComparison.OrdinalIgnoreCase));
}
