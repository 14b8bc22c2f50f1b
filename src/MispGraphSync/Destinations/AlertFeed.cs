using System.Text.RegularExpressions;
using MispGraphSync.Core.Hits;

namespace MispGraphSync.Destinations;

/// <summary>Which alerts a destination's indicators raise, and how an indicator is found in them.</summary>
/// <param name="Service">The word for the product that raises them, in the list that has the alerts of all products.</param>
/// <param name="Judge">Given the word for the detection, where there is one, and the alert's title.</param>
internal sealed partial record AlertFeed(string Service, MatchRules Rules, Func<string?, string?, AlertRelevance> Judge)
{
    private const int MaxIds = 50;
    private const int FirstYear = 2000;

    private static readonly string[] CustomIndicatorWords = ["customTi", "customerTi"];

    /// <summary>Why an indicator may have fired without an alert, in sentences.</summary>
    public IReadOnlyList<string> BlindSpots { get; init; } = [];

    /// <summary>Alerts of a product that takes custom indicators. Other tools' indicators raise them too.</summary>
    public static AlertFeed OfCustomIndicators(string service, params IReadOnlyList<string> blindSpots) => new(
        service, new MatchRules(UrlsCoverPaths: true, HasRanges: false),
        // Files raise alerts of an antivirus, with a name of their own.
        (detection, title) => detection is not null && CustomIndicatorWords.Contains(detection, StringComparer.OrdinalIgnoreCase)
            || title?.Contains("CustomEnterprise", StringComparison.Ordinal) == true
            ? AlertRelevance.ByValue
            : AlertRelevance.None)
    { BlindSpots = blindSpots };

    /// <summary>Alerts of rules that compare logs with indicators. Only a rule that names the indicator is exact.</summary>
    public static AlertFeed OfRules(string service, params IReadOnlyList<string> blindSpots) => new(
        service, new MatchRules(UrlsCoverPaths: false, HasRanges: true),
        // Microsoft's own analytics compare logs with Microsoft's own indicators.
        (detection, title) => detection?.EndsWith("ThreatIntelligenceAnalytics", StringComparison.OrdinalIgnoreCase) == true
            || detection == "microsoftThreatIntelligence" ? AlertRelevance.None
            : title?.StartsWith("TI map", StringComparison.OrdinalIgnoreCase) == true ? AlertRelevance.ByValue
            : AlertRelevance.ById)
    { BlindSpots = blindSpots };

    /// <summary>How many of these alerts of rules name their indicator, to follow a sentence; empty for other alerts.</summary>
    public string Named(IReadOnlyList<Alert> alerts)
    {
        if (!Rules.HasRanges) return "";
        var ofRules = alerts.Where(alert => alert.Relevance == AlertRelevance.ByValue).ToList();
        var naming = ofRules.Count(alert => alert.Ids.Count > 0);
        return ofRules.Count == 0 ? "" : $"; {naming} of the last {ofRules.Count} of TI map rules name their indicator (IndicatorId)";
    }

    /// <summary>
    /// The UUIDs in custom details, whose values are plain texts or lists as text: each of them may be an indicator's key.
    /// </summary>
    public static IReadOnlyList<Guid> IdsIn(string details) =>
        [.. Uuid().Matches(details).Take(MaxIds).Select(match => Guid.Parse(match.Value))];

    /// <summary>The first of these times that can be one of an alert: services write the year 1 where they have none.</summary>
    public static DateTimeOffset? TimeOf(params ReadOnlySpan<DateTimeOffset?> times)
    {
        foreach (var time in times)
        {
            if (time is { Year: >= FirstYear }) return time;
        }

        return null;
    }

    /// <summary>What analysts decided, by the words of any of the services.</summary>
    public static AlertVerdict VerdictOf(string? classification, string? determination)
    {
        if ("falsePositive".Equals(classification, StringComparison.OrdinalIgnoreCase)) return AlertVerdict.FalsePositive;
        return "informationalExpectedActivity".Equals(classification, StringComparison.OrdinalIgnoreCase)
            || "securityTesting".Equals(determination, StringComparison.OrdinalIgnoreCase)
            ? AlertVerdict.Test
            : AlertVerdict.None;
    }

    [GeneratedRegex("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")]
    private static partial Regex Uuid();
}
