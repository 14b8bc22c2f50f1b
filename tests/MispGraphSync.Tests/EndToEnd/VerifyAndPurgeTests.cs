using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Graph;
using MispGraphSync.Sandbox.Sentinel;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

public sealed class VerifyAndPurgeTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync();
        await _run.RunAsync("push", "-q");
        _run.Time.Advance(TimeSpan.FromMinutes(5));
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    private GraphState Graph => _run.Sandbox.GraphState;

    [Fact]
    public async Task Verify_after_a_push_finds_no_differences()
    {
        var verify = await _run.RunAsync("verify");
        Assert.Equal(0, verify.Code);
        Assert.EndsWith("No differences found.\n", verify.Out, StringComparison.Ordinal);

        var json = await _run.RunAsync("verify", "--json");
        Assert.Equal((0, (long)Graph.Count, (long)Graph.Count),
            (json.Code, json.Destination().GetProperty("asSent").GetInt64(), json.Destination().GetProperty("there").GetInt64()));
        Assert.Equal(0, json.Destination().GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Verify_after_changes_and_renewals_finds_no_differences()
    {
        _run.Sandbox.MispState.TouchTimestamp(_run.Sandbox.MispState.Events[0]["uuid"]!.GetValue<string>());
        for (var day = 0; day < 30; day += 6)
        {
            _run.Time.Advance(TimeSpan.FromDays(6));
            await _run.RunAsync("push", "-q");
        }

        _run.Time.Advance(TimeSpan.FromMinutes(5));
        var verify = await _run.RunAsync("verify", "--json");
        Assert.Equal((0, (long)Graph.Count), (verify.Code, verify.Destination().GetProperty("asSent").GetInt64()));
    }

    [Fact]
    public async Task Verify_finds_names_and_repairs_foreign_changes()
    {
        var count = Graph.Count;
        Disturb();
        _run.Sandbox.ForgetRequests();

        var verify = await _run.RunAsync("verify", "--json");
        Assert.Equal(3, verify.Code);
        var found = verify.Destination().GetProperty("found");
        Assert.Equal((1, 2, 1, 1), (found.GetProperty("missing").GetInt32(), found.GetProperty("edited").GetInt32(),
            found.GetProperty("duplicate").GetInt32(), found.GetProperty("foreign").GetInt32()));
        Assert.All(_run.Sandbox.RequestsTo(Service.Graph), request => Assert.Equal("GET", request.Method));

        var repair = await _run.RunAsync("verify", "--repair");
        Assert.Equal(0, repair.Code);
        Assert.Contains("1 created, 2 updated, 1 copies removed", repair.Out, StringComparison.Ordinal);
        Assert.Contains("Verify again in a few minutes", repair.Out, StringComparison.Ordinal);
        Assert.Equal(count + 1, Graph.Count);
        Assert.Single(Graph.All(), one => one.ExternalId == "theirs");

        _run.Time.Advance(TimeSpan.FromMinutes(5));
        var again = await _run.RunAsync("verify", "--json");
        Assert.Equal((0, (long)count), (again.Code, again.Destination().GetProperty("asSent").GetInt64()));
        Assert.Equal(0, (await _run.RunAsync("push", "--json")).Destination().GetProperty("planned").GetProperty("create").GetInt64());
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public async Task Verify_text_fits_the_width_and_names_the_next_command(int width)
    {
        Disturb();
        _run.Width = width;

        var verify = await _run.RunAsync("verify");

        Assert.All(verify.Out.Split('\n'), line => Assert.InRange(line.Length, 0, width));
        Assert.EndsWith("Next: misp-graph verify --repair\n", verify.Out, StringComparison.Ordinal);
        Assert.Contains("confidence: sent '", verify.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_writes_one_JSON_line_for_each_item()
    {
        Disturb();

        var verify = await _run.RunAsync("verify", "--output", "jsonl");

        Assert.Equal(5, verify.Lines.Count);
        var edited = verify.Lines.First(line => line.GetProperty("kind").GetString() == "edited");
        foreach (var name in (string[])["destination", "kind", "key", "id", "type", "value", "repair", "difference"]) Assert.True(
            edited.TryGetProperty(name, out _), name);
        Assert.NotEqual(0, edited.GetProperty("difference").GetArrayLength());
    }

    [Theory]
    [InlineData(GraphAvailability.Forbidden, 4)]
    [InlineData(GraphAvailability.RetiredGone, 7)]
    public async Task Verify_of_an_unreadable_destination_exits_with_its_code(GraphAvailability availability, int code)
    {
        Graph.Availability = availability;

        var verify = await _run.RunAsync("verify");

        Assert.Equal(code, verify.Code);
        Assert.Contains("! ", verify.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_takes_the_lock_and_names_an_unknown_destination()
    {
        var hold = _run.Sandbox.Faults.Hold(Service.Graph);
        var first = _run.RunAsync("verify");
        await hold.Reached;
        Assert.Equal(11, (await _run.RunAsync("verify")).Code);
        Assert.Equal(11, (await _run.RunAsync("purge", "--yes")).Code);
        hold.Release();
        Assert.Equal(0, (await first).Code);

        var wrong = await _run.RunAsync("verify", "--destination", "nowhere");
        Assert.Equal(2, wrong.Code);
        Assert.Contains("nowhere", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Purge_without_a_terminal_needs_yes()
    {
        var count = Graph.Count;

        foreach (var args in (string[][])[["purge"], ["purge", "--no-input"]])
        {
            if (args.Length > 1) _run.Answers = "y\n";
            var purge = await _run.RunAsync(args);
            Assert.Equal(2, purge.Code);
            Assert.Contains("--yes", purge.Error, StringComparison.Ordinal);
        }

        Assert.Equal(count, Graph.Count);
    }

    [Theory]
    [InlineData("y\n", true)]
    [InlineData("YES\n", true)]
    [InlineData("\n", false)]
    [InlineData("n\n", false)]
    [InlineData("", false)]
    public async Task Purge_states_the_number_and_asks(string answer, bool goes)
    {
        var count = Graph.Count;
        _run.Answers = answer;

        var purge = await _run.RunAsync("purge");

        Assert.Equal(0, purge.Code);
        var question = $"Remove {count:N0} indicators from 'graph' ({_run.Sandbox.Options.Tenant})? [y/N] ";
        Assert.Contains(question, purge.Error, StringComparison.Ordinal);
        Assert.Equal(goes ? 0 : count, Graph.Count);
    }

    [Fact]
    public async Task Purge_keeps_foreign_indicators_and_a_push_recreates_ours()
    {
        var count = Graph.Count;
        var appId = Graph.All()[0].AppId;
        Graph.Seed(appId, Theirs());

        var dry = await _run.RunAsync("purge", "--dry-run");
        Assert.Equal(0, dry.Code);
        Assert.Contains($"{count} indicators would be removed", dry.Out, StringComparison.Ordinal);
        Assert.Equal(count + 1, Graph.Count);

        var purge = await _run.RunAsync("purge", "--yes", "--json");
        Assert.Equal((0, (long)count), (purge.Code, purge.Destination().GetProperty("accepted").GetInt64()));
        Assert.Equal("theirs", Assert.Single(Graph.All()).ExternalId);

        var push = await _run.RunAsync("push", "--json");
        Assert.Equal((0, (long)count), (push.Code, push.Destination().GetProperty("planned").GetProperty("create").GetInt64()));
        Assert.Equal(count + 1, Graph.Count);
    }

    [Fact]
    public async Task Purge_empties_a_disabled_destination_when_named()
    {
        _run.Change(settings => settings["destinations"]![0]!["enabled"] = false);

        Assert.Equal(2, (await _run.RunAsync("purge", "--yes")).Code);
        Assert.Equal(0, (await _run.RunAsync("verify", "--destination", "graph")).Code);
        Assert.Equal(0, (await _run.RunAsync("purge", "--yes", "--destination", "graph")).Code);
        Assert.Equal(0, Graph.Count);
    }

    [Fact]
    public async Task Verify_ignores_how_Sentinel_rewrites_values()
    {
        _run.Configure(["sentinel"], _ => { });
        await _run.RunAsync("push", "-q");
        _run.Time.Advance(TimeSpan.FromMinutes(6));
        var sentinel = _run.Sandbox.SentinelState;
        var count = sentinel.Active().Count;
        var clean = await _run.RunAsync("verify", "--json");
        Assert.Equal((0, (long)count), (clean.Code, clean.Destination().GetProperty("asSent").GetInt64()));

        Overwrite(sentinel.Active()[0], item => item["confidence"] = 3);
        Overwrite(sentinel.Active()[1], item => item["revoked"] = true);
        var verify = await _run.RunAsync("verify", "--json");
        var found = verify.Destination().GetProperty("found");
        Assert.Equal((3, 1, 1), (verify.Code, found.GetProperty("edited").GetInt32(), found.GetProperty("missing").GetInt32()));

        Assert.Equal(0, (await _run.RunAsync("verify", "--repair", "--json")).Code);
        _run.Time.Advance(TimeSpan.FromMinutes(6));
        var again = await _run.RunAsync("verify", "--json");
        Assert.Equal((0, (long)count), (again.Code, again.Destination().GetProperty("asSent").GetInt64()));
        Assert.Equal(count, sentinel.Active().Count);

        Assert.Equal(0, (await _run.RunAsync("purge", "--yes")).Code);
        Assert.Empty(sentinel.Active());

        void Overwrite(StixObject one, Action<JsonObject> change)
        {
            var item = JsonNode.Parse(one.Json)!.AsObject();
            item["modified"] = _run.Time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ");
            change(item);
            sentinel.Seed(one.Source, item);
        }
    }

    [Fact]
    public async Task Verify_ignores_how_Defender_rewrites_values()
    {
        _run.Configure(["defender"], _ => { });
        await _run.RunAsync("push", "-q");
        _run.Time.Advance(TimeSpan.FromMinutes(5));

        var verify = await _run.RunAsync("verify", "--json");
        var held = verify.Destination().GetProperty("held").GetInt64();
        Assert.NotEqual(0, held);
        Assert.Equal((0, held), (verify.Code, verify.Destination().GetProperty("asSent").GetInt64()));

        var purge = await _run.RunAsync("purge", "--yes", "--json");
        Assert.Equal((0, held), (purge.Code, purge.Destination().GetProperty("accepted").GetInt64()));
    }

    /// <summary>One is gone, one has another confidence, one another threat type, one is there twice, one is somebody else's.</summary>
    private void Disturb()
    {
        var all = Graph.All();
        Graph.Remove(all[0].Id);
        Change(all[1], item => item["confidence"] = 3);
        Change(all[2], item => item["threatType"] = item["threatType"]!.GetValue<string>() == "Botnet" ? "C2" : "Botnet");
        Graph.Seed(all[3].AppId, JsonNode.Parse(all[3].Json)!.AsObject());
        Graph.Seed(all[3].AppId, Theirs());
    }

    private void Change(TiIndicator one, Action<JsonObject> change)
    {
        var item = JsonNode.Parse(one.Json)!.AsObject();
        change(item);
        Graph.Remove(one.Id);
        Graph.Seed(one.AppId, item);
    }

    private JsonObject Theirs() => new()
    {
        ["externalId"] = "theirs",
        ["action"] = "alert",
        ["description"] = "Somebody else's.",
        ["expirationDateTime"] = _run.Time.GetUtcNow().AddDays(9).ToString("yyyy-MM-ddTHH:mm:ssZ"),
        ["targetProduct"] = "Azure Sentinel",
        ["threatType"] = "WatchList",
        ["tlpLevel"] = "green",
        ["domainName"] = "theirs.example",
    };
}
