using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>
/// MISP's time filters: epoch seconds, <c>7d 12h 30m 10s</c>, a date text; one value (at or after) or a range of two.
/// A text it cannot read matches nothing, without an error.
/// </summary>
internal static partial class MispTime
{
    private const long Never = long.MaxValue;

    /// <returns>Null: the filter is ignored. More than two elements are the server's own failure.</returns>
    public static (long From, long To)? Range(JsonNode? value, DateTimeOffset now)
    {
        if (value is null || value.GetValueKind() == JsonValueKind.Null) return null;
        if (value is not JsonArray list) return (Seconds(value, now), Never);

        return list.Count switch
        {
            0 => null,
            1 => (Seconds(list[0], now), Never),
            2 => Ordered(Seconds(list[0], now), Seconds(list[1], now)),
            _ => throw new ServerFailureException(),
        };
    }

    /// <summary>The event's date filters: an unreadable text is ignored here, an empty one matches nothing.</summary>
    public static DateOnly? Date(JsonNode? value, DateTimeOffset now)
    {
        if (value is null || value.GetValueKind() == JsonValueKind.Null) return null;

        var text = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
        if (text.Length == 0) return DateOnly.MaxValue;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", out var date)) return date;
        return Span().IsMatch(text) ? DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(Seconds(value, now)).UtcDateTime) : null;
    }

    private static long Seconds(JsonNode? value, DateTimeOffset now)
    {
        var text = value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value?.ToJsonString() ?? "";
        if (long.TryParse(text, CultureInfo.InvariantCulture, out var epoch)) return epoch;
        if (Span().Match(text) is { Success: true } span)
        {
            var unit = span.Groups[2].Value switch { "d" => 86400, "h" => 3600, "m" => 60, _ => 1 };
            return now.ToUnixTimeSeconds() - (long.Parse(span.Groups[1].Value) * unit);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at.ToUnixTimeSeconds()
            : Never;
    }

    private static (long From, long To) Ordered(long one, long other) => (Math.Min(one, other), Math.Max(one, other));

    [GeneratedRegex("^([0-9]{1,9})([dhms])$")]
    private static partial Regex Span();
}
