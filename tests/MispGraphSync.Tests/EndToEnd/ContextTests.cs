using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>Context objects in a workspace, from the first push to the last revocation.</summary>
public sealed class ContextTests
{
    [Fact]
    public async Task Indicators_are_complete_before_the_first_object_of_context_and_a_request_has_one_type()
    {
        await using var scene = await ContextScene.StartAsync(techniques: 300);

        var push = await scene.Run.RunAsync("push", "--output", "json");

        Assert.True(push.Code == 0, push.Error + push.Out);
        var uploads = scene.Uploads();
        Assert.Equal(
            [
                "indicator", "identity", "threat-actor", "attack-pattern", "attack-pattern", "attack-pattern", "attack-pattern",
                "relationship",
            ],
            uploads.Select(types => Assert.Single(types.Distinct())));
        Assert.Equal(["sentinel", "sentinel/context"], push.Json.GetProperty("destinations").EnumerateArray().Select(one =>
            one.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Objects_have_what_MISP_says_and_no_more()
    {
        await using var scene = await ContextScene.StartAsync();

        await scene.Run.RunAsync("push");

        Assert.Equal(["First CERT", "Second CERT"], scene.Live("identity").Select(one => (string?)one["name"]));
        Assert.Equal(["Grey Moth", "Velvet Heron", "Velvet Heron"], scene.Live("threat-actor").Select(one => (string?)one["name"]));
        Assert.Equal(1 + scene.Techniques, scene.Live("attack-pattern").Count);
        Assert.Equal(3, scene.Live("relationship").Count);
        var technique = scene.One("attack-pattern", "Phishing");
        Assert.Equal(["misp-galaxy:mitre-attack-pattern=\"Phishing - T1566\""], technique["labels"]!.AsArray().Select(one => (string?)one));
        Assert.Equal(
            """[{"kill_chain_name":"mitre-attack","phase_name":"initial-access"}]""", technique["kill_chain_phases"]!.ToJsonString());
        Assert.Equal("T1566", (string?)technique["external_references"]![0]!["external_id"]);
        Assert.Equal("https://attack.mitre.org/techniques/T1566", (string?)technique["external_references"]![0]!["url"]);
        Assert.Equal(
            """["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"]""", technique["object_marking_refs"]!.ToJsonString());
        Assert.Null(technique["description"]);
        var actor = Assert.Single(scene.Live("threat-actor"), one => one["aliases"]?.ToJsonString().Contains("VH") == true);
        Assert.Equal(["Heron Group", "VH"], actor["aliases"]!.AsArray().Select(one => (string?)one));
        Assert.Equal("Made up for the tests.", (string?)actor["description"]);
        Assert.Equal(["unknown"], actor["threat_actor_types"]!.AsArray().Select(one => (string?)one));
        Assert.Contains(scene.Live("threat-actor"), one =>
            one["external_references"]!.ToJsonString().Contains("https://attack.mitre.org/groups/G9901", StringComparison.Ordinal));
        var all = string.Concat(scene.Sandbox.SentinelState.All().Where(one => one.Type != "indicator").Select(one => one.Json));
        Assert.All(
            ["Our hidden actor", "Our group's actor", "Local Finch", "T1445", "country", "XX"],
            text => Assert.DoesNotContain(text, all, StringComparison.Ordinal));
        Assert.All(scene.Live(), one => Assert.False(Guid.TryParse((string?)one["name"], out _)));
    }

    [Fact]
    public async Task Second_push_sends_nothing()
    {
        await using var scene = await ContextScene.StartAsync();
        await scene.Run.RunAsync("push");
        var before = scene.Run.RequestFiles().Count;

        var push = await scene.Run.RunAsync("push", "--output", "json");

        Assert.True(push.Code == 0, push.Error + push.Out);
        Assert.Equal(before, scene.Run.RequestFiles().Count);
    }

    [Fact]
    public async Task Renamed_cluster_is_one_upload_with_the_same_id()
    {
        await using var scene = await ContextScene.StartAsync();
        await scene.Run.RunAsync("push");
        var before = scene.Live().ToDictionary(one => (string)one["id"]!, one => one.ToJsonString());
        var uploads = scene.Uploads().Count;
        scene.Sandbox.MispState.SetCluster(ContextScene.Group, new JsonObject
        {
            ["value"] = "Red Heron - G9901",
            ["meta"] = new JsonObject { ["external_id"] = new JsonArray("G9901") },
        });

        var push = await scene.Run.RunAsync("push", "--full");

        Assert.True(push.Code == 0, push.Error + push.Out);
        // The indicator has the actor's name as a label.
        Assert.Equal(["indicator", "threat-actor"], scene.Uploads().Skip(uploads).SelectMany(types => types));
        var changed = scene.Live().Where(one => before[(string)one["id"]!] != one.ToJsonString());
        Assert.Equal("Red Heron", (string?)Assert.Single(changed)["name"]);
    }

    [Fact]
    public async Task Removed_tag_is_revoked_after_the_grace_and_comes_back_under_a_new_id()
    {
        await using var scene = await ContextScene.StartAsync();
        await scene.Run.RunAsync("push");
        var (actor, misp) = (Id(scene, "Grey Moth"), scene.Sandbox.MispState);
        misp.SetEventTags(scene.First, "tlp:green", ContextScene.Actor, ContextScene.Group);
        scene.Run.Time.Advance(TimeSpan.FromMinutes(10));

        await scene.Run.RunAsync("push");

        Assert.Contains(scene.Live(), one => (string?)one["id"] == actor);
        Assert.Equal(3, scene.Live("relationship").Count);

        scene.Run.Time.Advance(TimeSpan.FromDays(8));
        var late = await scene.Run.RunAsync("push");

        Assert.True(late.Code == 0, late.Error + late.Out);
        Assert.DoesNotContain(scene.Live(), one => (string?)one["id"] == actor);
        Assert.Empty(scene.Live("relationship"));
        Assert.Equal("Phishing", (string?)scene.One("attack-pattern", "Phishing")["name"]);
        var order = scene.Uploads().TakeLast(2).Select(types => types[0]);
        Assert.Equal(["relationship", "threat-actor"], order);
        var revoked = scene.Sandbox.SentinelState.All().Single(one => one.Id == actor);
        Assert.Equal("Grey Moth", (string?)ContextScene.Json(revoked)["name"]);

        misp.SetEventTags(scene.First, "tlp:green", ContextScene.Actor, ContextScene.Group, ContextScene.Ghost, ContextScene.Phishing);
        scene.Run.Time.Advance(TimeSpan.FromMinutes(10));
        await scene.Run.RunAsync("push");

        Assert.NotEqual(actor, Id(scene, "Grey Moth"));
        Assert.Equal(3, scene.Live("relationship").Count);
        Assert.Equal(revoked.Json, scene.Sandbox.SentinelState.All().Single(one => one.Id == actor).Json);
    }

    [Fact]
    public async Task Attribute_that_a_rule_keeps_supports_nothing_though_its_value_is_held()
    {
        await using var scene = await ContextScene.StartAsync();
        scene.Run.Change(settings => settings["rules"] = new JsonArray(new JsonObject
        {
            ["when"] = new JsonObject { ["falsePositivesAtLeast"] = 1 },
            ["then"] = new JsonObject { ["send"] = false },
        }));
        await scene.Run.RunAsync("push");
        var misp = scene.Sandbox.MispState;
        misp.Sight((string)misp.Get(scene.First)!["Attribute"]![0]!["uuid"]!, "1", scene.Run.Time.GetUtcNow());

        foreach (var wait in (TimeSpan[])[TimeSpan.FromMinutes(10), TimeSpan.FromDays(8)])
        {
            scene.Run.Time.Advance(wait);
            var push = await scene.Run.RunAsync("push");
            Assert.True(push.Code == 0, push.Error + push.Out);
        }

        Assert.Equal("Second CERT", (string?)Assert.Single(scene.Live("identity"))["name"]);
        Assert.Empty(scene.Live("threat-actor"));
        Assert.Equal(2, scene.Sandbox.SentinelState.Active().Count);
    }

    [Fact]
    public Task Throttled_context_is_incomplete_and_the_next_run_continues() =>
        LeaveContextToTheNextAsync(TimeSpan.FromHours(1), code: 3);

    [Fact]
    public Task Run_that_has_no_time_left_leaves_context_to_the_next_one() =>
        // Longer than the run may last.
        LeaveContextToTheNextAsync(TimeSpan.FromSeconds(30), code: 8, "--max-duration", "5s");

    [Fact]
    public async Task Status_and_report_have_a_line_of_context()
    {
        await using var scene = await ContextScene.StartAsync();
        await scene.Run.RunAsync("push");

        var status = await scene.Run.RunAsync("status");
        var report = await scene.Run.RunAsync("report", "--to", "page.html");

        Assert.True(report.Code == 0, report.Error + report.Out);
        var page = await File.ReadAllTextAsync(Path.Combine(scene.Run.Folder, "page.html"), TestContext.Current.CancellationToken);
        Assert.Matches($@"sentinel/context\D+{scene.Count}\b", status.Out);
        Assert.Contains("sentinel/context", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejected_object_keeps_only_its_relationships_back_until_it_is_accepted()
    {
        await using var scene = await ContextScene.StartAsync();
        scene.Sandbox.SentinelState.RefusedValue = "\"name\":\"Grey Moth\"";
        scene.Sandbox.SentinelState.ChecksReferences = true;

        var push = await scene.Run.RunAsync("push");

        Assert.True(push.Code == 3, push.Error + push.Out);
        Assert.Equal(2, scene.Sandbox.SentinelState.Active().Count);
        Assert.Equal(scene.Count - 2, scene.Live().Count);

        scene.Sandbox.SentinelState.RefusedValue = null;
        scene.Run.Time.Advance(TimeSpan.FromMinutes(10));
        var retry = await scene.Run.RunAsync("errors", "--retry");
        await scene.Run.RunAsync("push");

        Assert.True(retry.Code == 0, retry.Error + retry.Out);
        Assert.Equal(scene.Count, scene.Live().Count);
    }

    [Fact]
    public async Task Killed_after_an_upload_the_next_run_makes_no_doubles()
    {
        await using var scene = await ContextScene.StartAsync();
        // A look at the clock, the indicators, the identities, the actors: they arrive, and nobody records it.
        var hold = scene.Sandbox.Faults.Hold(Service.Sentinel, afterHandling: true, nth: 4);
        using var process = ToolProcess.Start(scene.Run.Folder, "push", "-q");
        await hold.Reached.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        process.Kill();
        await process.EndAsync();
        scene.Sandbox.Faults.Clear();
        Assert.Equal(2 + 3, scene.Live().Count);

        var next = await scene.Run.RunAsync("push");

        Assert.True(next.Code == 0, next.Error + next.Out);
        Assert.Equal(scene.Count, scene.Live().Count);
        Assert.Equal(scene.Count, scene.Sandbox.SentinelState.All().Count(one => one.Type != "indicator"));
    }

    [Fact]
    public async Task Galaxies_are_fetched_for_one_event_of_each_unknown_cluster()
    {
        await using var scene = await ContextScene.StartAsync();
        scene.Sandbox.MispState.AddEvent(new JsonObject
        {
            ["Tag"] = new JsonArray(ContextScene.Phishing, ContextScene.Actor),
            ["Attribute"] = new JsonArray(new JsonObject { ["type"] = "ip-dst", ["value"] = "198.51.100.9", ["to_ids"] = true }),
        });

        await scene.Run.RunAsync("push");

        Assert.Equal(["1 2"], WithGalaxies(scene));
        scene.Sandbox.ForgetRequests();
        scene.Sandbox.MispState.SetEventTags(scene.Second, ContextScene.Phishing, "misp-galaxy:threat-actor=\"New Wren\"");
        scene.Run.Time.Advance(TimeSpan.FromMinutes(10));
        await scene.Run.RunAsync("push");
        // An event that changed within seconds of its read is read again, and that with custom clusters has galaxies each time.
        Assert.Equal(["1 2"], WithGalaxies(scene));
        Assert.NotNull(scene.One("threat-actor", "New Wren")["aliases"]);
    }

    [Fact]
    public async Task Switching_context_off_revokes_all_and_verify_finds_nothing()
    {
        await using var scene = await ContextScene.StartAsync();
        await scene.Run.RunAsync("push");
        scene.SetContext(null);
        scene.Run.Time.Advance(TimeSpan.FromMinutes(10));

        var push = await scene.Run.RunAsync("push");

        Assert.True(push.Code == 0, push.Error + push.Out);
        Assert.Empty(scene.Live());
        Assert.Equal(2, scene.Sandbox.SentinelState.Active().Count);
        Assert.All(scene.Sandbox.SentinelState.All().Where(one => one.Type == "threat-actor"), one =>
            Assert.Null(ContextScene.Json(one)["aliases"] ?? ContextScene.Json(one)["description"]));

        scene.Run.Time.Advance(TimeSpan.FromMinutes(10));
        var verify = await scene.Run.RunAsync("verify", "--output", "json");
        Assert.True(verify.Code == 0, verify.Error + verify.Out);
        var result = Assert.Single(
            verify.Json.GetProperty("destinations").EnumerateArray(), one => one.GetProperty("name").GetString() == "sentinel/context");
        Assert.Equal((0, 0), (result.GetProperty("held").GetInt32(), result.GetProperty("there").GetInt32()));

        scene.SetContext(ContextScene.All);
        scene.Run.Time.Advance(TimeSpan.FromMinutes(10));
        await scene.Run.RunAsync("push");

        Assert.Equal(scene.Count, scene.Live().Count);
    }

    [Fact]
    public async Task Named_cluster_leaves_without_its_description()
    {
        var context = ContextScene.All;
        context["clusters"] = new JsonArray("our HIDDEN actor", ContextScene.LocalActor);
        await using var scene = await ContextScene.StartAsync(context);

        await scene.Run.RunAsync("push");

        Assert.Equal(
            ["Grey Moth", "Local Finch", "Our hidden actor", "Velvet Heron", "Velvet Heron"],
            scene.Live("threat-actor").Select(one => (string?)one["name"]));
        Assert.Null(scene.One("threat-actor", "Our hidden actor")["description"]);
    }

    [Fact]
    public async Task Lost_ledger_takes_over_what_is_listed_and_sends_nothing_twice()
    {
        await using var scene = await ContextScene.StartAsync();
        await scene.Run.RunAsync("push");
        var before = scene.Sandbox.SentinelState.All().ToDictionary(one => one.Id, one => one.Json);
        scene.Run.Time.Advance(TimeSpan.FromMinutes(10));
        foreach (var file in Directory.GetFiles(scene.Run.Folder, "misp-graph.db*")) File.Delete(file);

        var push = await scene.Run.RunAsync("push");

        Assert.True(push.Code == 0, push.Error + push.Out);
        Assert.Equal(before, scene.Sandbox.SentinelState.All().ToDictionary(one => one.Id, one => one.Json));
    }

    [Fact]
    public async Task Purge_revokes_context_with_the_indicators()
    {
        await using var scene = await ContextScene.StartAsync();
        await scene.Run.RunAsync("push");

        var purge = await scene.Run.RunAsync("purge", "--yes");

        Assert.True(purge.Code == 0, purge.Error + purge.Out);
        Assert.Empty(scene.Live());
        Assert.Empty(scene.Sandbox.SentinelState.Active());
    }

    [Fact]
    public async Task Verify_shows_and_repairs_an_object_that_somebody_revoked()
    {
        await using var scene = await ContextScene.StartAsync();
        await scene.Run.RunAsync("push");
        scene.Run.Time.Advance(TimeSpan.FromMinutes(10));
        var fine = await scene.Run.RunAsync("verify", "--output", "json");
        Assert.True(fine.Code == 0, fine.Error + fine.Out);
        var actor = scene.One("threat-actor", "Grey Moth");
        actor["revoked"] = true;
        actor["modified"] = "2040-01-01T00:00:00.000Z";
        scene.Sandbox.SentinelState.Seed("misp-graph", actor);

        var seen = await scene.Run.RunAsync("verify");
        var repaired = await scene.Run.RunAsync("verify", "--repair");
        var after = await scene.Run.RunAsync("verify");

        Assert.True(seen.Code == 3, seen.Error + seen.Out);
        Assert.True(repaired.Code == 0, repaired.Error + repaired.Out);
        Assert.True(after.Code == 0, after.Error + after.Out);
        Assert.NotEqual((string?)actor["id"], Id(scene, "Grey Moth"));
    }

    [Fact]
    public async Task Plan_shows_the_objects_and_sends_nothing()
    {
        await using var scene = await ContextScene.StartAsync();

        var plan = await scene.Run.RunAsync("plan", "--output", "jsonl");

        Assert.True(plan.Code == 0, plan.Error + plan.Out);
        Assert.Equal(scene.Count, plan.Lines.Count(line => line.GetProperty("destination").GetString() == "sentinel/context"));
        Assert.Equal(0, scene.Sandbox.SentinelState.Count);
    }

    // The numbers of the events that each request asks for with their galaxies.
    private static IEnumerable<string> WithGalaxies(ContextScene scene) => scene.Sandbox.RequestsTo(Service.Misp)
        .Where(request => request.Path.Contains("restSearch", StringComparison.Ordinal)).Select(request => JsonNode.Parse(request.Body)!)
        .Where(body => (int?)body["excludeGalaxy"] == 0)
        .Select(body => string.Join(' ', body["eventid"]!.AsArray().Select(id => (string?)id)));

    private static string Id(ContextScene scene, string name) => (string)scene.One("threat-actor", name)["id"]!;

    private static async Task LeaveContextToTheNextAsync(TimeSpan throttled, int code, params string[] more)
    {
        await using var scene = await ContextScene.StartAsync();
        // A look at the clock, the indicators, the identities: then no more.
        scene.Sandbox.Faults.Add(Service.Sentinel, new Fault.Throttle(throttled), nth: 4, times: 1000);

        var push = await scene.Run.RunAsync(["push", .. more]);

        Assert.True(push.Code == code, $"{push.Code} {push.Error}{push.Out}");
        Assert.Equal(2, scene.Sandbox.SentinelState.Active().Count);
        Assert.Equal(2, scene.Live().Count);

        scene.Sandbox.Faults.Clear();
        var next = await scene.Run.RunAsync("push");

        Assert.True(next.Code == 0, next.Error + next.Out);
        Assert.Equal(scene.Count, scene.Live().Count);
    }
}
