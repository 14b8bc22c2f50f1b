using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Planning;
using MispGraphSync.Settings;

namespace MispGraphSync.Policies;

/// <summary>What becomes of one attribute at one destination, and the rule that decided each property.</summary>
/// <param name="Values">By property, as JSON.</param>
/// <param name="Rules">By property: the rule's place; missing where no rule decided it.</param>
internal sealed record PolicyVerdict(IReadOnlyDictionary<string, string> Values, IReadOnlyDictionary<string, string> Rules)
{
    public static IReadOnlyList<string> Properties { get; } = [.. RuleSettings.Properties.Select(one => one.Name), "reason"];

    /// <param name="misp">The settings of the source.</param>
    public static PolicyVerdict Of(PolicyCase one, IDestination destination, NeverBlock neverBlock, MispSettings misp, DateTimeOffset now)
    {
        var facts = new EventFacts(one.Event, one.Source, isAged: false);
        var context = new MapContext(one.Source, one.Event.Uuid, misp.ToIdsOnly, misp.EnforceWarninglist, ForRules: true);
        var mapped = Mapper.Map(one.Item, context);
        List<IndicatorSourceRow> rows = [.. mapped.Sources.Select(source => new IndicatorSourceRow(source, facts) { Facts = one.Facts })];
        return Of(rows, mapped.Attributes[0].Outcome.SkipReason, destination, neverBlock, now);
    }

    /// <param name="skipped">Why the attribute gives no source; null where it gives one, or is context.</param>
    public static PolicyVerdict Of(
        IReadOnlyList<IndicatorSourceRow> rows, SkipReason? skipped, IDestination destination, NeverBlock neverBlock, DateTimeOffset now)
    {
        var eligibility = new Eligibility(destination, neverBlock, now);
        var merger = new Merger(destination.Policy, destination.Capabilities.Shape);
        SkipReason? reason = rows.Count == 0 ? skipped ?? SkipReason.UnsupportedRelation : null;
        foreach (var row in rows)
        {
            var verdict = eligibility.Judge(row);
            if (verdict.Reason is null) merger.Add(row, verdict.Effect);
            else if (reason is null || verdict.Reason < reason) reason = verdict.Reason;
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["send"] = merger.Count > 0 ? "true" : "false" };
        if (merger.Count == 0)
        {
            values["reason"] = $"\"{reason!.Value.Slug()}\"";
        }
        else
        {
            var indicator = merger.Merge();
            values["action"] = Quoted(indicator.Action);
            values["daysToExpire"] = $"{indicator.Lifetime.Days}";
            values["severity"] = Quoted(indicator.Severity);
            values["confidence"] = $"{indicator.Confidence}";
            values["threatType"] = $"\"{indicator.ThreatType}\"";
            values["generateAlert"] = indicator.GenerateAlert is { } alerts ? Lower(alerts) : "null";
            values["passiveOnly"] = Lower(indicator.PassiveOnly);
        }

        return new PolicyVerdict(values, RulesOf(rows, destination, now));
    }

    // The first matching rule that sets it decides a property.
    private static Dictionary<string, string> RulesOf(IReadOnlyList<IndicatorSourceRow> rows, IDestination destination, DateTimeOffset now)
    {
        var rules = new Dictionary<string, string>(StringComparer.Ordinal);
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        foreach (var rule in destination.Policy.Rules)
        {
            if (!rows.Any(row => rule.Matches(new RuleSubject(row, destination.Policy, today)))) continue;
            foreach (var property in RuleSettings.PropertiesSetBy(rule)) rules.TryAdd(property, rule.Name);
        }

        return rules;
    }

    private static string Quoted<T>(T value)
        where T : struct, Enum => $"\"{value.ToString().ToLowerInvariant()}\"";

    private static string Lower(bool value) => value ? "true" : "false";
}
