namespace MispGraphSync.Destinations;

/// <summary>Texts of indicators that fit a service's field.</summary>
internal static class IndicatorText
{
    /// <summary>The event's title; where nothing of it is left, its UUID. Never empty.</summary>
    public static string Title(Indicator indicator, int maxLength)
    {
        var text = Sanitize.ForField(indicator.Title, maxLength);
        if (text is not ("" or "…")) return text;
        return indicator.Sources is [var first, ..] ? $"MISP event {first.Event:D}" : "MISP event";
    }

    /// <summary>Whether no earlier source is of the same event.</summary>
    public static bool IsFirstOfEvent(Indicator indicator, int source)
    {
        for (var i = 0; i < source; i++)
        {
            if (indicator.Sources[i].Event == indicator.Sources[source].Event) return false;
        }

        return true;
    }
}
