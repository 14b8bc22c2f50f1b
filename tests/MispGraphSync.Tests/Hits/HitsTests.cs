using System.Text.Json;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Alerts;
using Xunit;

namespace MispGraphSync.Tests.Hits;

/// <summary>The list of what fired: which alerts count, and which do not and why.</summary>
public sealed class HitsTests
{
    [Fact]
    public async Task A_subdomain_of_our_domain_counts_and_a_domain_of_others_does_not()
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Alerts.Put(stage.Custom("1", Alert.Url("cdn." + HitsStage.Domain)));
        stage.Alerts.Put(stage.Custom("2", Alert.Url("unsanctioned.example.com")));

        var hits = await stage.HitsAsync(0, "--json");

        var hit = Assert.Single(hits.Json.GetProperty("hits").EnumerateArray());
        Assert.Equal(("domain", HitsStage.Domain), (hit.Text("type"), hit.Text("value")));
        Assert.Equal(("defender", 1L, "value"), (hit.Text("destination"), hit.GetProperty("alerts").GetInt64(), hit.Text("match")));
        Assert.StartsWith("https://security.microsoft.com/alerts/da1", hit.Text("lastAlert"), StringComparison.Ordinal);
        Assert.Equal(stage.Green, hit.GetProperty("events")[0].Text("uuid"));
        Assert.Equal(1, NotCounted(hits, "defender", "not-held"));
    }

    [Fact]
    public async Task An_alert_that_grows_counts_once()
    {
        await using var stage = await HitsStage.StartAsync();
        var alert = stage.Custom("3", Alert.Address(HitsStage.Address));
        for (var day = 0; day < 3; day++)
        {
            stage.Alerts.Put(alert with { LastActivity = stage.Now });
            await stage.HitsAsync(0);
            stage.Run.Time.Advance(TimeSpan.FromDays(1));
        }

        var hit = Assert.Single((await stage.HitsAsync(0, "--json")).Json.GetProperty("hits").EnumerateArray());

        Assert.Equal(1, hit.GetProperty("alerts").GetInt64());
        Assert.True(hit.GetProperty("lastActivity").GetDateTimeOffset() - hit.GetProperty("firstActivity").GetDateTimeOffset()
            > TimeSpan.FromDays(1.9));
    }

    [Fact]
    public async Task A_rule_that_names_the_indicator_is_exact_without_evidence()
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Alerts.Put(stage.Rule("4", stage.KeyOf(HitsStage.Address)));
        for (var hour = 0; hour < 3; hour++) stage.Alerts.Put(stage.Rule($"5{hour}", stage.KeyOf(HitsStage.Address)));

        var hit = Assert.Single((await stage.HitsAsync(0, "--json")).Json.GetProperty("hits").EnumerateArray());

        Assert.Equal(("sentinel", HitsStage.Address, "id"), (hit.Text("destination"), hit.Text("value"), hit.Text("match")));
        Assert.Equal(4, hit.GetProperty("alerts").GetInt64());
        Assert.Equal(2, hit.GetProperty("events").GetArrayLength());
    }

    [Fact]
    public async Task An_indicator_beside_the_one_that_an_alert_names_is_no_hit()
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Alerts.RulesHaveNoEvidence = false;
        stage.Alerts.Put(stage.Rule("1", stage.KeyOf(HitsStage.Hash), Alert.Address(HitsStage.Address)));

        var hits = await stage.HitsAsync(0, "--sightings", "--json");

        var hit = Assert.Single(hits.Json.GetProperty("hits").EnumerateArray());
        Assert.Equal((HitsStage.Hash, "id"), (hit.Text("value"), hit.Text("match")));
        Assert.Equal(
            stage.AttributeOf(stage.Amber, HitsStage.Hash), Assert.Single(stage.Misp.Sightings).Attribute, ignoreCase: true);
    }

    [Fact]
    public async Task An_id_that_is_not_ours_leaves_the_match_to_the_values()
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Alerts.RulesHaveNoEvidence = false;
        stage.Alerts.Put(stage.Rule("1", Guid.Parse("11111111-2222-4333-8444-555555555555"), Alert.Address(HitsStage.Address)));

        var hit = Assert.Single((await stage.HitsAsync(0, "--json")).Json.GetProperty("hits").EnumerateArray());

        Assert.Equal((HitsStage.Address, "value"), (hit.Text("value"), hit.Text("match")));
    }

    [Theory]
    [InlineData("60d", 60)]
    [InlineData("1440h", 60)]
    [InlineData("364d", 364)]
    [InlineData("1000000d", 365)]
    [InlineData("0001-01-01", 365)]
    public async Task Since_reaches_back_as_far_as_it_says_and_a_year_at_most(string since, int days)
    {
        await using var stage = await HitsStage.StartAsync("defender");
        stage.Alerts.Put(stage.Custom("1", Alert.Address(HitsStage.Address)));
        stage.Run.Time.Advance(TimeSpan.FromDays(50));

        var hits = (await stage.HitsAsync(0, "--since", since, "--json")).Json;

        Assert.Single(hits.GetProperty("hits").EnumerateArray());
        Assert.Equal(stage.Now.AddDays(-days), hits.GetProperty("since").GetDateTimeOffset(), TimeSpan.FromMinutes(5));
        Assert.Equal(
            stage.Now.AddDays(-days), hits.GetProperty("destinations")[0].GetProperty("from").GetDateTimeOffset(), TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_rule_with_another_title_counts_only_by_the_key()
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Alerts.RulesHaveNoEvidence = false;
        stage.Alerts.Put(stage.Rule("1", null, Alert.Address(HitsStage.Address)) with { Title = "Many failed sign-ins" });
        stage.Alerts.Put(stage.Rule("2", stage.KeyOf(HitsStage.Hash)) with { Title = "Our own rule" });
        stage.Alerts.Put(stage.Rule("3", null, Alert.Address(HitsStage.Address)) with
        {
            DetectionSource = "microsoftDefenderThreatIntelligenceAnalytics",
        });

        var hit = Assert.Single((await stage.HitsAsync(0, "--json")).Json.GetProperty("hits").EnumerateArray());

        Assert.Equal(HitsStage.Hash, hit.Text("value"));
    }

    [Fact]
    public async Task An_alert_from_before_the_indicator_was_sent_does_not_count()
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Alerts.Put(stage.Custom("8", Alert.Address(HitsStage.Address)) with { FirstActivity = stage.Now.AddDays(-2) });

        var hits = await stage.HitsAsync(0, "--json");

        Assert.Empty(hits.Json.GetProperty("hits").EnumerateArray());
        Assert.Equal(1, NotCounted(hits, "defender", "before-sent"));
    }

    [Fact]
    public async Task A_withdrawn_indicator_is_remembered_and_gets_no_sighting()
    {
        await using var stage = await HitsStage.StartAsync();
        var alert = stage.Custom("1", Alert.Url(HitsStage.Domain));
        stage.Misp.DeleteAttribute(stage.AttributeOf(stage.Green, HitsStage.Domain));
        await stage.PushAsync();
        stage.Run.Time.Advance(TimeSpan.FromHours(1));
        stage.Alerts.Put(alert);
        stage.Alerts.Put(stage.Custom("2", Alert.Url(HitsStage.Domain)) with { FirstActivity = stage.Now.AddMinutes(-1) });

        var hits = await stage.HitsAsync(0, "--sightings", "--json");

        var hit = Assert.Single(hits.Json.GetProperty("hits").EnumerateArray());
        Assert.Equal(("none", "withdrawn"), (hit.GetProperty("sighting").Text("state"), hit.GetProperty("sighting").Text("reason")));
        Assert.Equal(1, NotCounted(hits, "defender", "after-end"));
        Assert.Empty(stage.Misp.Sightings);
    }

    [Theory]
    [InlineData("http://files.example.net/drop/a.exe", "value")]
    [InlineData("https://files.example.net/drop/a.exe/deeper?q=1", null)]
    [InlineData("http://files.example.net/drop/a.exe/deeper?q=1", "value")]
    [InlineData("http://files.example.net/drop/other.exe", null)]
    [InlineData("files.example.net", "weak")]
    [InlineData("https://files.example.net/", "weak")]
    public async Task A_URL_counts_with_its_path_and_its_host_alone_is_weak(string seen, string? match)
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Alerts.Put(stage.Custom("1", Alert.Url(seen)));

        var hits = await stage.HitsAsync(0, "--sightings", "--json");

        Assert.Equal(match, hits.Json.GetProperty("hits").EnumerateArray().Select(one => one.Text("match")).SingleOrDefault());
        Assert.Equal(match == "value" ? 1 : 0, stage.Misp.Sightings.Count);
    }

    [Fact]
    public async Task An_alert_of_an_antivirus_counts_by_its_title()
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Alerts.Put(stage.Custom("1", Alert.File(HitsStage.Hash)) with
        {
            DetectionSource = "antivirus",
            Title = "'CustomEnterpriseBlock' malware was prevented",
        });
        stage.Alerts.Put(stage.Custom("2", Alert.Address(HitsStage.Address)) with { DetectionSource = "antivirus", Title = "Malware" });

        var hit = Assert.Single((await stage.HitsAsync(0, "--json")).Json.GetProperty("hits").EnumerateArray());

        Assert.Equal(HitsStage.Hash, hit.Text("value"));
    }

    [Fact]
    public async Task Alerts_of_one_second_are_read_to_the_last_without_next_links()
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Alerts.OmitsNextLinks = true;
        var second = stage.Now.AddMinutes(-10);
        for (var i = 0; i < 1_200; i++)
        {
            stage.Alerts.Put(stage.Custom($"{i}", Alert.Address(HitsStage.Address)) with
            {
                LastUpdate = DateTimeOffset.FromUnixTimeSeconds(second.ToUnixTimeSeconds()).AddMicroseconds(i * 800),
            });
        }

        var hit = Assert.Single((await stage.HitsAsync(0, "--json")).Json.GetProperty("hits").EnumerateArray());

        Assert.Equal(1_200, hit.GetProperty("alerts").GetInt64());
    }

    [Fact]
    public async Task More_alerts_of_one_instant_than_a_page_holds_leave_the_look_incomplete()
    {
        await using var stage = await HitsStage.StartAsync("defender");
        stage.Alerts.OmitsNextLinks = true;
        var instant = DateTimeOffset.FromUnixTimeSeconds(stage.Now.AddMinutes(-10).ToUnixTimeSeconds());
        for (var i = 0; i < 1_001; i++)
            stage.Alerts.Put(stage.Custom($"{i}", Alert.Address(HitsStage.Address)) with { LastUpdate = instant });

        var hits = await stage.HitsAsync(3, "--json");

        Assert.False(hits.Json.GetProperty("complete").GetBoolean());
        Assert.Contains("the look is not complete", hits.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partial_answer_keeps_what_came_and_does_not_move_the_mark()
    {
        await using var stage = await HitsStage.StartAsync("defender");
        stage.Alerts.IsPartial = true;
        stage.Alerts.Put(stage.Custom("1", Alert.Address(HitsStage.Address)));
        var partial = await stage.HitsAsync(3, "--json");
        stage.Run.Time.Advance(TimeSpan.FromHours(5));
        stage.Alerts.IsPartial = false;

        var whole = await stage.HitsAsync(0, "--json");
        stage.Run.Time.Advance(TimeSpan.FromHours(5));
        var next = await stage.HitsAsync(0, "--json");

        Assert.Single(partial.Json.GetProperty("hits").EnumerateArray());
        Assert.Equal(7, Days(whole), 0.1);
        // An hour before the last complete look, which the alert's link is not part of.
        Assert.Equal(0.25, Days(next), 0.1);
        Assert.Equal(JsonValueKind.Null, next.Json.GetProperty("hits")[0].GetProperty("lastAlert").ValueKind);

        static double Days(ToolResult hits)
        {
            var look = hits.Json.GetProperty("destinations")[0];
            return (look.GetProperty("until").GetDateTimeOffset() - look.GetProperty("from").GetDateTimeOffset()).TotalDays;
        }
    }

    [Fact]
    public async Task Throttling_without_a_wait_is_waited_out()
    {
        await using var stage = await HitsStage.StartAsync("defender");
        stage.Alerts.Put(stage.Custom("1", Alert.Address(HitsStage.Address)));
        stage.Sandbox.Faults.Add(Service.Graph, new Fault.Throttle(null, RetryAfterForm.None), times: 1);

        Assert.Single((await stage.HitsAsync(0, "--json")).Json.GetProperty("hits").EnumerateArray());
    }

    [Fact]
    public async Task A_tenant_that_grants_no_permission_of_Graph_is_read_by_the_own_list()
    {
        await using var stage = await HitsStage.StartAsync("defender");
        stage.Sandbox.EntraState.App.GraphRoles.Clear();
        stage.Sandbox.EntraState.App.DefenderRoles.Add("Alert.Read.All");
        stage.Alerts.Put(stage.Custom("1", Alert.Url("cdn." + HitsStage.Domain)));
        stage.Alerts.Put(stage.Custom("2", Alert.File(HitsStage.Hash)) with
        {
            Classification = "falsePositive",
        });

        var hits = await stage.HitsAsync(0, "--json");

        Assert.Equal("defender", hits.Json.GetProperty("destinations")[0].Text("route"));
        Assert.Equal(2, hits.Json.GetProperty("hits").GetArrayLength());
        Assert.Equal(1, hits.Json.GetProperty("hits").EnumerateArray().Sum(one => one.GetProperty("falsePositives").GetInt64()));
    }

    [Fact]
    public async Task No_permission_at_all_ends_with_4_and_names_what_to_grant()
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Sandbox.EntraState.App.GraphRoles.Clear();
        stage.Run.Change(settings => settings["alerts"]!["route"] = "graph");

        var hits = await stage.HitsAsync(4);

        Assert.Contains("SecurityAlert.Read.All", hits.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workspace_is_read_by_Log_Analytics_where_the_settings_say_so()
    {
        await using var stage = await HitsStage.StartAsync("sentinel");
        stage.Run.Change(settings => settings["alerts"] = new System.Text.Json.Nodes.JsonObject
        {
            ["route"] = "log-analytics",
            ["endpoint"] = stage.Sandbox.LogAnalytics.GetLeftPart(UriPartial.Authority),
        });
        stage.Alerts.Put(stage.Rule("1", stage.KeyOf(HitsStage.Address)));
        stage.Alerts.Put(stage.Rule("2", null, Alert.File(HitsStage.Hash), Alert.Device("pc-1.corp.example")));

        var hits = await stage.HitsAsync(0, "--json");
        stage.Alerts.IsPartial = true;
        var partial = await stage.HitsAsync(3, "--json");

        Assert.Equal(
            [(HitsStage.Address, "id"), (HitsStage.Hash, "value")],
            hits.Json.GetProperty("hits").EnumerateArray().Select(one => (one.Text("value"), one.Text("match"))).Order());
        Assert.Equal("log-analytics", hits.Json.GetProperty("destinations")[0].Text("route"));
        Assert.Contains("PartialError", partial.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workspace_without_Graphs_permission_is_read_by_Log_Analytics_under_its_real_name()
    {
        await using var proxy = new ConnectProxy();
        await using var stage = await HitsStage.StartAsync(new SandboxOptions { Tls = true }, "sentinel");
        proxy.Ports["api.loganalytics.azure.com"] = stage.Sandbox.LogAnalytics.Port;
        stage.Run.Change(settings => settings["proxy"] = proxy.Address.GetLeftPart(UriPartial.Authority));
        stage.Sandbox.EntraState.App.GraphRoles.Clear();
        stage.Alerts.Put(stage.Rule("1", stage.KeyOf(HitsStage.Address)));

        var hits = await stage.HitsAsync(0, "--json");
        stage.Sandbox.EntraState.App.IsLogAnalyticsReader = false;
        var refused = await stage.HitsAsync(4);

        Assert.Equal("log-analytics", hits.Json.GetProperty("destinations")[0].Text("route"));
        Assert.Single(hits.Json.GetProperty("hits").EnumerateArray());
        // The first route's words: it is the one to grant.
        Assert.Contains("SecurityAlert.Read.All", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_that_cannot_serve_a_destination_is_named()
    {
        await using var stage = await HitsStage.StartAsync("defender");
        stage.Run.Change(settings => settings["alerts"]!["route"] = "log-analytics");

        var hits = await stage.HitsAsync(2);

        Assert.Contains("alerts.route", hits.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_that_cannot_serve_one_destination_leaves_the_others()
    {
        await using var stage = await HitsStage.StartAsync("sentinel", "defender");
        stage.Run.Change(settings => settings["alerts"] = new System.Text.Json.Nodes.JsonObject
        {
            ["route"] = "log-analytics",
            ["endpoint"] = stage.Sandbox.LogAnalytics.GetLeftPart(UriPartial.Authority),
        });
        stage.Alerts.Put(stage.Rule("1", stage.KeyOf(HitsStage.Address)));

        var hits = await stage.HitsAsync(2, "--json");
        var valid = await stage.Run.RunAsync("config", "validate");

        Assert.Equal("sentinel", Assert.Single(hits.Json.GetProperty("hits").EnumerateArray()).Text("destination"));
        var looks = hits.Json.GetProperty("destinations").EnumerateArray().ToDictionary(one => one.Text("name"));
        Assert.True(looks["sentinel"].GetProperty("complete").GetBoolean());
        Assert.False(looks["defender"].GetProperty("complete").GetBoolean());
        Assert.Contains("the route \"log-analytics\"", looks["defender"].Text("error"), StringComparison.Ordinal);
        Assert.Equal(0, valid.Code);
        Assert.Contains("destinations.defender: alerts.route is \"log-analytics\"", valid.Out + valid.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("destinations.sentinel: alerts.route", valid.Out + valid.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_pushed_yet_is_said()
    {
        await using var stage = await HitsStage.StartAsync("defender");
        File.Delete(stage.Run.Ledger);

        var hits = await stage.HitsAsync(3);

        Assert.Contains("nothing has been pushed there yet", hits.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_says_where_no_alert_does_not_mean_no_hit()
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Run.Change(settings =>
        {
            foreach (var one in settings["destinations"]!.AsArray().Where(one => (string?)one!["kind"] == "defender"))
                (one!["action"], one["generateAlert"]) = ("block", false);
        });

        var hits = await stage.HitsAsync(0);

        Assert.Contains("No alert does not mean no hit", hits.Out, StringComparison.Ordinal);
        Assert.Contains("iOS", hits.Out, StringComparison.Ordinal);
        Assert.Contains("generateAlert is false", hits.Out, StringComparison.Ordinal);
        Assert.Contains("onboarded", hits.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    [InlineData("jsonl")]
    [InlineData("csv")]
    public async Task No_output_and_no_file_names_the_victim(string format)
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Alerts.Put(stage.Custom("1", Alert.Url("cdn." + HitsStage.Domain), Alert.File(HitsStage.Hash)));
        stage.Alerts.Put(stage.Rule("2", stage.KeyOf(HitsStage.Address), Alert.Device("pc-1.corp.example")));

        var hits = await stage.HitsAsync(0, "--sightings", "--output", format);

        Assert.Equal(2, hits.Out.Split(HitsStage.Hash).Length);
        string[] victim = ["pc-1", "victim", "Downloads", "192.0.2.10", "203.0.113.99", "incident"];
        Assert.All(victim, word => Assert.DoesNotContain(word, hits.Out + hits.Error, StringComparison.OrdinalIgnoreCase));
        foreach (var file in Directory.EnumerateFiles(stage.Run.Folder, "*", SearchOption.AllDirectories))
        {
            var bytes = System.Text.Encoding.Latin1.GetString(await ReadAsync(file));
            Assert.All(victim[..5], word => Assert.False(bytes.Contains(word, StringComparison.OrdinalIgnoreCase), $"{word} in {file}"));
        }

        Assert.All(stage.Sandbox.RequestsTo(Service.Misp), request =>
            Assert.All(victim, word => Assert.DoesNotContain(word, request.Body, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task Answer_that_breaks_off_leaves_nothing_of_the_victim_in_a_file()
    {
        await using var stage = await HitsStage.StartAsync();
        var evidence = Enumerable.Range(0, 50).Select(number => Alert.Device($"pc-1{number}.corp.example"));
        stage.Alerts.Put(stage.Custom("1", [.. evidence, Alert.Url("cdn." + HitsStage.Domain)]));
        stage.Sandbox.Faults.Add(Service.Graph, new Fault.CutOff(int.MaxValue), times: int.MaxValue);

        await stage.HitsAsync(5);

        var files = Directory.EnumerateFiles(stage.Run.Folder, "*_error_*", SearchOption.AllDirectories).ToList();
        Assert.NotEmpty(files);
        foreach (var file in files)
            Assert.DoesNotContain("pc-1", System.Text.Encoding.Latin1.GetString(await ReadAsync(file)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Title_is_shown_only_when_asked_for()
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Alerts.Put(stage.Custom("1", Alert.Address(HitsStage.Address)));

        var plain = await stage.HitsAsync(0);
        var verbose = await stage.HitsAsync(0, "-v", "--since", "2d");

        Assert.DoesNotContain("custom network indicator", plain.Out, StringComparison.Ordinal);
        Assert.Contains("custom network indicator", verbose.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Combined_indicators_are_found_by_each_of_their_values()
    {
        await using var stage = await HitsStage.StartAsync("graph");
        stage.Misp.AddEvent(HitsStage.Event("Pair", "tlp:green", ("domain|ip", "pair.example.org|203.0.113.50")));
        await stage.PushAsync();
        stage.Run.Time.Advance(TimeSpan.FromHours(1));
        stage.Alerts.RulesHaveNoEvidence = false;
        stage.Alerts.Put(stage.Rule("1", null, Alert.Address("203.0.113.50")));

        var hit = Assert.Single((await stage.HitsAsync(0, "--sightings", "--json")).Json.GetProperty("hits").EnumerateArray());

        Assert.Contains("pair.example.org", hit.Text("value"), StringComparison.Ordinal);
        Assert.Single(stage.Misp.Sightings);
    }

    private static int NotCounted(ToolResult hits, string destination, string reason) => hits.Json.GetProperty("destinations")
        .EnumerateArray().Single(one => one.Text("name") == destination).GetProperty("notCounted").TryGetProperty(reason, out var count)
        ? count.GetInt32() : 0;

    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }
}

internal static class HitJsonText
{
    public static string Text(this JsonElement item, string name) => item.GetProperty(name).GetString() ?? "";
}
