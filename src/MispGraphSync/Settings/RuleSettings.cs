using System.Globalization;
using System.Text.Json;

namespace MispGraphSync.Settings;

/// <summary>How rules are written: <c>{ "when": { "type": "ip-dst" }, "then": { "send": false } }</c>.</summary>
internal static class RuleSettings
{
    private const string Example = """{ "when": { "type": "ip-dst" }, "then": { "send": false } }""";

    /// <summary>The properties that a rule can set, in the order of the docs.</summary>
    public static IReadOnlyList<RuleProperty> Properties { get; } =
    [
        new("send", SettingTypes.Bool, then => then.Send is not null),
        new("action", Keys.Action.Type, then => then.Action is not null),
        new("daysToExpire", Keys.DaysToExpire.Type, then => then.DaysToExpire is not null),
        new("severity", Severity, then => then.Severity is not null),
        new("confidence", Keys.DefaultConfidence.Type, then => then.Confidence is not null),
        new("threatType", Keys.DefaultThreatType.Type, then => then.ThreatType is not null),
        new("generateAlert", SettingTypes.Bool, then => then.GenerateAlert is not null),
        new("passiveOnly", SettingTypes.Bool, then => then.PassiveOnly is not null),
    ];

    public static SettingType<IReadOnlyList<Rule>> Rules { get; } = new($"a list of rules, such as [{Example}]", Read)
    {
        Notation = Notation.Json,
        Schema = $$"""
            { "type": "array", "items": { "type": "object", "required": ["when", "then"], "additionalProperties": false, "properties": {
            "when": { "type": "object", "minProperties": 1, "additionalProperties": false, "properties": { {{WhenSchema()}} } },
            "then": { "type": "object", "minProperties": 1, "additionalProperties": false, "properties": { {{ThenSchema()}} } } } } }
            """.ReplaceLineEndings(" "),
    };

    public static SettingType<ThreatLevel> Severity => SettingTypes.Choice(
        [.. Enum.GetValues<ThreatLevel>().Select(level => (level.ToString().ToLowerInvariant(), level))]);

    /// <summary>The names of the properties that a rule sets.</summary>
    public static IEnumerable<string> PropertiesSetBy(Rule rule) => Properties.Where(one => one.IsSet(rule.Then)).Select(one => one.Name);

    private static IReadOnlyList<Rule>? Read(TypedValue value)
    {
        if (value.Json.ValueKind != JsonValueKind.Array) return value.Wrong<IReadOnlyList<Rule>>();
        var rules = new List<Rule>();
        foreach (var (i, item) in value.Value.Items.Index())
        {
            if (ReadRule(value with { Value = item, Key = $"{value.Key}[{i}]" }) is { } rule) rules.Add(rule);
        }

        return rules;
    }

    private static Rule? ReadRule(TypedValue rule)
    {
        if (rule.Json.ValueKind != JsonValueKind.Object)
            return rule.Reject<Rule>($"{SettingsFaults.Quote(rule.Value)} is no rule, such as {Example}.");
        // A part that is given twice is a fault of the file, which is reported with its lines.
        var parts = new Dictionary<string, SettingValue>(StringComparer.Ordinal);
        foreach (var (name, part) in rule.Value.Members) parts[name] = part;
        foreach (var name in parts.Keys.Except(["when", "then"])) Unknown(rule, name, "part of a rule", ["when", "then"]);
        var (when, then) = (Part("when", "condition"), Part("then", "property to set"));
        if (when is null || then is null) return null;
        return new Rule
        {
            Name = rule.Key,
            Text = SettingsJson.ToText(rule.Json),
            When = [.. when.Value.Value.Members.Select(member => ReadCondition(rule, member)).OfType<RuleCondition>()],
            Then = ReadEffect(rule, then.Value),
        };

        TypedValue? Part(string name, string of)
        {
            if (!parts.TryGetValue(name, out var part)) rule.Reject<Rule>($"The rule has no \"{name}\": it needs at least one {of}.");
            else if (part.Json.ValueKind != JsonValueKind.Object || !part.Members.Any())
                rule.Reject<Rule>($"\"{name}\" must be an object with at least one {of}.");
            else return rule with { Value = part };
            return null;
        }
    }

    private static RuleCondition? ReadCondition(TypedValue rule, (string Name, SettingValue Value) member)
    {
        if (RuleKey.All.FirstOrDefault(one => one.Name == member.Name) is not { } key)
        {
            Unknown(rule, member.Name, "condition", [.. RuleKey.All.Select(one => one.Name)]);
            return null;
        }

        var value = rule with { Value = member.Value, Key = $"{rule.Key}.when.{key.Name}" };
        return key.Kind switch
        {
            RuleKeyKind.Names => ReadNames(key, value),
            RuleKeyKind.Age => ReadAge(key, value),
            _ => new RuleCondition(key) { Number = SettingTypes.Number(1, key.Most).Read(value.Value, value.Key, value.Context) },
        };
    }

    private static RuleCondition? ReadNames(RuleKey key, TypedValue value)
    {
        var item = key.Words.IsEmpty ? SettingTypes.AnyText : SettingTypes.Choice([.. key.Words]);
        if (value.Text is not null) return new RuleCondition(key) { Names = [item.Read(value.Value, value.Key, value.Context) ?? ""] };
        if (value.Json is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 0)
            return value.Reject<RuleCondition>("An empty list matches nothing; name at least one, or remove the condition.");
        return new RuleCondition(key) { Names = [.. SettingTypes.List(item).Read(value.Value, value.Key, value.Context) ?? []] };
    }

    private static RuleCondition? ReadAge(RuleKey key, TypedValue value)
    {
        var text = value.Text ?? "";
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return new RuleCondition(key) { Before = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) };
        if (text is [.. var digits, 'd'] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var days)
            && days is > 0 and <= 36_600)
            return new RuleCondition(key) { Age = TimeSpan.FromDays(days) };
        return value.Reject<RuleCondition>(
            $"{SettingsFaults.Quote(value.Value)} is neither days such as \"90d\" nor a day such as \"2026-01-31\".");
    }

    private static RuleEffect ReadEffect(TypedValue rule, TypedValue then)
    {
        var given = new Dictionary<string, SettingValue>(StringComparer.Ordinal);
        foreach (var (name, value) in then.Value.Members)
        {
            if (Properties.Any(one => one.Name == name)) given[name] = value;
            else Unknown(rule, name, "property that a rule can set", [.. Properties.Select(one => one.Name)]);
        }

        return new RuleEffect
        {
            Send = Of<bool>("send"),
            Action = Of<IndicatorAction>("action"),
            DaysToExpire = Of<int>("daysToExpire"),
            Severity = Of<ThreatLevel>("severity"),
            Confidence = Of<int>("confidence"),
            ThreatType = Of<ThreatType>("threatType"),
            GenerateAlert = Of<bool>("generateAlert"),
            PassiveOnly = Of<bool>("passiveOnly"),
        };

        T? Of<T>(string name)
            where T : struct => given.TryGetValue(name, out var value)
                ? ((SettingType<T>)Properties.First(one => one.Name == name).Type).Read(value, $"{rule.Key}.then.{name}", rule.Context)
                : null;
    }

    private static void Unknown(TypedValue rule, string name, string what, string[] words) =>
        rule.Reject<Rule>($"{SettingsFaults.Quote(name)} is no {what}. {DidYouMean.OrAll(name, words)}");

    private static string WhenSchema() => string.Join(", ", RuleKey.All.Select(key => $"\"{key.Name}\": " + key.Kind switch
    {
        RuleKeyKind.Names => NamesSchema(key.Words.IsEmpty ? SettingTypes.AnyText.Schema : SettingTypes.Choice([.. key.Words]).Schema),
        RuleKeyKind.Age => """{ "type": "string", "pattern": "^([0-9]{1,5}d|[0-9]{4}-[0-9]{2}-[0-9]{2})$" }""",
        _ => $$"""{ "type": "integer", "minimum": 1, "maximum": {{key.Most}} }""",
    }));

    private static string NamesSchema(string item) =>
        $$"""{ "anyOf": [ {{item}}, { "type": "array", "minItems": 1, "items": {{item}} } ] }""";

    private static string ThenSchema() => string.Join(", ", Properties.Select(one => $"\"{one.Name}\": {one.Type.Schema}"));
}

/// <summary>One property that a rule can set.</summary>
/// <param name="IsSet">Whether an effect has it.</param>
internal sealed record RuleProperty(string Name, SettingType Type, Func<RuleEffect, bool> IsSet);
