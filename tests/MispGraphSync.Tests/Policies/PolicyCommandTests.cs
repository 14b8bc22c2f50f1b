using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Policies;

public sealed partial class PolicyCommandTests
{
    [Fact]
    public async Task Sample_cases_hold_for_the_rules_of_the_ten_questions()
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "sentinel", "defender");
        run.Change(settings => settings["rules"] = new JsonArray([.. RulesOfTheDocs().Select(rule => JsonNode.Parse(rule))]));

        var test = await run.RunAsync("policy", "test", DocsTests.At("policy.sample.json"));

        Assert.True(test.Code == 0, test.Out + test.Error);
        Assert.EndsWith("11 cases passed, 0 failed.\n", test.Out, StringComparison.Ordinal);
        Assert.Empty(run.Sandbox.RequestsTo(Service.Misp));
        Assert.Empty(run.Sandbox.RequestsTo(Service.Entra));
    }

    [Fact]
    public async Task Case_that_fails_names_property_rule_and_what_is_expected()
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "sentinel");
        run.Change(settings => settings["rules"] = JsonNode.Parse("""[{ "when": { "type": "url" }, "then": { "daysToExpire": 7 } }]"""));
        var file = Write(run, """
            [ { "name": "a year", "attribute": { "type": "url", "value": "http://bad.example.com/" },
                "expect": { "sentinel": { "daysToExpire": 365, "confidence": 50 } } } ]
            """);

        var text = await run.RunAsync("policy", "test", file);
        var json = await run.RunAsync("policy", "test", file, "--json");

        Assert.Equal((3, 3), (text.Code, json.Code));
        Assert.Contains(
            "FAIL  a year\n      sentinel: daysToExpire is 7 by rules[0], and 365 is expected\n", text.Out, StringComparison.Ordinal);
        Assert.False(json.Json.GetProperty("ok").GetBoolean());
        var difference = json.Json.GetProperty("cases")[0].GetProperty("differences")[0];
        Assert.Equal(("7", "rules[0]"), (difference.GetProperty("actual").GetString(), difference.GetProperty("rule").GetString()));
    }

    /// <summary>A file, and the fault.</summary>
    public static TheoryData<string, string> Wrong { get; } = new()
    {
        { """[ { "attribute": { "type": "url", "value": "x" }, "expect": { "sentinl": { "send": true } } } ]""",
            "Did you mean \"sentinel\"?" },
        { """[ { "attribute": { "type": "url", "value": "x" }, "expect": { "sentinel": { "sned": true } } } ]""",
            "Did you mean \"send\"?" },
        { """[ { "attribute": { "type": "url" }, "expect": { "sentinel": { "send": true } } } ]""",
            "needs an attribute with a type and a value" },
        { """[ { "attribute": { "type": "url", "value": "x" } } ]""",
            "needs at least one destination" },
        { """[ { "attribute": { "type": "url", "value": "x" }, "expect": { "sentinel": {} } } ]""",
            "Name at least one property" },
        { """
            [ { "event": { "source": "mips" }, "attribute": { "type": "url", "value": "x" }, "expect": { "sentinel": { "send": true } } } ]
            """,
            "[0].event.source: There is no source \"mips\"; there is misp." },
        { """[ { "attribute": { "type": "url", "value": "x", "tags": "a" }, "expect": { "sentinel": { "send": true } } } ]""",
            "[0].attribute.tags: \"a\" is not a list" },
        { """[]""",
            "It has no case." },
        { """{ "attribute": 1 }""",
            "must be a list of cases" },
        { """[ { "attribute": """,
            "not valid JSON" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Wrong_case_is_refused_with_its_place(string cases, string sentence)
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "sentinel");

        var test = await run.RunAsync("policy", "test", Write(run, cases));

        Assert.Equal(2, test.Code);
        var words = test.Error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(sentence, string.Join(' ', words), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_names_the_rule_that_decided_and_says_what_no_rule_sends()
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "graph", "sentinel");
        run.Change(settings => settings["destinations"]![1]!["rules"] =
            JsonNode.Parse("""[{ "when": { "type": "domain" }, "then": { "send": false } }]"""));
        run.Sandbox.MispState.AddEvent(new JsonObject
        {
            ["info"] = "two",
            ["Attribute"] = new JsonArray(
                SomeMisp.Domain("sent.example"), new JsonObject { ["type"] = "yara", ["value"] = "rule x", ["to_ids"] = true }),
        });
        Assert.Equal(0, (await run.RunAsync("push")).Code);

        var sent = await run.RunAsync("policy", "explain", "sent.example");
        var json = (await run.RunAsync("policy", "explain", "sent.example", "--json")).Json;
        var skipped = await run.RunAsync("policy", "explain", "rule x");

        Assert.Matches(@"graph\n +send +true +settings and MISP", sent.Out);
        Assert.Matches(@"sentinel\n +send +false +destinations\.sentinel\.rules\[0\]", sent.Out);
        Assert.Equal(2, json.GetProperty("attributes").GetArrayLength());
        Assert.Contains("skipped as rule", skipped.Out, StringComparison.Ordinal);
    }

    private static string Write(SandboxRun run, string text)
    {
        var file = Path.Combine(run.Folder, "cases.json");
        File.WriteAllText(file, text);
        return file;
    }

    private static IEnumerable<string> RulesOfTheDocs() =>
        Row().Matches(File.ReadAllText(DocsTests.At("docs/rules.md"))).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^\| [^|]+ \| `(\{ ""when"".*\})` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
