using System.Globalization;

namespace MispGraphSync.Text;

/// <summary>Durations as people type and read them.</summary>
internal static class Durations
{
    /// <summary>As long as a timer can be set for; who says more means no limit.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    /// <summary>Reads <c>90s</c>, <c>10m</c>, <c>2h</c>, <c>1d</c>, or seconds alone; null when it is none of these. At most 40 days.</summary>
    public static TimeSpan? Parse(string text) => Read(text) is { } duration ? duration < Longest ? duration : Longest : null;

    private static TimeSpan? Read(string text)
    {
        if (text.Length == 0) return null;
        var unit = text[^1];
        var number = char.IsAsciiLetter(unit) ? text[..^1] : text;
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) || amount > 1_000_000) return null;
        return unit switch
        {
            's' or (>= '0' and <= '9') => TimeSpan.FromSeconds(amount),
            'm' => TimeSpan.FromMinutes(amount),
            'h' => TimeSpan.FromHours(amount),
            'd' => TimeSpan.FromDays(amount),
            _ => null,
        };
    }

    public static string Text(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(duration.TotalMinutes):0} min {duration.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(duration.TotalHours):0} h {duration.Minutes} min"),
    };
}
