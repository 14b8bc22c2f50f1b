using System.Text.Json.Nodes;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>
/// The queries of docs/context.md over the rows that a workspace would have after a push. There is no engine for Kusto here: each step of a
/// query is a step of LINQ, in its order and with its columns.
/// </summary>
public sealed class ContextJoinTests
{
    [Fact]
    public async Task Join_on_labels_shows_whose_an_address_is()
    {
        await using var scene = await ContextScene.StartAsync();
        await scene.Run.RunAsync("push");
        var (indicators, objects) = Tables(scene);

        var answers = indicators
            .Where(row => row.IsActive && !row.IsDeleted && row.ObservableValue == ContextScene.Shared)
            .SelectMany(row => Labels(row.Data).Select(label => (row.ObservableValue, label)))
            .Join(
                objects.Where(row => !row.IsDeleted && (bool?)row.Data["revoked"] != true)
                    .Where(row => row.StixType is "threat-actor" or "attack-pattern")
                    .SelectMany(row => Labels(row.Data).Select(label => (Row: row, label))),
                one => one.label, other => other.label,
                (one, other) => $"{one.ObservableValue} {other.Row.StixType} {other.Row.Data["name"]} {Number(other.Row.Data)}")
            .Distinct().ToList();

        Assert.Contains("198.51.100.7 attack-pattern Phishing T1566", answers);
        Assert.Contains("198.51.100.7 threat-actor Velvet Heron G9901", answers);
        Assert.Contains("198.51.100.7 threat-actor Grey Moth ", answers);
        Assert.Equal(1 + scene.Techniques, answers.Count(one => one.Contains("attack-pattern", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Join_on_relationships_shows_what_an_actor_uses()
    {
        await using var scene = await ContextScene.StartAsync();
        await scene.Run.RunAsync("push");
        var objects = Tables(scene).Objects.Where(row => !row.IsDeleted && (bool?)row.Data["revoked"] != true).ToList();

        var answers = objects.Where(row => row.StixType == "threat-actor" && (string?)row.Data["name"] == "Grey Moth")
            .Join(
                objects.Where(row => row.StixType == "relationship"), one => (string?)one.Data["id"],
                other => (string?)other.Data["source_ref"],
                (one, other) => (Name: (string?)one.Data["name"], To: (string?)other.Data["target_ref"]))
            .Join(objects, one => one.To, other => (string?)other.Data["id"], (one, other) => $"{one.Name} {other.Data["name"]}");

        Assert.Equal("Grey Moth Phishing", Assert.Single(answers));
    }

    [Fact]
    public void Page_has_both_queries()
    {
        var page = File.ReadAllText(DocsTests.At("docs/context.md"));

        Assert.Contains("| join kind=inner Objects on Label", page, StringComparison.Ordinal);
        Assert.Contains("on $left.StixId == $right.From", page, StringComparison.Ordinal);
    }

    // The newest row of each id, which is what arg_max(TimeGenerated, *) by Id leaves.
    private static (List<IndicatorRow> Indicators, List<ObjectRow> Objects) Tables(ContextScene scene)
    {
        var all = scene.Sandbox.SentinelState.All();
        var active = scene.Sandbox.SentinelState.Active().Select(one => one.Id).ToHashSet();
        return (
            [.. all.Where(one => one.Type == "indicator").Select(one => new IndicatorRow(
                one.ObservableValue, active.Contains(one.Id), IsDeleted: false, ContextScene.Json(one)))],
            [.. all.Where(one => one.Type != "indicator")
                .Select(one => new ObjectRow(one.Type, IsDeleted: false, ContextScene.Json(one)))]);
    }

    private static IEnumerable<string> Labels(JsonObject data) =>
        data["labels"] is JsonArray labels ? labels.Select(one => (string)one!) : [];

    private static string Number(JsonObject data) => data["external_references"]!.AsArray()
        .Where(one => (string?)one!["source_name"] == "mitre-attack").Select(one => (string)one!["external_id"]!).FirstOrDefault("");

    private sealed record IndicatorRow(string ObservableValue, bool IsActive, bool IsDeleted, JsonObject Data);

    private sealed record ObjectRow(string StixType, bool IsDeleted, JsonObject Data);
}
