using System.Globalization;
using System.Text.RegularExpressions;

namespace MispGraphSync.Sandbox.Defender;

/// <summary>The part of OData's <c>$filter</c> that the list understands: comparisons joined by <c>and</c>.</summary>
internal static partial class ListFilter
{
    private static readonly string[] Fields =
    [
        "application", "createdByDisplayName", "expirationTime", "generateAlert", "title", "rbacGroupNames", "rbacGroupIds",
        "indicatorValue", "indicatorType", "creationTimeDateTimeUtc", "createdBy", "action", "severity",
    ];

    /// <returns>Null when the filter cannot be read.</returns>
    public static Func<DefenderIndicator, bool>? Parse(string filter)
    {
        List<Func<DefenderIndicator, bool>> conditions = [];
        foreach (var part in And().Split(filter))
        {
            var match = Comparison().Match(part.Trim());
            var field = match.Groups[1].Value;
            if (!match.Success || !Fields.Contains(field)) return null;

            var sign = match.Groups[2].Value;
            var quoted = match.Groups[3];
            var value = quoted.Success ? quoted.Value.Replace("''", "'", StringComparison.Ordinal) : match.Groups[4].Value;
            conditions.Add(one => Holds(Text(one, field), sign, value));
        }

        return one => conditions.TrueForAll(condition => condition(one));
    }

    private static bool Holds(string held, string sign, string value)
    {
        var order = Instant(held) is { } one && Instant(value) is { } other
            ? one.CompareTo(other)
            : string.Compare(held, value, StringComparison.OrdinalIgnoreCase);
        return sign switch
        {
            "eq" => order == 0,
            "ne" => order != 0,
            "gt" => order > 0,
            "ge" => order >= 0,
            "lt" => order < 0,
            _ => order <= 0,
        };
    }

    private static string Text(DefenderIndicator one, string field) => field switch
    {
        "createdBy" => one.CreatedBy,
        "createdByDisplayName" => one.CreatedBy,
        "creationTimeDateTimeUtc" => one.Created.ToString("o"),
        _ => one.Fields[field]?.ToString() ?? "",
    };

    private static DateTimeOffset? Instant(string text) => text.Contains('T', StringComparison.Ordinal)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant : null;

    [GeneratedRegex("\\s+and\\s+(?=(?:[^']*'[^']*')*[^']*$)")]
    private static partial Regex And();

    [GeneratedRegex("^(\\w+)\\s+(eq|ne|gt|ge|lt|le)\\s+(?:'((?:[^']|'')*)'|(\\S+))$")]
    private static partial Regex Comparison();
}
