using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Alerts;
using MispGraphSync.Sandbox.Misp;
using Xunit;

namespace MispGraphSync.Tests.Hits;

/// <summary>What is written to MISP: each attribute at most once a day, whatever happens in between.</summary>
public sealed class SightingsTests
{
    [Fact]
    public async Task Each_attribute_gets_one_sighting_a_day_after_one_run_and_after_ten()
    {
        await using var stage = await HitsStage.StartAsync();
        PlayAll(stage);

        await stage.HitsAsync(0, "--sightings");
        var first = Rows(stage);
        for (var run = 0; run < 9; run++)
        {
            stage.Run.Time.Advance(TimeSpan.FromMinutes(5));
            await stage.HitsAsync(0, "--sightings");
        }

        // The address in both events, seen by two products and in four hours; the domain; the hash.
        Assert.Equal(4, first.Count);
        Assert.Equal(first, Rows(stage));
        Assert.All(stage.Misp.Sightings, one => Assert.Equal("misp-graph", one.Source));
    }

    [Fact]
    public async Task Each_server_that_does_not_take_sightings_is_named()
    {
        await using var stage = await HitsStage.StartAsync();
        await using var second = await SandboxHost.StartAsync(
            new SandboxOptions { Time = stage.Run.Time }, TestContext.Current.CancellationToken);
        second.MispState.AddEvent(HitsStage.Event("The same address", "tlp:green", ("ip-dst", HitsStage.Address)));
        stage.Run.Change(settings =>
        {
            var first = settings["misp"]!.DeepClone();
            var other = first.DeepClone();
            (first["name"], first["sightingsKey"]) = ("first", new string('A', 40));
            (other["name"], other["sightingsKey"]) = ("other", new string('B', 40));
            other["url"] = second.Misp.GetLeftPart(UriPartial.Authority);
            settings["misp"] = new JsonArray(first, other);
        });
        await stage.PushAsync();
        stage.Run.Time.Advance(TimeSpan.FromHours(1));
        stage.Alerts.Put(stage.Custom("1", Alert.Address(HitsStage.Address)));

        var hits = await stage.HitsAsync(4, "--sightings");

        Assert.Contains(stage.Sandbox.Misp.Authority, hits.Error, StringComparison.Ordinal);
        Assert.Contains(second.Misp.Authority, hits.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_activity_that_is_days_ahead_of_the_clock_gets_one_sighting()
    {
        await using var stage = await HitsStage.StartAsync("sentinel");
        var ahead = stage.Now.AddDays(3);
        stage.Alerts.Put(stage.Rule("1", stage.KeyOf(HitsStage.Domain)) with { FirstActivity = ahead, LastActivity = ahead });

        var counts = new List<int>();
        for (var day = 0; day < 6; day++)
        {
            await stage.HitsAsync(0, "--sightings", "-q");
            counts.Add(stage.Misp.Sightings.Count);
            stage.Run.Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal((0, 1, 1), (counts[0], counts[4], counts[5]));
    }

    [Fact]
    public async Task An_activity_of_the_year_1_is_dated_as_the_alert()
    {
        await using var stage = await HitsStage.StartAsync("sentinel");
        var none = DateTimeOffset.MinValue.AddSeconds(1);
        stage.Alerts.Put(stage.Rule("1", stage.KeyOf(HitsStage.Domain)) with { FirstActivity = none, LastActivity = none });

        await stage.HitsAsync(0, "--sightings");

        Assert.Equal(stage.Now.Year, DateTimeOffset.FromUnixTimeSeconds(Assert.Single(stage.Misp.Sightings).Date).Year);
    }

    [Fact]
    public async Task Uuid_of_a_sighting_is_the_same_on_every_machine()
    {
        var day = new DateTimeOffset(2026, 11, 21, 8, 11, 2, TimeSpan.Zero);
        var sighting = new Core.Hits.Sighting(
            "misp", Guid.Empty, Guid.Parse("213f1598-68ac-4dc4-b427-b90aa9f6a9f0"), Core.Hits.SightingType.Seen, day);

        Assert.Equal(Guid.Parse("faa1cb57-ba26-5733-a8cb-baaea155fdb4"), sighting.Uuid("contoso"));
        Assert.Equal(sighting.Uuid("contoso"), (sighting with { Date = day.AddHours(15), Event = Guid.NewGuid() }).Uuid("contoso"));
        Assert.NotEqual(sighting.Uuid("contoso"), (sighting with { Date = day.AddHours(16) }).Uuid("contoso"));
        Assert.NotEqual(sighting.Uuid("contoso"), sighting.Uuid("fabrikam"));
    }

    [Theory]
    [InlineData("bulkSaveSightings")]
    [InlineData("restSearch/attribute")]
    public async Task A_kill_between_MISPs_answer_and_the_ledger_doubles_nothing(string path)
    {
        await using var stage = await HitsStage.StartAsync(new SandboxOptions());
        // Another process has the real time.
        stage.Run.Time.Advance(TimeSpan.FromHours(-1));
        PlayAll(stage, stage.Now);
        var hold = stage.Sandbox.Faults.Hold(
            Service.Misp, afterHandling: true, when: seen => seen.Path.Contains(path, StringComparison.Ordinal));
        using (var process = ToolProcess.Start(stage.Run.Folder, "hits", "--sightings"))
        {
            var ended = process.EndAsync();
            await Task.WhenAny(hold.Reached, ended);
            process.Kill();
            await ended;
        }

        var before = stage.Misp.Sightings.Count;
        hold.Release();
        await stage.HitsAsync(0, "--sightings");

        Assert.NotEqual(0, before);
        Assert.Equal(4, Rows(stage).Count);
    }

    [Fact]
    public async Task A_lost_ledger_writes_the_same_sightings_again()
    {
        await using var stage = await HitsStage.StartAsync();
        PlayAll(stage);
        await stage.HitsAsync(0, "--sightings");
        var before = Rows(stage);

        File.Delete(stage.Run.Ledger);
        await stage.PushAsync();
        await stage.HitsAsync(0, "--sightings");

        Assert.Equal(before, Rows(stage));
        Assert.NotEqual(0, stage.Sandbox.RequestsTo(Service.Misp).Count(one => one.Path.Contains("bulkSave", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Two_machines_write_the_same_sightings()
    {
        await using var stage = await HitsStage.StartAsync();
        await using var other = await stage.Run.BesideAsync("sentinel", "defender");
        Assert.Equal(0, (await other.RunAsync("push", "-q")).Code);
        PlayAll(stage);

        var both = await Task.WhenAll(stage.HitsAsync(0, "--sightings"), other.RunAsync("hits", "--sightings"));

        Assert.Equal(0, both[1].Code);
        Assert.Equal(4, Rows(stage).Count);
    }

    [Fact]
    public async Task Sightings_change_no_timestamp_and_the_next_pushes_plan_nothing()
    {
        await using var stage = await HitsStage.StartAsync();
        PlayAll(stage);
        var before = Timestamps(stage);
        stage.Run.Time.Advance(TimeSpan.FromMinutes(1));
        await stage.HitsAsync(0, "--sightings");

        var push = await stage.Run.RunAsync("push", "--json");
        var full = await stage.Run.RunAsync("push", "--json", "--full");

        Assert.Equal(before, Timestamps(stage));
        foreach (var run in (ToolResult[])[push, full])
        {
            Assert.Equal(0, run.Code);
            Assert.All(run.Json.GetProperty("destinations").EnumerateArray(), one =>
                Assert.All(one.GetProperty("planned").EnumerateObject(), step => Assert.Equal(0, step.Value.GetInt32())));
        }
    }

    [Fact]
    public async Task A_later_false_positive_gives_a_row_of_its_own_and_a_test_none()
    {
        await using var stage = await HitsStage.StartAsync();
        var alert = stage.Custom("7", Alert.Url(HitsStage.Domain));
        stage.Alerts.Put(alert);
        stage.Alerts.Put(stage.Custom("9", Alert.File(HitsStage.Hash)) with
        {
            Classification = "informationalExpectedActivity",
            Determination = "securityTesting",
        });
        await stage.HitsAsync(0, "--sightings");
        stage.Alerts.Put(alert with { Classification = "falsePositive" });

        var hits = await stage.HitsAsync(0, "--sightings", "--json");

        Assert.Equal(["0", "1"], stage.Misp.Sightings.Select(one => one.Type));
        Assert.Single(stage.Misp.Sightings.Select(one => one.Attribute).Distinct());
        Assert.Contains("test", Reasons(hits));
    }

    [Fact]
    public async Task Events_above_the_ceiling_get_no_sighting()
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Run.Change(settings => settings["sightings"] = new JsonObject { ["maxTlp"] = "green", ["enabled"] = true });
        PlayAll(stage);

        await stage.HitsAsync(0);

        Assert.Equal([stage.Green], stage.Misp.Sightings.Select(one => one.Event).Distinct());
    }

    [Fact]
    public async Task Nothing_is_written_unless_asked_for()
    {
        await using var stage = await HitsStage.StartAsync();
        PlayAll(stage);

        var plain = await stage.HitsAsync(0, "--json");
        var dry = await stage.HitsAsync(0, "--sightings", "--dry-run", "--json");
        var text = await stage.HitsAsync(0, "--sightings", "--dry-run");

        Assert.Empty(stage.Misp.Sightings);
        Assert.Equal("waiting", plain.Json.GetProperty("hits")[0].GetProperty("sighting").GetProperty("state").GetString());
        Assert.Equal(4, dry.Json.GetProperty("sightings").GetProperty("planned").GetArrayLength());
        Assert.Contains(
            $"attribute {stage.AttributeOf(stage.Green, HitsStage.Domain)} of event {stage.Green}",
            OneLine(text.Out), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_leaves_the_ledger_as_it_was()
    {
        await using var stage = await HitsStage.StartAsync();
        PlayAll(stage);
        await stage.HitsAsync(0, "--dry-run");
        stage.Alerts.Clear();

        Assert.Empty((await stage.HitsAsync(0, "--json")).Json.GetProperty("hits").EnumerateArray());
    }

    [Fact]
    public async Task A_key_of_its_own_writes_and_the_other_one_needs_no_right()
    {
        await using var stage = await HitsStage.StartAsync();
        const string Writer = "WriterKeyWriterKeyWriterKeyWriterKeyWrit";
        stage.Misp.Users.Add(new MispUser(Writer) { Id = 7, Organisation = "Sandbox CERT" });
        stage.Misp.User.MaySight = false;
        PlayAll(stage);

        var refused = await stage.HitsAsync(4, "--sightings");
        stage.Run.Change(settings => settings["misp"]!["sightingsKey"] = Writer);
        await stage.HitsAsync(0, "--sightings");

        Assert.Contains("perm_sighting", refused.Error, StringComparison.Ordinal);
        Assert.Single(stage.Sandbox.RequestsTo(Service.Misp), one => one.Status == 403);
        Assert.Equal(4, stage.Misp.Sightings.Count);
        Assert.All(
            stage.Sandbox.RequestsTo(Service.Misp).Where(one => one.Path.Contains("events/", StringComparison.Ordinal)),
            one => Assert.NotEqual(Writer, one.Headers["Authorization"]));
    }

    [Fact]
    public async Task One_sighting_that_MISP_does_not_take_keeps_no_other_out()
    {
        await using var stage = await HitsStage.StartAsync();
        PlayAll(stage);
        stage.Misp.RefusedSightings.Add(stage.AttributeOf(stage.Amber, HitsStage.Hash));

        var hits = await stage.HitsAsync(3, "--sightings", "--json");

        Assert.Equal(3, stage.Misp.Sightings.Count);
        Assert.Equal(1, hits.Json.GetProperty("sightings").GetProperty("refused").GetInt32());
        for (var run = 0; run < 4; run++) await stage.HitsAsync(3, "--sightings");
        stage.Sandbox.ForgetRequests();
        var givenUp = await stage.HitsAsync(0, "--sightings", "--json");
        Assert.Empty(stage.Sandbox.RequestsTo(Service.Misp));
        Assert.Contains("refused", Reasons(givenUp));
    }

    [Fact]
    public async Task A_failure_after_MISP_saved_them_is_found_by_reading_back()
    {
        await using var stage = await HitsStage.StartAsync();
        PlayAll(stage);
        stage.Sandbox.Faults.Add(
            Service.Misp, new Fault.Status(500, AfterHandling: true), times: 2,
            when: seen => seen.Path.Contains("bulkSaveSightings", StringComparison.Ordinal));

        await stage.HitsAsync(0, "--sightings");

        Assert.Equal(4, Rows(stage).Count);
        Assert.Equal(2, stage.Sandbox.RequestsTo(Service.Misp).Count(one => one.Path.Contains("bulkSave", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_server_that_fails_on_everything_is_given_up()
    {
        await using var stage = await HitsStage.StartAsync();
        PlayAll(stage);
        stage.Sandbox.Faults.Add(
            Service.Misp, new Fault.Status(500), times: int.MaxValue,
            when: seen => seen.Path.Contains("bulkSaveSightings", StringComparison.Ordinal));

        var hits = await stage.HitsAsync(5, "--sightings");
        stage.Sandbox.Faults.Clear();
        await stage.HitsAsync(0, "--sightings");

        Assert.Contains("fails on sightings", hits.Error, StringComparison.Ordinal);
        Assert.Equal(4, Rows(stage).Count);
    }

    [Theory]
    [InlineData(302, "", 5, "redirect")]
    [InlineData(200, "<html>login</html>", 5, "does not answer as MISP does")]
    [InlineData(404, """{ "message": "Not Found" }""", 4, "perm_sighting")]
    [InlineData(403, """{ "message": "Authentication failed." }""", 4, "perm_sighting")]
    [InlineData(503, "", 5, "not available")]
    public async Task An_odd_answer_ends_the_writing_with_a_remedy_and_loses_nothing(int status, string body, int code, string words)
    {
        await using var stage = await HitsStage.StartAsync();
        PlayAll(stage);
        stage.Sandbox.Faults.Add(
            Service.Misp, new Fault.Reply(status, body), times: int.MaxValue,
            when: seen => seen.Path.Contains("bulkSaveSightings", StringComparison.Ordinal));

        var hits = await stage.HitsAsync(code, "--sightings");
        stage.Sandbox.Faults.Clear();
        await stage.HitsAsync(0, "--sightings");

        Assert.Contains(words, OneLine(hits.Error), StringComparison.Ordinal);
        Assert.Equal(4, Rows(stage).Count);
    }

    [Fact]
    public async Task A_throttled_MISP_is_waited_out()
    {
        await using var stage = await HitsStage.StartAsync();
        PlayAll(stage);
        stage.Sandbox.Faults.Add(
            Service.Misp, new Fault.Reply(429, ""), times: 2, when: seen => seen.Path.Contains("bulkSave", StringComparison.Ordinal));

        await stage.HitsAsync(0, "--sightings");

        Assert.Equal(4, Rows(stage).Count);
    }

    [Fact]
    public async Task An_event_that_is_gone_keeps_no_other_out()
    {
        await using var stage = await HitsStage.StartAsync();
        PlayAll(stage);
        stage.Misp.Remove(stage.Amber);

        await stage.HitsAsync(3, "--sightings");

        Assert.Equal([stage.Green], stage.Misp.Sightings.Select(one => one.Event).Distinct());
    }

    [Fact]
    public async Task What_a_person_deletes_in_MISP_does_not_come_back()
    {
        await using var stage = await HitsStage.StartAsync();
        PlayAll(stage);
        await stage.HitsAsync(0, "--sightings");
        stage.Misp.ForgetSightings();

        await stage.HitsAsync(0, "--sightings");

        Assert.Empty(stage.Misp.Sightings);
    }

    [Fact]
    public async Task Hits_are_capped_and_the_rest_waits()
    {
        await using var stage = await HitsStage.StartAsync("defender");
        var many = Enumerable.Range(0, 2_499).Select(i => ("domain", $"d{i}.many.example.org")).ToArray();
        stage.Misp.AddEvent(HitsStage.Event("Many", "tlp:green", many));
        await stage.PushAsync();
        stage.Run.Time.Advance(TimeSpan.FromHours(1));
        foreach (var (_, value) in many) stage.Alerts.Put(stage.Custom(value, Alert.Url(value)));

        var first = await stage.HitsAsync(3, "--sightings", "--json");
        var counts = new List<int> { stage.Misp.Sightings.Count };
        foreach (var code in (int[])[3, 0])
        {
            await stage.HitsAsync(code, "--sightings", "-q");
            counts.Add(stage.Misp.Sightings.Count);
        }

        Assert.Equal(1_499, first.Json.GetProperty("sightings").GetProperty("waiting").GetInt32());
        Assert.Equal([1_000, 2_000, 2_499], counts);
        Assert.All(
            stage.Sandbox.RequestsTo(Service.Misp).Where(one => one.Path.Contains("bulkSave", StringComparison.Ordinal)),
            one => Assert.InRange(JsonNode.Parse(one.Body)!.AsArray().Count, 1, 500));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 4)]
    public async Task Another_organisation_sees_the_word_and_nothing_else(int policy, int seen)
    {
        await using var stage = await HitsStage.StartAsync();
        const string Other = "OtherKeyOtherKeyOtherKeyOtherKeyOtherKey";
        stage.Misp.Users.Add(new MispUser(Other) { Id = 9, Organisation = "Third CERT" });
        stage.Misp.SightingsPolicy = policy;
        PlayAll(stage);
        await stage.HitsAsync(0, "--sightings");
        using var client = new MispGraphSync.Tests.Sandbox.SandboxClient(stage.Sandbox);
        client.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", Other);

        var (_, body) = await client.PostAsync(
            stage.Sandbox.Misp, "sightings/restSearch", new JsonObject { ["from"] = 0, ["to"] = 4_000_000_000 });

        var rows = body!["response"]!.AsArray();
        Assert.Equal(seen, rows.Count);
        Assert.All(rows, row => Assert.Equal("misp-graph", (string?)row!["Sighting"]!["source"]));
    }

    [Fact]
    public async Task Sightings_of_another_server_are_not_listed_and_not_written()
    {
        await using var stage = await HitsStage.StartAsync();
        PlayAll(stage);

        var unknown = await stage.HitsAsync(2, "--sightings", "--source", "elsewhere");
        var known = await stage.HitsAsync(0, "--sightings", "--source", "misp");

        Assert.Contains("There is no source 'elsewhere'", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("4 written", known.Out, StringComparison.Ordinal);
    }

    /// <summary>
    /// The alerts of a few days: our domain, a domain of others, our address at Defender and by a rule that repeats each hour, our hash.
    /// </summary>
    private static void PlayAll(HitsStage stage, DateTimeOffset? at = null)
    {
        var first = at ?? stage.Now.AddMinutes(-30);
        stage.Alerts.Put(stage.Custom("1", Alert.Url("cdn." + HitsStage.Domain)) with { FirstActivity = first });
        stage.Alerts.Put(stage.Custom("2", Alert.Url("unsanctioned.example.com")));
        stage.Alerts.Put(stage.Custom("3", Alert.Address(HitsStage.Address)) with { FirstActivity = first });
        for (var hour = 0; hour < 4; hour++)
            stage.Alerts.Put(stage.Rule($"4{hour}", stage.KeyOf(HitsStage.Address)) with { FirstActivity = first });
        stage.Alerts.Put(stage.Custom("6", Alert.File(HitsStage.Hash)) with { FirstActivity = first });
        stage.Alerts.Put(stage.Custom("8", Alert.Address(HitsStage.Address)) with { FirstActivity = first.AddDays(-3) });
    }

    private static List<string> Rows(HitsStage stage)
    {
        var rows = stage.Misp.Sightings.Select(one => $"{one.Uuid} {one.Attribute} {one.Type} {one.Date}").ToList();
        Assert.Equal(rows.Count, rows.Distinct().Count());
        Assert.Equal(rows.Count, stage.Misp.Sightings.Select(one => one.Uuid).Distinct().Count());
        return rows;
    }

    private static string OneLine(string text) =>
        string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    private static IEnumerable<string?> Reasons(ToolResult hits) => hits.Json.GetProperty("hits").EnumerateArray()
        .Select(one => one.GetProperty("sighting").GetProperty("reason").GetString());

    private static List<string> Timestamps(HitsStage stage) =>
    [
        .. stage.Misp.Uuids.Select(uuid => stage.Misp.Get(uuid)!).SelectMany(one => one["Attribute"]!.AsArray()
            .Select(attribute => $"{attribute!["timestamp"]}").Prepend($"{one["timestamp"]} {one["publish_timestamp"]}")),
    ];
}
