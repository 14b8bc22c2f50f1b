using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>Destinations with filters and sources of their own, from one read.</summary>
public sealed class DestinationFilterTests
{
    /// <summary>Each with the same question asked of the raw event.</summary>
    private static readonly (string Filter, Func<JsonObject, bool> Matches)[] Filters =
    [
        ("""{ "threat_level_id": [1, 2] }""", e => Text(e, "threat_level_id") is "1" or "2"),
        ("""{ "org": "CIRCL" }""", e => Text(e["Orgc"], "name") == "CIRCL"),
        ("""{ "org": "!CIRCL" }""", e => Text(e["Orgc"], "name") != "CIRCL"),
        ("""{ "tags": "tlp:white" }""",
            e => TagsOf(e).Contains("tlp:white") || AttributesOf(e).Any(a => TagsOf(a).Contains("tlp:white"))),
        ("""{ "event_tags": { "NOT": ["tlp:white"] } }""", e => !TagsOf(e).Contains("tlp:white")),
        ("""{ "type": ["sha256", "url"] }""", e => AttributesOf(e).Any(a => Text(a, "type") is "sha256" or "url")),
        ("""{ "category": "Payload delivery", "to_ids": true }""",
            e => AttributesOf(e).Any(a => Text(a, "category") == "Payload delivery")
                && AttributesOf(e).Any(a => Text(a, "to_ids") == "true")),
        ("""{ "from": "2016-01-01" }""", e => string.CompareOrdinal(Text(e, "date"), "2016-01-01") >= 0),
        ("""{ "eventinfo": "%OSINT%" }""", e => Text(e, "info").Contains("OSINT", StringComparison.Ordinal)),
        ("""{ "object_relation": "sha256", "threat_level_id": { "NOT": [4] } }""",
            e => AttributesOf(e).Any(a => Text(a, "object_relation") == "sha256") && Text(e, "threat_level_id") != "4"),
    ];

    [Fact]
    public async Task Ten_destinations_receive_what_their_filters_select_from_one_read()
    {
        var files = Directory.EnumerateFiles(SharedData.Require("misp-events"), "*.json", SearchOption.AllDirectories)
            // An old form has tags and organisation beside the event.
            .Where(file => new FileInfo(file).Length < 200_000 && !file.Contains("misp-modules", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Take(70)
            // Of two files with one event, only one is read.
            .DistinctBy(file => EventsIn(file).Select(e => Text(e, "uuid")).FirstOrDefault(uuid => uuid.Length > 0) ?? file).ToList();
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "sentinel");
        var all = Copy(run, "all", files);
        run.Change(settings =>
        {
            var one = settings["destinations"]![0]!.DeepClone().AsObject();
            settings["maxTlp"] = "red";
            settings["misp"]!["toIdsOnly"] = false;
            settings["destinations"] = new JsonArray([.. Filters.Select((filter, i) => Numbered(one, i, JsonNode.Parse(filter.Filter)!))]);
        });

        var planned = await PlanAsync(run, all);

        var selected = 0;
        foreach (var (i, (filter, matches)) in Filters.Index())
        {
            var matching = files.FindAll(file => EventsIn(file).Any(matches));
            selected += matching.Count > 0 && matching.Count < files.Count ? 1 : 0;
            // Without its filter, from a folder with these events alone.
            var alone = Copy(run, $"only{i}", matching);
            run.Change(settings =>
            {
                foreach (var one in settings["destinations"]!.AsArray())
                {
                    one!["enabled"] = (string?)one["name"] == $"d{i}";
                    one["eventFilters"] = new JsonArray();
                }
            });
            var expected = matching.Count == 0 ? [] : (await PlanAsync(run, alone)).GetValueOrDefault($"d{i}", []);
            var got = planned.GetValueOrDefault($"d{i}", []);
            var (missing, surplus) = (expected.Except(got).Count(), string.Join(", ", got.Except(expected).Take(3)));
            Assert.True(expected.SetEquals(got), $"{filter}: missing {missing}, too many: {surplus}");
        }

        Assert.True(selected >= 7, $"only {selected} filters chose a part of the events");
    }

    [Fact]
    public async Task Narrowed_filter_withholds_deletions_at_its_destination_until_accepted()
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "graph", "sentinel");
        run.Sandbox.MispState.AddEvent(Event("one", "set:one"));
        run.Sandbox.MispState.AddEvent(Event("two", "set:two"));
        Assert.Equal(0, (await run.RunAsync("push")).Code);
        run.Change(settings => settings["destinations"]![1]!["eventFilters"] = JsonNode.Parse("""[{ "tags": ["set:one"] }]"""));

        var withheld = await run.RunAsync("push", "--json");

        Assert.Equal((6, 0, 6), (withheld.Code, CodeOf(withheld, 0), CodeOf(withheld, 1)));
        Assert.Equal(["one.example", "two.example"], run.Sandbox.Values("sentinel").Order());
        Assert.Equal(0, (await run.RunAsync("push", "--accept-changes")).Code);
        Assert.Equal(["one.example"], run.Sandbox.Values("sentinel"));
        Assert.Equal(["one.example", "two.example"], run.Sandbox.Values("graph").Order());
        run.Sandbox.ForgetRequests();
        Assert.Equal(0, (await run.RunAsync("push")).Code);
        Assert.Empty(run.Sandbox.Writes("sentinel"));
    }

    [Fact]
    public async Task Event_follows_its_tags_from_destination_to_destination()
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "graph", "sentinel");
        run.Change(settings =>
        {
            settings["destinations"]![0]!["eventFilters"] = JsonNode.Parse("""{ "tags": ["set:one"] }""");
            settings["destinations"]![1]!["eventFilters"] = JsonNode.Parse("""{ "tags": ["set:two"] }""");
        });
        var uuid = run.Sandbox.MispState.AddEvent(Event("moves", "set:one"));
        Assert.Equal(0, (await run.RunAsync("push")).Code);
        Assert.Equal("moves.example", Assert.Single(run.Sandbox.Values("graph")));
        Assert.Empty(run.Sandbox.Values("sentinel"));

        run.Sandbox.MispState.SetEventTags(uuid, "set:two");
        Assert.Equal(0, (await run.RunAsync("push")).Code);

        Assert.Empty(run.Sandbox.Values("graph"));
        Assert.Equal("moves.example", Assert.Single(run.Sandbox.Values("sentinel")));
    }

    [Fact]
    public async Task Event_that_is_too_old_for_a_destination_is_not_deleted_there_and_not_renewed()
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "graph", "sentinel");
        run.Change(settings => settings["destinations"]![1]!["eventFilters"] = JsonNode.Parse("""{ "timestamp": "5d" }"""));
        run.Sandbox.MispState.AddEvent(Event("old", "set:one"));
        Assert.Equal(0, (await run.RunAsync("push")).Code);
        var first = Assert.Single(run.Sandbox.Items("sentinel")).Expires;

        run.Time.Advance(TimeSpan.FromDays(25));
        Assert.Equal(0, (await run.RunAsync("push")).Code);

        Assert.Equal(first, Assert.Single(run.Sandbox.Items("sentinel")).Expires);
        Assert.True(Assert.Single(run.Sandbox.Items("graph")).Expires > first);
    }

    [Fact]
    public async Task Two_partitions_of_one_Defender_tenant_take_each_value_once()
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "defender");
        run.Change(settings =>
        {
            var all = settings["destinations"]!.AsArray();
            var other = all[0]!.DeepClone();
            all[0]!["eventFilters"] = JsonNode.Parse("""{ "tags": ["set:one", "set:both"] }""");
            (other["name"], other["partition"], other["rbacGroupNames"]) = ("servers", "servers", new JsonArray("Servers"));
            other["eventFilters"] = JsonNode.Parse("""{ "tags": ["set:two", "set:both"] }""");
            all.Add(other);
        });
        foreach (var set in (string[])["one", "two", "both"]) run.Sandbox.MispState.AddEvent(Event(set, $"set:{set}"));

        Assert.Equal(0, (await run.RunAsync("push")).Code);
        var items = run.Sandbox.Items("defender");
        Assert.Equal(["both.example", "one.example", "two.example"], items.Select(one => one.Value).Order());
        Assert.Contains("Servers", Assert.Single(items, one => one.Value == "two.example").Json, StringComparison.Ordinal);

        // Without the ledger, each knows its own from the list.
        File.Delete(run.Ledger);
        run.Sandbox.ForgetRequests();
        Assert.Equal(0, (await run.RunAsync("push")).Code);
        Assert.Empty(run.Sandbox.Writes("defender"));
        Assert.Equal(0, (await run.RunAsync("purge", "--destination", "servers", "--yes")).Code);
        Assert.DoesNotContain("two.example", run.Sandbox.Values("defender"));
        Assert.Contains("one.example", run.Sandbox.Values("defender"));
    }

    [Theory]
    [InlineData("""{ "searchall": "x" }""", "only MISP's database can do")]
    [InlineData("""{ "tags": ["12"] }""", "by name here, not by number")]
    [InlineData("""{ "tag": ["x"] }""", "tags")]
    public async Task Filter_that_cannot_be_evaluated_here_is_refused_before_anything_is_read(string filter, string sentence)
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "sentinel");
        run.Change(settings => settings["destinations"]![0]!["eventFilters"] = JsonNode.Parse(filter));

        var push = await run.RunAsync("push");

        Assert.Equal(2, push.Code);
        var words = push.Error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(sentence, string.Join(' ', words), StringComparison.Ordinal);
        Assert.Empty(run.Sandbox.RequestsTo(Service.Misp));
    }

    [Fact]
    public async Task Unknown_source_is_refused()
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "sentinel");
        run.Change(settings => settings["destinations"]![0]!["sources"] = new JsonArray("nobody"));

        Assert.Equal(2, (await run.RunAsync("push")).Code);
    }

    private static JsonObject Event(string name, string tag) => new()
    {
        ["info"] = name,
        ["Tag"] = new JsonArray(new JsonObject { ["name"] = tag }),
        ["Attribute"] = new JsonArray(SomeMisp.Domain($"{name}.example")),
    };

    private static int CodeOf(ToolResult result, int at) => result.Destination(at).GetProperty("exitCode").GetInt32();

    private static JsonNode Numbered(JsonObject one, int number, JsonNode filter)
    {
        var copy = one.DeepClone().AsObject();
        (copy["name"], copy["sourceSystem"], copy["eventFilters"]) = ($"d{number}", $"source-{number}", filter);
        return copy;
    }

    // Patterns by destination: the ids differ with the destination's scope.
    private static async Task<Dictionary<string, HashSet<string>>> PlanAsync(SandboxRun run, string folder)
    {
        var plan = await run.RunAsync("plan", "--input", folder, "--output", "jsonl");
        Assert.True(plan.Code is 0 or 3, plan.Error);
        return plan.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .GroupBy(step => step.GetProperty("destination").GetString()!)
            .ToDictionary(group => group.Key, group => group.Select(
                step => step.GetProperty("body").GetProperty("pattern").GetString()!).ToHashSet());
    }

    private static string Copy(SandboxRun run, string name, IEnumerable<string> files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(run.Folder, name)).FullName;
        foreach (var (i, file) in files.Index()) File.Copy(file, Path.Combine(folder, $"{i}.json"));
        return folder;
    }

    private static IEnumerable<JsonObject> EventsIn(string file)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        var one = json is JsonObject all && all["response"] is { } response ? response : json;
        return (one is JsonArray list ? list : [one.DeepClone()]).Select(item => (item!["Event"] ?? item).AsObject());
    }

    private static string Text(JsonNode? node, string name) => node?[name]?.ToString() ?? "";

    private static HashSet<string> TagsOf(JsonObject owner) =>
        [.. (owner["Tag"] as JsonArray ?? []).Select(tag => Text(tag, "name"))];

    private static IEnumerable<JsonObject> AttributesOf(JsonObject e) => (e["Attribute"] as JsonArray ?? [])
        .Concat((e["Object"] as JsonArray ?? []).Where(one => Text(one, "deleted") != "true")
            .SelectMany(one => one!["Attribute"] as JsonArray ?? []))
        .OfType<JsonObject>().Where(attribute => Text(attribute, "deleted") != "true");
}
