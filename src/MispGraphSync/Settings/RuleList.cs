using System.Text;
using System.Text.Json;

namespace MispGraphSync.Settings;

/// <summary><c>config show --rules --output json</c></summary>
internal sealed record ShownRules(int Schema, IReadOnlyList<ShownRule> Rules);

/// <param name="From">Where it is written: a rule's place, or the setting that means the same.</param>
/// <param name="When">Null: whatever no earlier rule decides.</param>
internal sealed record ShownRule(string Destination, string From, JsonElement? When, JsonElement Then);

/// <summary>All that decides about an attribute at each destination, as rules in the order in which they are asked.</summary>
internal static class RuleList
{
    public static string ToText(AppSettings settings, int width)
    {
        var text = new StringBuilder();
        foreach (var destination in settings.Destinations)
        {
            text.Append(destination.Name).Append('\n');
            foreach (var rule in Of(destination))
            {
                var when = rule.When is { } given ? SettingsJson.ToText(given) : "all else";
                var line = Sanitize.ForDisplay($"  {rule.From}: when {when}, then {SettingsJson.ToText(rule.Then)}", int.MaxValue);
                text.Append(WrappedText.Wrap(line, width)).Append('\n');
            }
        }

        return text.ToString();
    }

    public static string ToJson(AppSettings settings) =>
        JsonSerializer.Serialize(new ShownRules(1, [.. settings.Destinations.SelectMany(Of)]), SettingsJson.Indented.ShownRules) + "\n";

    private static IEnumerable<ShownRule> Of(DestinationSettings destination)
    {
        var policy = destination.Policy;
        foreach (var rule in policy.Rules)
        {
            var json = JsonDocument.Parse(rule.Text).RootElement;
            yield return new ShownRule(destination.Name, rule.Name, json.GetProperty("when"), json.GetProperty("then"));
        }

        const string Skip = """{"send":false}""";
        if (policy.ExcludeTags.Count > 0) yield return Row("excludeTags", When("tag", policy.ExcludeTags), Skip);
        if (policy.ExcludeTypes.Count > 0) yield return Row("excludeTypes", When("type", policy.ExcludeTypes), Skip);
        if (policy.Types.Count > 0) yield return Row("types", $$"""{"not":{{When("type", policy.Types)}}}""", Skip);
        foreach (var (type, days) in policy.ExpiryByType.OrderBy(one => one.Key, StringComparer.Ordinal))
            yield return Row("expiry", When("type", [type]), $$"""{"daysToExpire":{{days}}}""");
        foreach (var (tlp, days) in policy.ExpiryByTlp.OrderBy(one => one.Key))
            yield return Row("expiry", When("tlp", [tlp.Word()]), $$"""{"daysToExpire":{{days}}}""");
        var passive = policy.PassiveOnly ? "true" : "false";
        var values = $"\"confidence\":{policy.DefaultConfidence},\"threatType\":\"{policy.DefaultThreatType}\",\"passiveOnly\":{passive}";
        yield return Row("settings", null,
            $$"""{"send":true,"action":"{{policy.Action.Slug()}}","daysToExpire":{{policy.DaysToExpire}},{{values}}}""");

        ShownRule Row(string from, string? when, string then) => new(
            destination.Name, from, when is null ? null : JsonDocument.Parse(when).RootElement, JsonDocument.Parse(then).RootElement);
    }

    private static string When(string key, IEnumerable<string> names) =>
        $$"""{"{{key}}":{{SettingsJson.ToText(SettingsJson.OfTexts([.. names.Order(StringComparer.Ordinal)]))}}}""";
}
