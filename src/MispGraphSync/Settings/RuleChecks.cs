namespace MispGraphSync.Settings;

/// <summary>Rules that are allowed and can never apply.</summary>
internal static class RuleChecks
{
    /// <param name="rules">Of one destination, in the order in which they are asked.</param>
    /// <param name="sources">The names of all sources.</param>
    /// <param name="hasScores">A source has decay scores.</param>
    public static IEnumerable<string> Of(IReadOnlyList<Rule> rules, IReadOnlyList<string> sources, bool hasScores)
    {
        foreach (var (i, rule) in rules.Index())
        {
            if (rule.When.Any(one => one.Key.Name == "source" && !one.Names.Intersect(sources, StringComparer.OrdinalIgnoreCase).Any()))
                yield return $"{rule.Name} can never apply: no source has that name; there is {string.Join(", ", sources)}.";
            if (!hasScores && rule.Asks(RuleKey.DecayScore))
                yield return $"{rule.Name} can never apply: no score is read, since no source has misp.decay.model.";
            if (rules.Take(i).FirstOrDefault(earlier => Hides(earlier, rule)) is { } earlier)
                yield return $"{rule.Name} can never apply: {earlier.Name} matches all that it matches, and sets the same.";
        }
    }

    private static bool Hides(Rule earlier, Rule later) =>
        earlier.Then.Or(later.Then) == earlier.Then && earlier.When.All(wider => later.When.Any(narrower => Contains(wider, narrower)));

    // Whether what meets the one also meets the other.
    private static bool Contains(RuleCondition wider, RuleCondition narrower) =>
        wider.Key == narrower.Key && wider.Key.Kind switch
        {
            RuleKeyKind.Names => wider.Names.Contains("*") || !narrower.Names.Except(wider.Names, StringComparer.OrdinalIgnoreCase).Any(),
            RuleKeyKind.Below => wider.Number >= narrower.Number,
            RuleKeyKind.AtLeast => wider.Number <= narrower.Number,
            _ => wider.Age <= narrower.Age || wider.Before >= narrower.Before,
        };
}
