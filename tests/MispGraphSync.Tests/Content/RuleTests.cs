using Xunit;

namespace MispGraphSync.Tests.Content;

/// <summary>
/// The queries, run over the rows that the sandbox's workspace holds after real pushes: product and content cannot drift apart. The
/// engine is our own (<c>tests/kusto</c>), over the syntax of Microsoft's language service.
/// </summary>
public sealed class RuleTests : IAsyncLifetime
{
    private RuleRuns _runs = null!;

    public async ValueTask InitializeAsync() => _runs = await RuleRuns.GetAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("ipv4", "198.51.100.7 on jo@corp.example: 1", "198.51.100.7 on pc-1: 2", "198.51.100.7 on pc-2: 1",
        "203.0.113.64/27 on 10.0.0.6: 1")]
    [InlineData("ipv6", "2001:db8:5::/48 on pc-3: 1", "2001:db8::7 on pc-3: 1")]
    [InlineData("domain", "bad.example on 10.0.0.7: 1", "bad.example on 10.0.0.9: 1", "bad.example on pc-3: 1",
        "deeper.bad.example on pc-3: 1")]
    [InlineData("url", "https://bad.example/Path/x.php?id=1 on 10.0.0.7: 1")]
    [InlineData("file-hash", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa on pc-4: 1",
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb on pc-4: 1")]
    [InlineData("email-sender", "Sender@mail.example on al@corp.example: 1", "Sender@mail.example on jo@corp.example: 1")]
    public void A_rule_finds_what_the_tool_sent_in_the_logs_and_nothing_near_it(string family, params string[] hits)
    {
        var rows = _runs.Rows($"all {family}");

        Assert.Equal(hits, rows.Select(row => $"{row!["IndicatorValue"]} on {row["SeenOn"]}: {row["Hits"]}").Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal(SampleWorkspace.Event, $"{row!["MispEvent"]}"));
    }

    [Fact]
    public void A_hit_has_the_stable_key_of_its_indicator_and_the_link_of_its_event()
    {
        var row = Assert.Single(_runs.Rows("all url"))!;

        var held = _runs.Workspace.Indicators.Single(one => $"{one!["ObservableValue"]}" == $"{row["IndicatorValue"]}")!;
        Assert.Equal($"indicator--{row["IndicatorId"]}", $"{held["Data"]!["id"]}");
        Assert.True(Guid.TryParseExact($"{row["IndicatorId"]}", "D", out _));
        Assert.Equal($"https://misp.example/events/view/{SampleWorkspace.Event}", $"{row["MispEventLink"]}");
    }

    [Fact]
    public void Only_live_indicators_of_our_source_match() =>
        Assert.Equal(["bad.example"], _runs.Rows("choice").Select(row => $"{row!["IndicatorValue"]}"));

    [Fact]
    public void A_hit_that_continues_is_reported_once_and_not_every_hour() =>
        Assert.Equal([1], RuleRuns.Hours.Where(hour => _runs.Rows($"hour {hour}").Count > 0));

    [Fact]
    public void Tables_that_the_workspace_lacks_do_not_break_a_rule() =>
        Assert.Equal("jo@corp.example", $"{Assert.Single(_runs.Rows("one table"))!["SeenOn"]}");

    [Fact]
    public void A_log_row_that_arrives_late_is_reported() => Assert.Single(_runs.Rows("late"));

    [Theory]
    [InlineData("unknown column", "NoSuchColumn")]
    [InlineData("unknown function", "base64_encode_tostring is not known here")]
    public void A_query_that_cannot_be_run_as_it_is_meant_is_refused(string scenario, string why) =>
        Assert.Contains(why, _runs.Fault(scenario), StringComparison.Ordinal);

    [Fact]
    public void Hunting_finds_late_indicators_in_old_logs() =>
        Assert.Equal(
            ["198.51.100.7 on pc-1", "bad.example on 10.0.0.1"],
            _runs.Rows("hunting late").Select(row => $"{row!["IndicatorValue"]} on {row["SeenOn"]}")
                .Order(StringComparer.Ordinal));

    [Fact]
    public void Hunting_leads_from_an_alias_of_an_actor_to_hosts()
    {
        var rows = _runs.Rows("hunting actor");

        Assert.Equal("pc-1", $"{rows.Single(row => $"{row!["IndicatorValue"]}" == "198.51.100.7")!["SeenOn"]}");
        Assert.Equal("10.0.0.1", $"{rows.Single(row => $"{row!["IndicatorValue"]}" == "bad.example")!["SeenOn"]}");
        Assert.Equal("", $"{rows.Single(row => $"{row!["IndicatorValue"]}" == "2001:db8::7")!["SeenOn"]}");
    }

    [Fact]
    public void Hunting_lists_what_never_matched_without_what_an_alert_names()
    {
        var rows = _runs.Rows("hunting never").ToDictionary(row => $"{row!["ObservableKey"]}", row => row!);

        // The address has an alert, the range has none. The mutex has no key that Sentinel can read.
        Assert.Equal("1 0", $"{rows["ipv4-addr:value"]["Indicators"]} {rows["ipv4-addr:value"]["Unreadable"]}");
        Assert.Equal("1 1", $"{rows[""]["Indicators"]} {rows[""]["Unreadable"]}");
    }

    [Fact]
    public void Tiles_show_what_is_held_and_what_fired()
    {
        Assert.Contains(_runs.Rows("tile Indicators by type"), row => $"{row!["Type"]} {row["Indicators"]}" == "ipv4-addr:value 2");
        Assert.Equal(1, _runs.Rows("tile Indicators by type").Sum(row => row!["NeverMatches"]!.GetValue<int>()));
        Assert.Equal("green", $"{Assert.Single(_runs.Rows("tile Indicators by TLP"))!["TLP"]}");
        Assert.Equal("APT28", $"{Assert.Single(_runs.Rows("tile Indicators by galaxy cluster"))!["Cluster"]}");
        Assert.Equal("A sample", $"{Assert.Single(_runs.Rows("tile Indicators by MISP event"))!["Info"]}");
        Assert.Equal("First CERT", $"{Assert.Single(_runs.Rows("tile Indicators by organisation"))!["Organisation"]}");
        Assert.Equal("198.51.100.7", $"{Assert.Single(_runs.Rows("tile Indicators that fired"))!["IndicatorValue"]}");
        Assert.All(RuleRuns.Tiles, tile => Assert.NotEmpty(_runs.Rows($"tile {tile}")));
    }
}
