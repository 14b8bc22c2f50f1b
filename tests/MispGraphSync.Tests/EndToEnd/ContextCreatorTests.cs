using System.Text.Json.Nodes;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>
/// Whose is it? Indicators, actors and techniques name the identity of their organisation. The workspace checks references.
/// </summary>
public sealed class ContextCreatorTests
{
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Identities_come_first_and_the_second_push_sends_nothing()
    {
        await using var scene = await StartAsync();

        var push = await scene.Run.RunAsync("push");

        Assert.True(push.Code == 0, push.Error + push.Out);
        Assert.Equal(
            ["identity", "indicator", "threat-actor", "attack-pattern", "relationship"],
            scene.Uploads().Select(types => Assert.Single(types.Distinct())));
        Assert.Equal(scene.Count, scene.Live().Count);
        var before = scene.Run.RequestFiles().Count;
        scene.Run.Time.Advance(Later);
        await scene.Run.RunAsync("push");
        Assert.Equal(before, scene.Run.RequestFiles().Count);
    }

    [Fact]
    public async Task Object_names_its_organisation_unless_two_support_it()
    {
        await using var scene = await StartAsync();

        await scene.Run.RunAsync("push");

        // Two organisations report the shared address: the older event leads.
        Assert.Equal("First CERT", CreatorOf(scene, scene.Indicator(ContextScene.Shared)));
        Assert.Equal("Second CERT", CreatorOf(scene, scene.Indicator("198.51.100.8")));
        Assert.Equal("First CERT", CreatorOf(scene, scene.One("threat-actor", "Grey Moth")));
        Assert.Equal("Second CERT", CreatorOf(scene, scene.One("attack-pattern", "Way 2001")));
        Assert.Null(scene.One("attack-pattern", "Phishing")["created_by_ref"]);
        Assert.All(scene.Live("relationship").Concat(scene.Live("identity")), one => Assert.Null(one["created_by_ref"]));
    }

    [Fact]
    public async Task Plan_shows_the_same_items_and_sends_nothing()
    {
        await using var scene = await StartAsync();

        var plan = await scene.Run.RunAsync("plan", "--output", "jsonl");

        Assert.Equal(0, scene.Sandbox.SentinelState.Count);
        Assert.Equal(scene.Count, plan.Lines.Count(line => line.GetProperty("destination").GetString() == "sentinel/context"));
        var planned = plan.Lines.Select(line => JsonNode.Parse(line.GetProperty("body").GetRawText())!)
            .ToDictionary(body => (string)body["id"]!, body => (string?)body["created_by_ref"]);
        await scene.Run.RunAsync("push");
        var sent = scene.Sandbox.SentinelState.All().Select(ContextScene.Json)
            .ToDictionary(body => (string)body["id"]!, body => (string?)body["created_by_ref"]);
        Assert.Equal(sent.OrderBy(one => one.Key, StringComparer.Ordinal), planned.OrderBy(one => one.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Switching_it_on_and_off_sends_every_indicator_once()
    {
        await using var scene = await ContextScene.StartAsync();
        await scene.Run.RunAsync("push");
        foreach (var (context, creator) in new[] { (Context, "First CERT"), (ContextScene.All, null) })
        {
            scene.SetContext(context);
            scene.Run.Time.Advance(Later);

            var push = await scene.Run.RunAsync("push", "--output", "json");
            scene.Run.Time.Advance(Later);
            var next = await scene.Run.RunAsync("push", "--output", "json");

            Assert.Equal([0, 2, 0, 0], Planned(push));
            Assert.Equal([0, 0, 0, 0], Planned(next));
            Assert.Equal(creator, CreatorOf(scene, scene.Indicator(ContextScene.Shared)));
        }

        Assert.All(scene.Live(), one => Assert.Null(one["created_by_ref"]));
    }

    [Fact]
    public async Task Without_identities_nothing_names_one()
    {
        var context = Context;
        context["identities"] = false;
        await using var scene = await StartAsync(context);

        var push = await scene.Run.RunAsync("push");

        Assert.True(push.Code == 0, push.Error + push.Out);
        Assert.All(scene.Sandbox.SentinelState.All(), one => Assert.Null(ContextScene.Json(one)["created_by_ref"]));
        var valid = await scene.Run.RunAsync("config", "validate");
        Assert.Contains("context.createdBy has no effect without context.identities", valid.Out + valid.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Switching_identities_off_sends_indicators_without_them_before_they_are_revoked()
    {
        await using var scene = await StartAsync();
        await scene.Run.RunAsync("push");
        var context = Context;
        context["identities"] = false;
        scene.SetContext(context);
        scene.Run.Time.Advance(Later);
        var before = scene.Uploads().Count;

        var push = await scene.Run.RunAsync("push");

        Assert.True(push.Code == 0, push.Error + push.Out);
        Assert.Equal(
            ["indicator", "threat-actor", "attack-pattern", "identity"], scene.Uploads().Skip(before).Select(types => types[0]));
        Assert.All(scene.Sandbox.SentinelState.Active(), one => Assert.Null(ContextScene.Json(one)["created_by_ref"]));
        Assert.All(scene.Live(), one => Assert.Null(one["created_by_ref"]));
    }

    [Fact]
    public async Task Identity_that_somebody_revoked_gets_a_new_id_and_what_names_it_follows()
    {
        await using var scene = await StartAsync();
        await scene.Run.RunAsync("push");
        scene.Run.Time.Advance(Later);
        var identity = scene.One("identity", "First CERT");
        identity["revoked"] = true;
        identity["modified"] = "2040-01-01T00:00:00.000Z";
        scene.Sandbox.SentinelState.Seed("misp-graph", identity);

        var repair = await scene.Run.RunAsync("verify", "--repair");
        scene.Run.Time.Advance(Later);
        var push = await scene.Run.RunAsync("push", "--output", "json");
        var verify = await scene.Run.RunAsync("verify");

        Assert.True(repair.Code == 0, repair.Error + repair.Out);
        Assert.NotEqual((string?)identity["id"], (string?)scene.One("identity", "First CERT")["id"]);
        Assert.Equal([0, 1, 0, 0], Planned(push));
        Assert.Equal("First CERT", CreatorOf(scene, scene.Indicator(ContextScene.Shared)));
        Assert.Equal("First CERT", CreatorOf(scene, scene.One("threat-actor", "Grey Moth")));
        Assert.True(verify.Code == 0, verify.Error + verify.Out);
    }

    [Fact]
    public async Task Organisation_without_events_is_named_no_more_and_revoked_after_the_grace()
    {
        await using var scene = await StartAsync();
        await scene.Run.RunAsync("push");
        scene.Sandbox.MispState.Remove(scene.First);
        scene.Run.Time.Advance(Later);

        await scene.Run.RunAsync("push");

        Assert.Equal("Second CERT", CreatorOf(scene, scene.Indicator(ContextScene.Shared)));
        Assert.Equal("Second CERT", CreatorOf(scene, scene.One("attack-pattern", "Phishing")));
        scene.Run.Time.Advance(TimeSpan.FromDays(8));
        await scene.Run.RunAsync("push");
        Assert.Equal("Second CERT", (string?)Assert.Single(scene.Live("identity"))["name"]);
    }

    [Fact]
    public async Task Refused_identity_is_not_named_until_it_is_accepted()
    {
        await using var scene = await StartAsync();
        scene.Sandbox.SentinelState.RefusedValue = "First CERT";

        var refused = await scene.Run.RunAsync("push");

        Assert.True(refused.Code == 3, refused.Error + refused.Out);
        Assert.Null(scene.Indicator(ContextScene.Shared)["created_by_ref"]);
        Assert.Equal("Second CERT", CreatorOf(scene, scene.Indicator("198.51.100.8")));

        scene.Sandbox.SentinelState.RefusedValue = null;
        scene.Run.Time.Advance(Later);
        var retried = await scene.Run.RunAsync("errors", "--retry");
        scene.Run.Time.Advance(Later);
        await scene.Run.RunAsync("push");

        Assert.True(retried.Code == 0, retried.Error + retried.Out);
        Assert.Equal("First CERT", CreatorOf(scene, scene.Indicator(ContextScene.Shared)));
        Assert.Equal("First CERT", CreatorOf(scene, scene.One("threat-actor", "Grey Moth")));
    }

    [Fact]
    public async Task Organisation_that_is_new_is_named_in_the_same_push()
    {
        await using var scene = await StartAsync();
        await scene.Run.RunAsync("push");
        scene.Sandbox.MispState.AddEvent(new JsonObject
        {
            ["Orgc"] = new JsonObject { ["name"] = "Third CERT", ["uuid"] = "5cf6a4a0-0000-4000-8000-000000000003" },
            ["Attribute"] = new JsonArray(new JsonObject { ["type"] = "ip-dst", ["value"] = "198.51.100.9", ["to_ids"] = true }),
        });
        scene.Run.Time.Advance(Later);

        var push = await scene.Run.RunAsync("push");

        Assert.True(push.Code == 0, push.Error + push.Out);
        Assert.Equal("Third CERT", CreatorOf(scene, scene.Indicator("198.51.100.9")));
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

    internal static JsonObject Context
    {
        get
        {
            var context = ContextScene.All;
            context["createdBy"] = true;
            return context;
        }
    }

    // Indicators that refer to what is not there are refused.
    private static async Task<ContextScene> StartAsync(JsonObject? context = null)
    {
        var scene = await ContextScene.StartAsync(context ?? Context);
        scene.Sandbox.SentinelState.ChecksReferences = true;
        return scene;
    }

    private static string? CreatorOf(ContextScene scene, JsonObject item) => (string?)item["created_by_ref"] is { } id
        ? (string?)scene.Live("identity").Single(one => (string?)one["id"] == id)["name"]
        : null;

    // What the indicators' plan creates, updates, renews and deletes.
    private static long[] Planned(ToolResult run) =>
    [
        .. new[] { "create", "update", "renew", "delete" }.Select(step =>
            run.Json.GetProperty("destinations")[0].GetProperty("planned").GetProperty(step).GetInt64()),
    ];
}
