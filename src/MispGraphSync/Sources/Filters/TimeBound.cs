using System.Globalization;
using System.Text.Json;

namespace MispGraphSync.Sources.Filters;

/// <summary>
/// One end of a time range as the user wrote it. <see cref="Span"/> back from now, or a fixed <see cref="Moment"/>.
/// The server takes anything it cannot parse for "now", and so finds nothing: what is not in one of these forms is a fault.
/// </summary>
internal sealed record TimeBound(string Text, TimeSpan? Span, DateTimeOffset? Moment, bool IsDay)
{
    public const string Forms = "a number with d, h, m or s (7d, 12h), seconds since 1970, or a day (2026-01-31)";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(100 * 366);

    public static TimeBound Earliest { get; } = new("1970-01-01", null, DateTimeOffset.UnixEpoch, IsDay: true);

    public bool IsRelative => Span is not null;

    public DateTimeOffset At(DateTimeOffset now) => Moment ?? now - Span!.Value;

    /// <summary>Null for text that is in none of the forms.</summary>
    public static TimeBound? Parse(string text)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return new TimeBound(text, null, new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero), IsDay: true);
        }
        if (text is "" || !text.AsSpan(0, text.Length - 1).ContainsOnlyDigits())
        {
            return null;
        }
        if (char.IsAsciiDigit(text[^1]))
        {
            // Twelve digits or more are milliseconds, and far in the future as seconds.
            return text.Length <= 11 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? new TimeBound(text, null, DateTimeOffset.FromUnixTimeSeconds(seconds), IsDay: false)
                : null;
        }

        var unit = text[^1] switch
        {
            'd' => TimeSpan.FromDays(1),
            'h' => TimeSpan.FromHours(1),
            'm' => TimeSpan.FromMinutes(1),
            's' => TimeSpan.FromSeconds(1),
            _ => TimeSpan.Zero,
        };
        return unit > TimeSpan.Zero
            && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count > 0 && count <= Longest / unit
                ? new TimeBound(text, unit * count, null, IsDay: false)
                : null;
    }

    public void Write(Utf8JsonWriter writer) => writer.WriteStringValue(Text);
}

file static class Digits
{
    public static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
