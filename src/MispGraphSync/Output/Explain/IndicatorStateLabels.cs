namespace MispGraphSync.Output.Explain;

/// <summary>The slug and the meaning of each state: what is printed and what the docs list.</summary>
internal static class IndicatorStateLabels
{
    public static string Slug(this IndicatorState state) => state switch
    {
        IndicatorState.Held => "held",
        IndicatorState.Aged => "aged",
        IndicatorState.Unwanted => "leaving",
        IndicatorState.Expired => "expired",
        IndicatorState.TurnedDown => "turned-down",
        IndicatorState.HeldBack => "held-back",
        IndicatorState.Waiting => "waiting",
        IndicatorState.Skipped => "skipped",
        _ => "ended",
    };

    public static string Meaning(this IndicatorState state) => state switch
    {
        IndicatorState.Held => "is there",
        IndicatorState.Aged => "is there until it expires, and is not renewed: its events only match the filters' past",
        IndicatorState.Unwanted => "is there, but no longer wanted: the next complete run deletes it",
        IndicatorState.Expired => "has run out there",
        IndicatorState.TurnedDown => "was turned down; the next push tries again",
        IndicatorState.HeldBack => "was turned down and is held back until it changes, or until 'misp-graph errors --retry'",
        IndicatorState.Waiting => "is wanted and not there yet: the next push sends it",
        IndicatorState.Skipped => "is left out here",
        _ => "was left to run out there: its events only match the filters' past",
    };
}
