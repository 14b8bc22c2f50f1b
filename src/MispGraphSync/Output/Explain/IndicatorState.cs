namespace MispGraphSync.Output.Explain;

/// <summary>The state of an indicator at a destination; <see cref="IndicatorStates.Meaning"/> explains each.</summary>
internal enum IndicatorState
{
    Held,
    Aged,
    Unwanted,
    Expired,
    Rejected,
    Suppressed,
    Waiting,
    Skipped,
    Ended,
}

/// <summary>The slug in the JSON and the docs, and the words in the text.</summary>
internal static class IndicatorStates
{
    private static readonly Dictionary<IndicatorState, (string Slug, string Meaning)> Labels = new()
    {
        [IndicatorState.Held] = ("held", "is there"),
        [IndicatorState.Aged] = ("aged", "is there until it expires, and is not renewed: its events are too old for the filters"),
        [IndicatorState.Unwanted] = ("leaving", "is there, but no longer wanted: the next complete run deletes it"),
        [IndicatorState.Expired] = ("expired", "has expired there"),
        [IndicatorState.Rejected] = ("rejected", "was rejected; the next push tries again"),
        [IndicatorState.Suppressed] = ("suppressed", "was rejected; not resent until it changes, or until 'misp-graph errors --retry'"),
        [IndicatorState.Waiting] = ("waiting", "is wanted and not there yet: the next push sends it"),
        [IndicatorState.Skipped] = ("skipped", "is skipped here"),
        [IndicatorState.Ended] = ("ended", "has expired there and was not renewed: its events are too old for the filters"),
    };

    public static string Slug(this IndicatorState state) => Labels[state].Slug;

    public static string Meaning(this IndicatorState state) => Labels[state].Meaning;
}
