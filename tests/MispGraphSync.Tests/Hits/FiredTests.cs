using System.Text.Json;
using MispGraphSync.Sandbox.Alerts;
using Xunit;

namespace MispGraphSync.Tests.Hits;

/// <summary>What status, report, metrics and doctor show of hits.</summary>
public sealed class FiredTests
{
    [Fact]
    public async Task Status_shows_what_fired_and_up_to_when_alerts_are_known()
    {
        await using var stage = await FiredAsync();

        var text = await stage.Run.RunAsync("status");
        var json = await stage.Run.RunAsync("status", "--json");

        Assert.Contains("fired        2 indicators in 2 alerts of 30 days", text.Out, StringComparison.Ordinal);
        var hits = json.Json.GetProperty("destinations").EnumerateArray().Single(one => one.Text("name") == "defender").GetProperty("hits");
        Assert.Equal((2, 2), (hits.GetProperty("indicators").GetInt32(), hits.GetProperty("alerts").GetInt32()));
        Assert.Equal(stage.Now, hits.GetProperty("lastCompleteLook").GetDateTimeOffset(), TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task Status_without_a_look_has_no_hits()
    {
        await using var stage = await HitsStage.StartAsync("defender");

        var json = await stage.Run.RunAsync("status", "--json");

        Assert.Equal(JsonValueKind.Null, json.Destination().GetProperty("hits").ValueKind);
        Assert.DoesNotContain("fired", (await stage.Run.RunAsync("status")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_shows_the_events_that_mattered_and_no_victim()
    {
        await using var stage = await FiredAsync();

        Assert.Equal(0, (await stage.Run.RunAsync("report", "--to", "r.html")).Code);

        var page = await File.ReadAllTextAsync(Path.Combine(stage.Run.Folder, "r.html"), TestContext.Current.CancellationToken);
        var section = page[page.IndexOf("What fired", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("</section>", StringComparison.Ordinal)];
        Assert.Contains("Campaign of the example spider", section, StringComparison.Ordinal);
        Assert.Contains($"domain {HitsStage.Domain}", section, StringComparison.Ordinal);
        Assert.Contains("Sandbox CERT", section, StringComparison.Ordinal);
        Assert.Contains("data-figure=\"fired\">2", section, StringComparison.Ordinal);
        Assert.DoesNotContain("pc-1", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_get_what_fired_and_keep_what_the_push_found()
    {
        await using var stage = await FiredAsync();
        var file = Path.Combine(stage.Run.Folder, "metrics.prom");
        stage.Run.Change(settings => settings["metrics"] = new System.Text.Json.Nodes.JsonObject { ["textfile"] = "metrics.prom" });
        await stage.PushAsync();
        var before = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);

        await stage.HitsAsync(0, "--sightings");

        var after = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        Assert.Empty(before.Where(line => line.StartsWith("misp_graph", StringComparison.Ordinal)).Except(after));
        Assert.Contains("misp_graph_fired_alerts{destination=\"defender\",kind=\"defender\"} 2", after);
        Assert.Contains("misp_graph_sightings_written 3", after);
    }

    [Fact]
    public async Task Doctor_says_whether_alerts_can_be_read_and_sightings_written()
    {
        await using var stage = await HitsStage.StartAsync();
        stage.Alerts.Put(stage.Rule("1", stage.KeyOf(HitsStage.Address)));
        stage.Alerts.Put(stage.Rule("2", null));

        var well = await CheckAsync(stage);
        stage.Sandbox.EntraState.App.GraphRoles.Clear();
        stage.Misp.User.MaySight = false;
        stage.Run.Change(settings => settings["sightings"] = new System.Text.Json.Nodes.JsonObject { ["enabled"] = true });
        var ill = await CheckAsync(stage);

        Assert.StartsWith("ok can be read, by graph", well["defender alerts"], StringComparison.Ordinal);
        Assert.Contains("1 of the last 2 of TI map rules name their indicator", well["sentinel alerts"], StringComparison.Ordinal);
        Assert.StartsWith("ok", well["misp sightings"], StringComparison.Ordinal);
        Assert.Contains("Alert.Read.All", ill["defender alerts"], StringComparison.Ordinal);
        Assert.StartsWith("failed", ill["misp sightings"], StringComparison.Ordinal);
        Assert.Contains("perm_sighting", ill["misp sightings"], StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, string>> CheckAsync(HitsStage stage) =>
        (await stage.Run.RunAsync("doctor", "--json")).Json.EnumerateArray().GroupBy(one => one.Text("check"))
            .ToDictionary(one => one.Key, one => $"{one.First().Text("status")} {one.First().Text("cause")}");

    private static async Task<HitsStage> FiredAsync()
    {
        var stage = await HitsStage.StartAsync();
        stage.Alerts.Put(stage.Custom("1", Alert.Url("cdn." + HitsStage.Domain)));
        stage.Alerts.Put(stage.Custom("2", Alert.Address(HitsStage.Address)));
        await stage.HitsAsync(0);
        return stage;
    }
}
