using System.Globalization;

namespace MispGraphSync.Text;

/// <summary>Durations as people type and read them.</summary>
internal static class Durations
{
    /// <summary><c>90s</c>, <c>10m</c>, <c>2h</c>, <c>1d</c>, or seconds alone; null for anything else.</summary>
    public static TimeSpan? Parse(string text)
    {
        var number = text.TrimEnd('s', 'm', 'h', 'd');
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)) return null;
        if (amount is not (>= 0 and <= 1_000_000)) return null;
        return text[number.Length..] switch
        {
            "" or "s" => TimeSpan.FromSeconds(amount),
            "m" => TimeSpan.FromMinutes(amount),
            "h" => TimeSpan.FromHours(amount),
            "d" => TimeSpan.FromDays(amount),
            _ => null,
        };
    }

    public static string Text(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0} s"),
        { TotalHours: < 2 } => $"{(long)duration.TotalMinutes} min {duration.Seconds} s",
        _ => $"{(long)duration.TotalHours} h {duration.Minutes} min",
    };
}
