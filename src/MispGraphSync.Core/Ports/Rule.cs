using System.Collections.Immutable;

namespace MispGraphSync.Core.Ports;

/// <summary>
/// One rule of the settings: for an indicator source that meets all its conditions, it sets the properties that no earlier rule set.
/// </summary>
public sealed record Rule
{
    /// <summary>Where it stands: <c>rules[0]</c>, or <c>destinations.graph.rules[0]</c>.</summary>
    public required string Name { get; init; }

    /// <summary>As it is written, in one line.</summary>
    public required string Text { get; init; }

    /// <summary>At least one.</summary>
    public required ImmutableArray<RuleCondition> When { get; init; }

    public required RuleEffect Then { get; init; }

    /// <summary>The answer may change from day to day.</summary>
    public bool DependsOnTime => When.Any(condition => condition.Key.Kind == RuleKeyKind.Age);

    /// <summary>Whether one of its conditions has this key.</summary>
    public bool Asks(string key) => When.Any(condition => condition.Key.Name == key);

    public bool Matches(in RuleSubject subject)
    {
        foreach (var condition in When)
        {
            if (!condition.Matches(subject)) return false;
        }

        return true;
    }

    /// <summary>Whether it may match at some time: only conditions whose answer needs a change of the event are asked.</summary>
    public bool MayMatch(in RuleSubject subject)
    {
        foreach (var condition in When)
        {
            if (!condition.Key.Changes && !condition.Matches(subject)) return false;
        }

        return true;
    }
}

/// <summary>What a rule sets; null: nothing.</summary>
public sealed record RuleEffect
{
    public static RuleEffect None { get; } = new();

    /// <summary>False: not sent. True: sent in spite of the settings that choose, within the limits that no rule lifts.</summary>
    public bool? Send { get; init; }

    public IndicatorAction? Action { get; init; }

    /// <summary>From each send to its expiry.</summary>
    public int? DaysToExpire { get; init; }

    public ThreatLevel? Severity { get; init; }

    /// <summary>0–100.</summary>
    public int? Confidence { get; init; }

    public ThreatType? ThreatType { get; init; }
    public bool? GenerateAlert { get; init; }
    public bool? PassiveOnly { get; init; }

    /// <summary>This, and of a later rule what is not set yet.</summary>
    public RuleEffect Or(RuleEffect later) => new()
    {
        Send = Send ?? later.Send,
        Action = Action ?? later.Action,
        DaysToExpire = DaysToExpire ?? later.DaysToExpire,
        Severity = Severity ?? later.Severity,
        Confidence = Confidence ?? later.Confidence,
        ThreatType = ThreatType ?? later.ThreatType,
        GenerateAlert = GenerateAlert ?? later.GenerateAlert,
        PassiveOnly = PassiveOnly ?? later.PassiveOnly,
    };
}

/// <summary>An indicator source as rules see it.</summary>
/// <param name="Policy">Of the destination: its defaults count where the source has no TLP and no confidence.</param>
/// <param name="Today">The beginning of the run's day, UTC: the answer stays the same for the whole day.</param>
public readonly record struct RuleSubject(IndicatorSourceRow Row, DestinationPolicy Policy, DateTimeOffset Today);

/// <summary>One condition of a rule.</summary>
public sealed record RuleCondition(RuleKey Key)
{
    private readonly ImmutableHashSet<string> _names = [];
    private readonly ImmutableArray<string[]> _patterns = [];

    /// <summary>Names: one of these, without regard to case; an asterisk stands for any text where the key takes patterns.</summary>
    public ImmutableArray<string> Names
    {
        get;
        init
        {
            field = value;
            var patterns = value.Where(name => Key.TakesPatterns && name.Contains('*')).ToList();
            _patterns = [.. patterns.Select(pattern => pattern.Split('*'))];
            _names = value.Except(patterns).ToImmutableHashSet(StringComparer.OrdinalIgnoreCase);
        }
    } = [];

    /// <summary>Numbers: the limit.</summary>
    public int Number { get; init; }

    /// <summary>Ages: so long before today, or a fixed moment.</summary>
    public TimeSpan? Age { get; init; }

    public DateTimeOffset? Before { get; init; }

    public bool Matches(in RuleSubject subject)
    {
        switch (Key.Kind)
        {
            case RuleKeyKind.Names:
                foreach (var text in Key.Texts!(subject))
                {
                    if (_names.Contains(text) || _patterns.Any(pattern => Fits(text, pattern))) return true;
                }

                return false;
            case RuleKeyKind.Below:
                return Key.Value!(subject) < Number;
            case RuleKeyKind.AtLeast:
                return Key.Value!(subject) >= Number;
            default:
                return Key.Moment!(subject) < (Before ?? subject.Today - Age);
        }
    }

    private static bool Fits(ReadOnlySpan<char> text, string[] parts)
    {
        if (!text.StartsWith(parts[0], StringComparison.OrdinalIgnoreCase)) return false;
        text = text[parts[0].Length..];
        foreach (var part in parts.AsSpan(1..^1))
        {
            var at = text.IndexOf(part, StringComparison.OrdinalIgnoreCase);
            if (at < 0) return false;
            text = text[(at + part.Length)..];
        }

        return text.EndsWith(parts[^1], StringComparison.OrdinalIgnoreCase);
    }
}
