namespace MispGraphSync.Sources.Filters;

/// <summary>One property that events can be selected by.</summary>
internal sealed record FilterKey(string Name, FilterKind Kind)
{
    /// <summary>Sets: the event's texts that a value is compared with when the filter is evaluated here, for feeds and files.</summary>
    public Func<EventView, IEnumerable<string>>? Texts { get; init; }

    /// <summary>The same for negated values, if the server compares others; null for the same texts.</summary>
    public Func<EventView, IEnumerable<string>>? TextsForNot { get; init; }

    /// <summary>Times: the moment that is compared.</summary>
    public Func<EventView, DateTimeOffset?>? Moment { get; init; }

    /// <summary>Switches: whether the event matches "on" or "off"; null for a switch that selects nothing.</summary>
    public Func<EventView, bool, bool>? IsOn { get; init; }

    /// <summary>As MISP's database compares.</summary>
    public StringComparer Comparer { get; init; } = StringComparer.Ordinal;

    public Wildcards Wildcards { get; init; }

    /// <summary>Makes a value what MISP itself writes; null for no change.</summary>
    public Func<string, string>? Normalise { get; init; }

    /// <summary>
    /// The server understands a negated value. For other keys "!x" means "has something that is not x", or nothing at all, so the
    /// events with x are searched for and subtracted.
    /// </summary>
    public bool ServerNegates { get; init; }

    /// <summary>The server's result is wrong, so the condition is evaluated here on the listed metadata, and not sent.</summary>
    public bool IsEvaluatedHere { get; init; }

    /// <summary>The server ignores other keys beside it, so it is searched for alone.</summary>
    public bool MustBeAlone { get; init; }

    /// <summary>Evaluating it needs the event's attributes.</summary>
    public bool NeedsItems { get; init; }

    /// <summary>Why a value is invalid; null for a valid one.</summary>
    public Func<string, string?>? Fault { get; init; }

    /// <summary>Why a value is probably a mistake; null for none.</summary>
    public Func<string, string?>? Warning { get; init; }

    public string? Note { get; init; }

    /// <summary>Accepted, but never sent.</summary>
    public bool IsIgnored { get; init; }

    /// <summary>Feeds and files: how the evaluation here may differ from the server's.</summary>
    public string? LocalNote { get; init; }
}

internal enum FilterKind
{
    /// <summary>Values: one, a list, or OR and NOT.</summary>
    Set,

    /// <summary>The same, with a true AND.</summary>
    TagSet,

    /// <summary>A day in the form 2026-01-31.</summary>
    Day,

    /// <summary>A moment or time span, or a range of two.</summary>
    Time,

    /// <summary>A switch that also takes "only" and [0, 1].</summary>
    Deleted,

    Switch, Text,
}
