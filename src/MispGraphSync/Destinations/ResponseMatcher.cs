namespace MispGraphSync.Destinations;

/// <summary>One spelling of the names by which an answer's elements are recognised.</summary>
/// <param name="OfStep">The name of the step at this place; null: it has none.</param>
/// <param name="OfElement">The name that the element at this place repeats; null: it repeats none.</param>
internal readonly record struct NameMatch(Func<int, string?> OfStep, Func<int, string?> OfElement);

/// <summary>
/// Finds out which element of an answer is about which step. Services do not say in which order they answer, so names come first, the
/// strictest spelling before the looser ones. An element without a known name goes by its place, unless the named ones show that the
/// order is not the request's. What is left over then belongs together where it cannot be mistaken.
/// </summary>
/// <param name="read">What the element (first) says of the step (second).</param>
/// <param name="mayBeAny">The element could be about any step; false: it names something that was not sent.</param>
internal sealed class ResponseMatcher(int steps, int elements, Func<int, int, StepOutcome> read, Func<int, bool> mayBeAny)
{
    /// <summary>What a step gets that no element is about.</summary>
    public static readonly StepOutcome NotMentioned = new StepOutcome.Unknown("The answer does not mention it.");

    private static readonly StepOutcome Contradictory = new StepOutcome.Unknown("The answer says different things about it.");

    private readonly StepOutcome?[] _outcomes = new StepOutcome?[steps];
    private readonly bool[] _isUsed = new bool[elements];
    private bool _isInOrder = steps == elements;

    /// <param name="namings">The strictest first.</param>
    public StepOutcome[] MatchBy(params ReadOnlySpan<NameMatch> namings)
    {
        // Almost always the names are the same, one by one.
        if (_isInOrder && AreSame(namings[0])) return [.. Enumerable.Range(0, steps).Select(i => read(i, i))];
        foreach (var naming in namings) ByName(naming);
        if (_isInOrder) ByPlace();
        LeftOver();
        return [.. _outcomes.Select(outcome => outcome ?? NotMentioned)];
    }

    /// <summary>The ids that more than one step was given: they identify none.</summary>
    public static HashSet<string> SharedIds(IEnumerable<StepOutcome> outcomes) => outcomes.OfType<StepOutcome.Accepted>()
        .Select(accepted => accepted.Id).OfType<string>().CountBy(id => id, StringComparer.Ordinal)
        .Where(count => count.Value > 1).Select(count => count.Key).ToHashSet(StringComparer.Ordinal);

    private bool AreSame(NameMatch naming)
    {
        for (var i = 0; i < steps; i++)
        {
            if (naming.OfStep(i) is not { } name || name != naming.OfElement(i)) return false;
        }
        return true;
    }

    private void ByName(NameMatch naming)
    {
        var named = OpenSteps().ToLookup(naming.OfStep, StringComparer.Ordinal);
        foreach (var group in OpenElements().GroupBy(naming.OfElement).Where(group => group.Key is not null).ToList())
        {
            // Only the order distinguishes several steps of one name.
            if (named[group.Key].ToList() is not [var step]) continue;
            var said = group.Select(element => read(element, step)).Distinct().ToList();
            _outcomes[step] = said is [var one] ? one : Contradictory;
            foreach (var element in group) Use(element, step);
        }
    }

    private void ByPlace()
    {
        foreach (var place in OpenElements().Where(mayBeAny).ToList())
        {
            if (_outcomes[place] is null) Take(place, place);
        }
    }

    private void LeftOver()
    {
        var left = OpenElements().ToList();
        var open = OpenSteps().ToList();
        if (left.Count != open.Count || left.Count == 0 || !left.TrueForAll(element => mayBeAny(element))) return;
        // One of each, or all that are left say the same.
        if (left.Select(element => read(element, open[0])).Distinct().Count() > 1) return;
        for (var i = 0; i < left.Count; i++) Take(left[i], open[i]);
    }

    private void Take(int element, int step)
    {
        _outcomes[step] = read(element, step);
        Use(element, step);
    }

    private void Use(int element, int step)
    {
        _isUsed[element] = true;
        if (element != step) _isInOrder = false;
    }

    private IEnumerable<int> OpenSteps() => Enumerable.Range(0, steps).Where(step => _outcomes[step] is null);

    private IEnumerable<int> OpenElements() => Enumerable.Range(0, elements).Where(element => !_isUsed[element]);
}
