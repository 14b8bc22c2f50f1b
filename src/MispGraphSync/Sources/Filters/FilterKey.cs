namespace MispGraphSync.Sources.Filters;

/// <summary>One thing that events can be selected by.</summary>
/// <param name="Name">The name that the server knows.</param>
internal sealed record FilterKey(string Name, FilterKind Kind)
{
    /// <summary>
    /// Sets only: the texts of an event that a value is held against when the filter is evaluated here, for feeds and files.
    /// </summary>
    public Func<EventView, IEnumerable<string>>? Texts { get; init; }

    /// <summary>The same for negated values, where the server looks elsewhere; null: the same texts.</summary>
    public Func<EventView, IEnumerable<string>>? TextsForNot { get; init; }

    /// <summary>Time keys only: the moment that is compared.</summary>
    public Func<EventView, DateTimeOffset?>? Moment { get; init; }

    /// <summary>Switches only: what "on" and "off" ask of an event; null: the switch selects nothing.</summary>
    public Func<EventView, bool, bool>? IsOn { get; init; }

    /// <summary>How texts compare: as in MISP's database.</summary>
    public StringComparer Comparer { get; init; } = StringComparer.Ordinal;

    public Wildcards Wildcards { get; init; }

    /// <summary>A value as MISP writes it itself; null: as it is given.</summary>
    public Func<string, string>? Spelling { get; init; }

    /// <summary>
    /// The server takes a negated value by its word. Elsewhere "!x" means "has something that is not x", or nothing at all,
    /// so there the events that have x are searched for, and subtracted.
    /// </summary>
    public bool ServerNegates { get; init; }

    /// <summary>
    /// The server's answer is wrong, so it is not asked: the condition is evaluated here on the listed metadata.
    /// </summary>
    public bool IsEvaluatedHere { get; init; }

    /// <summary>Beside it the server ignores other keys, so a search with it has no other.</summary>
    public bool MustBeAlone { get; init; }

    /// <summary>Evaluating it takes the event's attributes.</summary>
    public bool NeedsItems { get; init; }

    /// <summary>What a value must look like besides being text; null for good.</summary>
    public Func<string, string?>? Fault { get; init; }

    /// <summary>What is allowed, and probably not meant; null for nothing.</summary>
    public Func<string, string?>? Warning { get; init; }

    /// <summary>What the user should know about this key; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>Accepted, but never sent.</summary>
    public bool IsIgnored { get; init; }

    /// <summary>Feeds and files: how far our own reading may be from the server's; null for not at all.</summary>
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

    Switch,

    /// <summary>A switch that also takes "only" and [0, 1].</summary>
    Deleted,

    /// <summary>Free text.</summary>
    Text,
}
