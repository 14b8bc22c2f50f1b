using System.Globalization;

namespace MispGraphSync.Sources.Filters;

/// <summary>
/// One end of a time range as the user wrote it: <see cref="Span"/> back from now, or a fixed <see cref="Moment"/>. The server
/// reads any other text as "now", and so finds nothing.
/// </summary>
internal sealed record TimeBound(string Text, TimeSpan? Span, DateTimeOffset? Moment, bool IsDay)
{
    public const string Forms = "a number with d, h, m or s (7d, 12h), seconds since 1970, or a day (2026-01-31)";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(100 * 366);

    public static TimeBound Earliest { get; } = new("1970-01-01", null, DateTimeOffset.UnixEpoch, IsDay: true);
    public bool IsRelative => Span is not null;
    public DateTimeOffset At(DateTimeOffset now) => Moment ?? now - Span!.Value;

    /// <summary>Null for text in none of the forms.</summary>
    public static TimeBound? Parse(string text)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return new TimeBound(text, null, new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero), IsDay: true);
        if (text.Length == 0) return null;
        TimeSpan? unit = text[^1] switch
        {
            'd' => TimeSpan.FromDays(1),
            'h' => TimeSpan.FromHours(1),
            'm' => TimeSpan.FromMinutes(1),
            's' => TimeSpan.FromSeconds(1),
            _ => null,
        };
        var digits = unit is null ? text : text[..^1];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        if (unit is { } one) return number > 0 && number <= Longest / one ? new TimeBound(text, one * number, null, IsDay: false) : null;
        // Twelve digits or more are milliseconds, and far in the future as seconds.
        return text.Length <= 11 ? new TimeBound(text, null, DateTimeOffset.FromUnixTimeSeconds(number), IsDay: false) : null;
    }
}
