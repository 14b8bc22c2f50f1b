using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests.Settings;

public sealed class RuleSettingsTests
{
    [Fact]
    public void Rules_of_the_destination_come_before_the_common_ones()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(
            """ "rules": [{ "when": { "tlp": "green" }, "then": { "daysToExpire": 90 } }] """,
            """ "rules": [{ "when": { "type": ["ip-dst", "ip-src"], "tag": "x*" }, "then": { "send": false } }] """));

        var rules = folder.Read().Settings.Destinations[0].Policy.Rules;

        Assert.Equal(["destinations.graph.rules[0]", "rules[0]"], rules.Select(rule => rule.Name));
        Assert.Equal(["ip-dst", "ip-src"], rules[0].When[0].Names);
        Assert.Equal((false, 90), (rules[0].Then.Send, rules[1].Then.DaysToExpire));
    }

    [Fact]
    public void Each_property_can_be_set()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(
            """
            "rules": [{ "when": { "olderThan": "90d", "firstSeenBefore": "2026-01-31", "confidenceBelow": 30 }, "then": {
                "send": true, "action": "block", "daysToExpire": 7, "severity": "high", "confidence": 80, "threatType": "C2",
                "generateAlert": true, "passiveOnly": false } }]
            """));

        var rule = folder.Read().Settings.Destinations[0].Policy.Rules[0];

        Assert.Equal((TimeSpan.FromDays(90), new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero), 30),
            (rule.When[0].Age, rule.When[1].Before, rule.When[2].Number));
        Assert.Equal(
            new RuleEffect
            {
                Send = true,
                Action = IndicatorAction.Block,
                DaysToExpire = 7,
                Severity = ThreatLevel.High,
                Confidence = 80,
                ThreatType = ThreatType.C2,
                GenerateAlert = true,
                PassiveOnly = false,
            },
            rule.Then);
    }

    /// <summary>Rules, and the fault.</summary>
    public static TheoryData<string, string> Wrong { get; } = new()
    {
        { """[{ "when": {}, "then": { "send": false } }]""",
            "\"when\" must be an object with at least one condition." },
        { """[{ "then": { "send": false } }]""",
            "The rule has no \"when\": it needs at least one condition." },
        { """[{ "when": { "type": "md5" } }]""",
            "The rule has no \"then\": it needs at least one property to set." },
        { """[{ "when": { "type": "md5" }, "then": {} }]""",
            "\"then\" must be an object with at least one property to set." },
        { """[{ "when": { "tags": "x" }, "then": { "send": false } }]""",
            "\"tags\" is no condition. Did you mean \"tag\"?" },
        { """[{ "when": { "type": "md5" }, "then": { "sent": false } }]""",
            "\"sent\" is no property that a rule can set. Did you mean \"send\"?" },
        { """[{ "when": { "type": "md5" }, "then": { "send": false }, "else": {} }]""",
            "\"else\" is no part of a rule. There are: when, then." },
        { """[{ "when": { "type": [] }, "then": { "send": false } }]""",
            "An empty list matches nothing; name at least one, or remove the condition." },
        { """[{ "when": { "olderThan": "90" }, "then": { "send": false } }]""",
            "\"90\" is neither days such as \"90d\" nor a day such as \"2026-01-31\"." },
        { """[{ "when": { "threatLevel": "hihg" }, "then": { "send": false } }]""",
            "Did you mean \"high\"?" },
        { """[{ "when": { "decayScoreBelow": 0 }, "then": { "send": false } }]""",
            "0 is not a whole number from 1 to 101." },
        { """[{ "when": { "type": "md5" }, "then": { "action": "blokc" } }]""",
            "Did you mean \"block\"?" },
        { """{ "when": { "type": "md5" } }""",
            "is not a list of rules" },
        { """[null]""",
            "null is no rule, such as {" },
        { """[{ "when": { "type": "md5" }, "when": { "type": "sha1" }, "then": { "send": false } }]""",
            "This key is here twice" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Wrong_rule_is_a_fault_in_a_sentence(string rules, string sentence)
    {
        using var folder = new SettingsFolder(SomeSettings.Config($"\"rules\": {rules}"));

        var faults = folder.Inspect().Faults;

        Assert.Contains(faults, fault => fault.Text.Contains(sentence, StringComparison.Ordinal));
        Assert.All(faults, fault => Assert.StartsWith("rules", fault.Key, StringComparison.Ordinal));
    }

    /// <summary>Two settings that may withdraw what is held, and whether the deletions wait until they are accepted.</summary>
    public static TheoryData<string, string, bool> Changed { get; } = new()
    {
        { """ "daysToExpireFrom": "sent" """, """ "daysToExpireFrom": "last-seen" """, true },
        { """ "daysToExpireFrom": "attribute" """, """ "daysToExpireFrom": "attribute", "daysToExpire": 3 """, true },
        { """ "daysToExpireFrom": "attribute" """, """ "daysToExpireFrom": "attribute", "expiry": { "md5": 3 } """, true },
        { """ "daysToExpireFrom": "attribute" """,
            """ "daysToExpireFrom": "attribute", "rules": [{ "when": { "type": "md5" }, "then": { "daysToExpire": 3 } }] """, true },
        { """ "rules": [{ "when": { "confidenceBelow": 30 }, "then": { "send": false } }] """,
            """ "rules": [{ "when": { "confidenceBelow": 30 }, "then": { "send": false } }], "defaultConfidence": 10 """, true },
        { """ "daysToExpire": 30 """, """ "daysToExpire": 3 """, false },
        { """ "defaultConfidence": 30 """, """ "defaultConfidence": 10 """, false },
    };

    [Theory]
    [MemberData(nameof(Changed))]
    public void Change_that_may_withdraw_indicators_changes_the_selection(string before, string after, bool isOther)
    {
        using var one = new SettingsFolder(SomeSettings.Config(before));
        using var other = new SettingsFolder(SomeSettings.Config(after));

        Assert.Equal(
            isOther,
            Fingerprints.OfSelection(one.Read().Settings, "graph") != Fingerprints.OfSelection(other.Read().Settings, "graph"));
    }

    [Theory]
    [InlineData("""{ "type": ["md5", "sha1"] }""", """{ "type": "SHA1", "tlp": "green" }""", true)]
    [InlineData("""{ "confidenceBelow": 50 }""", """{ "confidenceBelow": 30 }""", true)]
    [InlineData("""{ "olderThan": "30d" }""", """{ "olderThan": "90d" }""", true)]
    [InlineData("""{ "tag": "*" }""", """{ "tag": "x" }""", true)]
    [InlineData("""{ "confidenceBelow": 30 }""", """{ "confidenceBelow": 50 }""", false)]
    [InlineData("""{ "type": "md5", "tlp": "green" }""", """{ "type": "md5" }""", false)]
    public void Rule_behind_a_wider_one_can_never_apply(string earlier, string later, bool isHidden)
    {
        using var folder = new SettingsFolder(SomeSettings.Config(
            $$"""
            "rules": [
                { "when": {{earlier}}, "then": { "send": false, "action": "alert" } },
                { "when": {{later}}, "then": { "send": true } }]
            """));

        var warnings = folder.Inspect().Warnings;

        Assert.Equal(isHidden, warnings.Any(warning => warning.Contains("rules[1] can never apply: rules[0]", StringComparison.Ordinal)));
    }

    [Fact]
    public void Rule_with_a_type_that_no_MISP_has_is_a_warning()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(
            """ "rules": [{ "when": { "type": "ip-dest" }, "then": { "send": false } }] """));

        Assert.Contains(folder.Inspect().Warnings, warning => warning.Contains("ip-dst", StringComparison.Ordinal));
    }

    [Fact]
    public void Docs_have_a_row_for_each_condition_and_property()
    {
        var page = File.ReadAllText(DocsTests.At("docs/rules.md"));

        Assert.All(
            RuleKey.All.Select(key => key.Name).Concat(RuleSettings.Properties.Select(one => one.Name)),
            name => Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal));
    }
}
