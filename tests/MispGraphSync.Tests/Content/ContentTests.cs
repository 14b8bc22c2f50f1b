using System.Text.RegularExpressions;
using MispGraphSync.Destinations.Sentinel;
using Xunit;

namespace MispGraphSync.Tests.Content;

/// <summary>The files of <c>content/sentinel</c>: their form, and their queries as Microsoft's language service sees them.</summary>
public sealed partial class ContentTests : IAsyncLifetime
{
    /// <summary>Of an analytics rule (Sentinel: a query has at most 10,000 characters).</summary>
    private const int MaxQuery = 10_000;

    private static readonly string[] Families = ["domain", "email-sender", "file-hash", "ipv4", "ipv6", "url"];

    private IReadOnlyList<ContentFile> _files = [];

    private IEnumerable<ContentFile> Rules => _files.Where(file => file.IsRule);

    public async ValueTask InitializeAsync() => _files = (await RuleRuns.GetAsync()).Files;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void Every_query_parses_and_binds_without_a_warning()
    {
        Assert.Equal(Families.Select(name => $"analytics/{name}.yaml"), Rules.Select(file => file.Name));
        Assert.Equal(3, _files.Count(file => file.IsHunting));
        Assert.Equal(RuleRuns.Tiles, _files.Single(file => file.Name == "workbook.json").Queries.Select(query => query.Name));

        Assert.All(_files, file => Assert.All(file.Queries, query => Assert.True(
            query.Faults.Length == 0, $"{file.Name}, {query.Name}: {string.Join('\n', query.Faults)}")));
    }

    [Fact]
    public void A_rule_has_the_fields_of_the_public_form()
    {
        foreach (var rule in Rules)
        {
            var data = rule.Data.AsObject();
            string[] required =
            [
                "id", "name", "description", "severity", "requiredDataConnectors", "queryFrequency", "queryPeriod", "triggerOperator",
                "triggerThreshold", "tactics", "relevantTechniques", "query", "entityMappings", "customDetails", "eventGroupingSettings",
                "incidentConfiguration", "version", "kind",
            ];
            Assert.All(required, name => Assert.True(data.ContainsKey(name), $"{rule.Name}: {name}"));
            Assert.True(Guid.TryParse($"{data["id"]}", out _), rule.Name);
            Assert.Matches(@"^\d+\.\d+\.\d+$", $"{data["version"]}");
            Assert.Equal("Scheduled", $"{data["kind"]}");
            Assert.InRange(rule.Queries.Single().Text.Length, 1, MaxQuery);
        }

        var ids = _files.Where(file => file.IsRule || file.IsHunting).Select(file => $"{file.Data["id"]}").ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void A_rule_maps_only_columns_of_its_result()
    {
        foreach (var rule in Rules)
        {
            var mapped = rule.Data["entityMappings"]!.AsArray()
                .SelectMany(entity => entity!["fieldMappings"]!.AsArray()).Select(field => $"{field!["columnName"]}")
                .Concat(rule.Data["customDetails"]!.AsObject().Select(detail => $"{detail.Value}"))
                .Concat(rule.Data["alertDetailsOverride"]!.AsObject()
                    .SelectMany(text => Placeholder().Matches($"{text.Value}").Select(one => one.Groups[1].Value)));

            Assert.All(mapped, column => Assert.Contains(column, rule.Queries.Single().Columns));
        }
    }

    [Fact]
    public void An_alert_carries_our_key_and_the_event_and_is_grouped_by_indicator_and_place()
    {
        foreach (var rule in Rules)
        {
            Assert.Equal("IndicatorId", $"{rule.Data["customDetails"]!["IndicatorId"]}");
            Assert.Equal("MispEventLink", $"{rule.Data["customDetails"]!["MispEventLink"]}");
            Assert.InRange(rule.Data["customDetails"]!.AsObject().Count, 1, 20);
            Assert.Equal("AlertPerResult", $"{rule.Data["eventGroupingSettings"]!["aggregationKind"]}");
            var grouping = rule.Data["incidentConfiguration"]!["groupingConfiguration"]!;
            Assert.Equal("true", $"{grouping["enabled"]}");
            // A mail has many recipients: one incident for all of them.
            Assert.Equal(
                rule.Name == "analytics/email-sender.yaml" ? ["IndicatorId"] : ["IndicatorId", "SeenOn"],
                ContentFile.Texts(grouping["groupByCustomDetails"]));
        }
    }

    [Fact]
    public void Rules_never_read_alerts_and_share_their_choice_of_indicators()
    {
        Assert.All(Rules, rule => Assert.DoesNotContain(rule.Queries.Single().Tables, table => table is "SecurityAlert"));
        Assert.All(Rules, rule => Assert.Contains("ThreatIntelIndicators", rule.Queries.Single().Tables));

        var heads = Rules.Select(rule => rule.Queries.Single().Text.Split("let Held = ")[1].Split(';')[0]);
        var tails = Rules.Select(rule => rule.Queries.Single().Text.Split("// One row for each")[1].Split("Tables = strcat_array")[0]);
        Assert.Single(heads.Distinct());
        Assert.Single(tails.Distinct());
    }

    [Fact]
    public void Rules_read_the_tables_that_the_page_names()
    {
        var page = File.ReadAllText(DocsTests.At("docs/content.md"));

        Assert.All(Rules, rule => Assert.All(
            rule.Queries.Single().Tables, table => Assert.Contains($"`{table}`", page, StringComparison.Ordinal)));
        Assert.All(
            _files.Single(file => file.Name == "workbook.json").Queries,
            tile => Assert.Contains($"| {tile.Name} |", page, StringComparison.Ordinal));
        Assert.All(
            _files.Where(file => file.IsRule || file.IsHunting),
            file => Assert.Contains($"`{file.Name}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Queries_name_the_default_source_system()
    {
        var source = new SentinelSettings(SomeIndicator.CommonSettings("sentinel")).SourceSystem;

        Assert.All(
            _files.Where(file => file.IsRule || file.IsHunting),
            file => Assert.Contains($"let SourceName = \"{source}\";", file.Queries.Single().Text, StringComparison.Ordinal));
        Assert.Contains(
            $"\"value\":\"{source}\"", _files.Single(file => file.Name == "workbook.json").Data.ToJsonString(), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex Placeholder();
}
