using System.Text.Json.Nodes;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>Relationships from indicators, where they are asked for: a few of each, alive as long as the indicator.</summary>
public sealed class ContextIndicationTests
{
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task No_indicator_has_relationships_unless_that_is_asked_for()
    {
        await using var scene = await ContextScene.StartAsync();

        await scene.Run.RunAsync("push");

        Assert.Empty(Indications(scene));
        Assert.NotEmpty(scene.Live("relationship"));
    }

    [Fact]
    public async Task Each_indicator_has_three_actors_first_after_everything_else()
    {
        await using var scene = await StartAsync();
        // A relationship is refused whose ends are not there.
        scene.Sandbox.SentinelState.ChecksReferences = true;

        var push = await scene.Run.RunAsync("push");

        Assert.True(push.Code == 0, push.Error + push.Out);
        Assert.Equal(
            [
                "198.51.100.7 Grey Moth", "198.51.100.7 Velvet Heron", "198.51.100.7 Velvet Heron",
                "198.51.100.8 Phishing", "198.51.100.8 Way 2001", "198.51.100.8 Way 2002",
            ],
            Texts(scene));
        Assert.Equal(
            ["indicator", "identity", "threat-actor", "attack-pattern", "relationship"],
            scene.Uploads().Select(types => Assert.Single(types.Distinct())));
        // The marking is that of what says so: green of the first event, amber of the second.
        var shared = (string?)scene.Indicator(ContextScene.Shared)["id"];
        Assert.All(Indications(scene), one => Assert.Equal(
            (string?)one["source_ref"] == shared
                ? "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"
                : "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
            (string?)one["object_marking_refs"]![0]));
    }

    [Fact]
    public async Task Second_push_sends_nothing_and_status_counts_them()
    {
        await using var scene = await StartAsync();
        await scene.Run.RunAsync("push");
        var before = scene.Run.RequestFiles().Count;
        scene.Run.Time.Advance(Later);

        await scene.Run.RunAsync("push");
        var status = await scene.Run.RunAsync("status", "--output", "json");

        Assert.Equal(before, scene.Run.RequestFiles().Count);
        Assert.Contains($"\"held\":{scene.Live().Count}", status.Json.GetRawText().Replace(" ", ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limit_keeps_what_is_there_and_a_higher_one_adds_the_rest()
    {
        await using var scene = await StartAsync(most: 2);
        await scene.Run.RunAsync("push");
        var first = Ids(scene);
        Assert.Equal(2, first.Count);

        scene.SetContext(Context(most: 50));
        scene.Run.Time.Advance(Later);
        var push = await scene.Run.RunAsync("push");

        Assert.True(push.Code == 0, push.Error + push.Out);
        Assert.Equal(6, Ids(scene).Count);
        Assert.Subset(Ids(scene).ToHashSet(), first.ToHashSet());
    }

    [Fact]
    public async Task Withdrawn_indicator_takes_its_relationships_along_and_comes_back_with_new_ones()
    {
        await using var scene = await StartAsync();
        await scene.Run.RunAsync("push");
        var old = Ids(scene);
        var misp = scene.Sandbox.MispState;
        var attribute = (string)misp.Get(scene.Second)!["Attribute"]![1]!["uuid"]!;
        var before = scene.Uploads().Count;
        misp.SetToIds(attribute, false);
        scene.Run.Time.Advance(Later);

        var push = await scene.Run.RunAsync("push", "--accept-changes");

        Assert.True(push.Code == 0, push.Error + push.Out);
        Assert.All(Texts(scene), text => Assert.StartsWith(ContextScene.Shared, text, StringComparison.Ordinal));
        Assert.Equal(["indicator", "relationship"], scene.Uploads().Skip(before).Select(types => types[0]));

        misp.SetToIds(attribute, true);
        scene.Run.Time.Advance(Later);
        await scene.Run.RunAsync("push");

        Assert.Equal(6, Texts(scene).Count);
        Assert.Equal(3, Ids(scene).Intersect(old).Count());
    }

    [Fact]
    public async Task Indicator_under_a_new_id_gets_new_relationships_and_the_old_ones_are_revoked()
    {
        await using var scene = await StartAsync();
        await scene.Run.RunAsync("push");
        var (old, texts) = (Ids(scene), Texts(scene));
        scene.Run.Time.Advance(Later);
        var indicator = scene.Indicator("198.51.100.8");
        indicator["revoked"] = true;
        indicator["modified"] = "2040-01-01T00:00:00.000Z";
        scene.Sandbox.SentinelState.Seed("misp-graph", indicator);

        var repair = await scene.Run.RunAsync("verify", "--repair");
        scene.Run.Time.Advance(Later);
        var push = await scene.Run.RunAsync("push");
        var verify = await scene.Run.RunAsync("verify");

        Assert.True(repair.Code == 0, repair.Error + repair.Out);
        Assert.True(push.Code == 0, push.Error + push.Out);
        Assert.True(verify.Code == 0, verify.Error + verify.Out);
        Assert.Equal(texts, Texts(scene));
        Assert.Equal(3, Ids(scene).Intersect(old).Count());
    }

    [Fact]
    public async Task Removed_tag_ends_relationships_after_the_grace_with_their_actor()
    {
        await using var scene = await StartAsync();
        await scene.Run.RunAsync("push");
        scene.Sandbox.MispState.SetEventTags(scene.First, "tlp:green", ContextScene.Actor, ContextScene.Group, ContextScene.Phishing);
        scene.Run.Time.Advance(Later);

        await scene.Run.RunAsync("push");

        // The free place goes to a technique; what was there stays for its grace.
        Assert.Contains("198.51.100.7 Phishing", Texts(scene));
        Assert.Contains("198.51.100.7 Grey Moth", Texts(scene));
        scene.Run.Time.Advance(TimeSpan.FromDays(8));
        var late = await scene.Run.RunAsync("push");
        Assert.True(late.Code == 0, late.Error + late.Out);
        Assert.DoesNotContain("198.51.100.7 Grey Moth", Texts(scene));
        Assert.Equal(6, Texts(scene).Count);
    }

    [Fact]
    public async Task Switching_it_off_revokes_them_and_no_other_relationship()
    {
        await using var scene = await StartAsync();
        await scene.Run.RunAsync("push");
        scene.SetContext(ContextScene.All);
        scene.Run.Time.Advance(Later);

        var push = await scene.Run.RunAsync("push");

        Assert.True(push.Code == 0, push.Error + push.Out);
        Assert.Empty(Indications(scene));
        Assert.Equal(scene.Count, scene.Live().Count);
    }

    [Fact]
    public async Task Plan_shows_the_ids_that_a_push_sends()
    {
        await using var scene = await StartAsync();

        var plan = await scene.Run.RunAsync("plan", "--output", "jsonl");
        await scene.Run.RunAsync("push");

        var planned = plan.Lines.Where(line => line.GetProperty("destination").GetString() == "sentinel/context")
            .Select(line => line.GetProperty("id").GetString());
        Assert.Equal(
            scene.Live().Select(one => (string?)one["id"]).Order(StringComparer.Ordinal), planned.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Purge_revokes_them_and_verify_finds_nothing()
    {
        await using var scene = await StartAsync();
        await scene.Run.RunAsync("push");
        scene.Run.Time.Advance(Later);
        var verify = await scene.Run.RunAsync("verify");

        var purge = await scene.Run.RunAsync("purge", "--yes");

        Assert.True(verify.Code == 0, verify.Error + verify.Out);
        Assert.True(purge.Code == 0, purge.Error + purge.Out);
        Assert.Empty(scene.Live());
    }

    [Fact]
    public async Task Lost_ledger_sends_nothing_twice()
    {
        await using var scene = await StartAsync();
        await scene.Run.RunAsync("push");
        var before = scene.Sandbox.SentinelState.All().ToDictionary(one => one.Id, one => one.Json);
        scene.Run.Time.Advance(Later);
        foreach (var file in Directory.GetFiles(scene.Run.Folder, "misp-graph.db*")) File.Delete(file);

        var push = await scene.Run.RunAsync("push");

        Assert.True(push.Code == 0, push.Error + push.Out);
        Assert.Equal(before, scene.Sandbox.SentinelState.All().ToDictionary(one => one.Id, one => one.Json));
    }

    internal static Task<ContextScene> StartAsync(int most = 50) => ContextScene.StartAsync(Context(most));

    private static JsonObject Context(int most)
    {
        var context = ContextScene.All;
        context["indicatorRelations"] = most;
        return context;
    }

    private static List<JsonObject> Indications(ContextScene scene) =>
        [.. scene.Live("relationship").Where(one => (string?)one["relationship_type"] == "indicates")];

    private static List<string> Ids(ContextScene scene) => [.. Indications(scene).Select(one => (string)one["id"]!)];

    // Both ends of each, which must be there.
    private static List<string> Texts(ContextScene scene)
    {
        var indicators = scene.Sandbox.SentinelState.Active().ToDictionary(one => one.Id, one => one.ObservableValue);
        var names = scene.Live().ToDictionary(one => (string)one["id"]!, one => (string?)one["name"]);
        return
        [
            .. Indications(scene).Select(one => $"{indicators[(string)one["source_ref"]!]} {names[(string)one["target_ref"]!]}")
                .Order(StringComparer.Ordinal),
        ];
    }
}
