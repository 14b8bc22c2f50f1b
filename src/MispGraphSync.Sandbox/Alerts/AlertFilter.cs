using System.Globalization;
using System.Text.RegularExpressions;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Alerts;

/// <summary>The <c>$filter</c> of a list of alerts: comparisons joined by <c>and</c>.</summary>
internal static partial class AlertFilter
{
    /// <param name="words">The properties that are compared as texts, with their values.</param>
    /// <param name="times">The properties that are compared as times.</param>
    /// <returns>Null when it names another property, or a date that is none.</returns>
    public static Func<Alert, bool>? Parse(
        string filter, IReadOnlyDictionary<string, Func<Alert, string>> words,
        IReadOnlyDictionary<string, Func<Alert, DateTimeOffset>> times)
    {
        List<Func<Alert, bool>> conditions = [];
        foreach (var part in filter.Split(" and "))
        {
            var match = Comparison().Match(part.Trim());
            if (!match.Success) throw new NoFactException($"the filter {filter}");
            var (name, sign, value) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value.Trim('\''));
            if (words.TryGetValue(name, out var word) && sign == "eq") conditions.Add(one => word(one) == value);
            else if (times.TryGetValue(name, out var time) && Time(value) is { } instant)
                conditions.Add(one => Holds(time(one), sign, instant));
            else return null;
        }

        return one => conditions.TrueForAll(condition => condition(one));
    }

    private static bool Holds(DateTimeOffset time, string sign, DateTimeOffset instant) => sign switch
    {
        "ge" => time >= instant,
        "gt" => time > instant,
        "lt" => time < instant,
        "le" => time <= instant,
        _ => time == instant,
    };

    private static DateTimeOffset? Time(string text) => text.EndsWith('Z')
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    [GeneratedRegex(@"^(\w+) (eq|ge|gt|le|lt) ('[^']*'|\S+)$")]
    private static partial Regex Comparison();
}
