using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MispGraphSync.Sandbox.Sentinel;
using MispGraphSync.Tests.Content;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>The queries of docs/context.md as they stand there, over the rows that the sandbox's workspace has after a push.</summary>
public sealed partial class ContextJoinTests
{
    [Fact]
    public async Task Queries_of_the_page_show_whose_an_address_is()
    {
        KustoCheck.SkipUnlessInstalled();
        await using var scene = await ContextIndicationTests.StartAsync();
        await scene.Run.RunAsync("push");
        var now = scene.Run.Time.GetUtcNow();
        var tables = LogTables.Of(scene.Sandbox.SentinelState, now);
        JsonArray runs = [.. Query().Matches(File.ReadAllText(DocsTests.At("docs/context.md"))).Select(match => new JsonObject
        {
            ["query"] = match.Groups[1].Value,
            ["tables"] = tables.DeepClone(),
            ["now"] = now.UtcDateTime.ToString("O"),
        })];

        var answer = await KustoCheck.AskAsync(runs);

        var rows = answer["runs"]!.AsArray().Select(Texts).ToList();
        Assert.Equal(3, rows.Count);
        // By label: every actor and technique of the two events, with its number.
        Assert.Equal(3 + 1 + scene.Techniques, rows[0].Count);
        Assert.Contains(rows[0], row => row.StartsWith("198.51.100.7|attack-pattern|Phishing|", StringComparison.Ordinal)
            && row.Contains("T1566", StringComparison.Ordinal));
        Assert.Contains(rows[0], row => row.StartsWith("198.51.100.7|threat-actor|Velvet Heron|", StringComparison.Ordinal)
            && row.Contains("G9901", StringComparison.Ordinal));
        // What the actor uses, in both of its galaxies.
        Assert.Equal(["Velvet Heron|Phishing", "Velvet Heron|Phishing"], rows[1]);
        // By relationship: the three of the indicator.
        Assert.Equal(
            [
                "198.51.100.7|indicates|threat-actor|Grey Moth", "198.51.100.7|indicates|threat-actor|Velvet Heron",
                "198.51.100.7|indicates|threat-actor|Velvet Heron",
            ],
            rows[2].Order(StringComparer.Ordinal));
    }

    private static List<string> Texts(JsonNode? run)
    {
        Assert.True(run!["rows"] is not null, $"{run["fault"]}");
        return [.. run["rows"]!.AsArray().Select(row => string.Join('|', row!.AsObject().Select(one => $"{one.Value}")))];
    }

    [GeneratedRegex(@"```kusto\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Query();
}
