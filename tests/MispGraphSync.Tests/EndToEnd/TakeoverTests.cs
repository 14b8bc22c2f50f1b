using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

public sealed class TakeoverTests : IAsyncLifetime
{
    private const string Hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    private SandboxRun _run = null!;

    private string Event => _run.Sandbox.MispState.Events[0]["uuid"]!.GetValue<string>();

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Takeover_from_the_Python_sample_deletes_only_indicators_that_we_hold_too()
    {
        var @event = Event;
        await PushAsync(("domain", "old.example"), ("filename|sha256", $"run.exe|{Hash}"), ("ip-dst|port", "198.51.100.77|8443"));
        var ours = Graph.Count;
        string[] left =
        [
            Leave(new() { ["externalId"] = @event, ["domainName"] = "OLD.example" }),
            Leave(new() { ["externalId"] = @event, ["fileName"] = "run.exe", ["fileHashType"] = "sha256", ["fileHashValue"] = Hash }),
            Leave(new() { ["externalId"] = @event, ["networkDestinationIPv4"] = "198.51.100.77", ["networkDestinationPort"] = 8443 }),
        ];
        string[] others =
        [
            Leave(new() { ["externalId"] = Guid.NewGuid().ToString(), ["domainName"] = "old.example" }),
            Leave(new() { ["externalId"] = @event, ["domainName"] = "never-seen.example" }),
            Leave(new() { ["externalId"] = @event, ["domainName"] = "old.example", ["emailSubject"] = "more" }),
            Leave(new() { ["externalId"] = "a note", ["domainName"] = "old.example" }),
            Leave(new() { ["domainName"] = "old.example" }),
        ];
        _run.Sandbox.ForgetRequests();

        var dry = await _run.RunAsync("verify", "--adopt", "python-sample", "--output", "jsonl");

        Assert.Equal(3, dry.Code);
        var listed = dry.Lines.Where(line => line.GetProperty("kind").GetString() == "left-behind").ToList();
        Assert.Equal(left.Order(), listed.Select(line => line.GetProperty("id").GetString()!).Order());
        Assert.All(listed, line => Assert.Equal("remove", line.GetProperty("repair").GetString()));
        Assert.All(_run.Sandbox.RequestsTo(Service.Graph), request => Assert.Equal("GET", request.Method));

        var taken = await _run.RunAsync("verify", "--repair", "--adopt", "python-sample");

        Assert.True(taken.Code == 0, taken.Out + taken.Error);
        Assert.Equal(ours + others.Length, Graph.Count);
        Assert.Equal(others.Order(), Graph.All().Select(one => one.Id.ToString()).Intersect([.. left, .. others]).Order());
        var again = await _run.RunAsync("verify", "--adopt", "python-sample", "--json");
        Assert.Equal((0, (long)ours), (again.Code, again.Destination().GetProperty("asSent").GetInt64()));
        Assert.Equal(0, (await _run.RunAsync("push", "--json")).Destination().GetProperty("accepted").GetInt64());
    }

    [Fact]
    public async Task Takeover_keeps_a_foreign_indicator_until_ours_is_there()
    {
        var @event = Event;
        await PushAsync(("domain", "old.example"));
        var left = Leave(new() { ["externalId"] = @event, ["domainName"] = "old.example" });
        Graph.Remove(Graph.All().Single(one => one.Json.Contains("old.example", StringComparison.Ordinal) && one.Id.ToString() != left).Id);

        Assert.Equal(0, (await _run.RunAsync("verify", "--repair", "--adopt", "python-sample")).Code);
        Assert.Equal(2, Graph.All().Count(one => one.Json.Contains("old.example", StringComparison.Ordinal)));
        _run.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, (await _run.RunAsync("verify", "--repair", "--adopt", "python-sample")).Code);

        Assert.NotEqual(left, Assert.Single(Graph.All(), one => one.Json.Contains("old.example", StringComparison.Ordinal)).Id.ToString());
    }

    [Fact]
    public async Task Takeover_from_misp2sentinel_revokes_under_its_own_source_system()
    {
        _run.Configure(["sentinel"], _ => { });
        await PushAsync(("domain", "old.example"), ("sha256", Hash));
        var ours = Sentinel.Active().Count;
        var domain = Upload("MISP", "[domain-name:value = 'Old.Example']");
        var hash = Upload("MISP", $"[file:hashes.SHA256 = '{Hash.ToUpperInvariant()}']");
        var unwanted = Upload("MISP", "[domain-name:value = 'never-seen.example']");
        var name = Upload("MISP", "[file:name = 'old.example']");
        var others = Upload("Somebody", "[domain-name:value = 'old.example']");
        _run.Time.Advance(TimeSpan.FromMinutes(6));

        var dry = await _run.RunAsync("verify", "--adopt", "misp2sentinel");
        Assert.Equal(3, dry.Code);
        Assert.Contains("  2 of the other tool without one of ours: not touched, they expire", dry.Out, StringComparison.Ordinal);
        Assert.Equal(ours + 5, Sentinel.Active().Count);
        var taken = await _run.RunAsync("verify", "--repair", "--adopt", "misp2sentinel", "--json");

        Assert.True(taken.Code == 0, taken.Out + taken.Error);
        Assert.Equal(2, taken.Destination().GetProperty("found").GetProperty("left-behind").GetInt32());
        Assert.Equal(
            (true, true, false, false), (Revoked("MISP", domain), Revoked("MISP", hash), Revoked("MISP", unwanted), Revoked("MISP", name)));
        Assert.False(Revoked("Somebody", others));
        Assert.Equal(ours + 3, Sentinel.Active().Count);
        _run.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(0, (await _run.RunAsync("verify", "--adopt", "misp2sentinel")).Code);
    }

    [Fact]
    public async Task Takeover_above_the_deletion_limit_is_refused_until_max_delete_allows_it()
    {
        var @event = Event;
        var values = Enumerable.Range(1, 30).Select(number => $"d{number}.example").ToList();
        await PushAsync([.. values.Select(value => ("domain", value))]);
        foreach (var value in values) Leave(new() { ["externalId"] = @event, ["domainName"] = value });
        var count = Graph.Count;
        _run.Change(settings => settings["guard"] = new JsonObject { ["maxDelete"] = "10%" });

        var refused = await _run.RunAsync("verify", "--repair", "--adopt", "python-sample");

        Assert.Equal((6, count), (refused.Code, Graph.Count));
        Assert.Contains("--max-delete 30", refused.Out + refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _run.RunAsync("verify", "--repair", "--adopt", "python-sample", "--max-delete", "30")).Code);
        Assert.Equal(count - 30, Graph.Count);
    }

    [Theory]
    [InlineData("opencti")]
    [InlineData("misp2sentinel")]
    [InlineData("misp2sentinel:")]
    [InlineData("")]
    public async Task Takeover_from_an_unknown_tool_or_of_another_kind_is_a_usage_error(string tool)
    {
        var wrong = await _run.RunAsync("verify", "--adopt", tool);

        Assert.Equal(2, wrong.Code);
        Assert.Contains("--adopt: ", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Our_own_source_system_is_never_taken_over()
    {
        _run.Configure(["sentinel"], settings => settings["destinations"]![0]!["sourceSystem"] = "MISP");

        var wrong = await _run.RunAsync("verify", "--adopt", "misp2sentinel");

        Assert.Equal(2, wrong.Code);
        Assert.Contains("look like its own", wrong.Error, StringComparison.Ordinal);
    }

    private MispGraphSync.Sandbox.Graph.GraphState Graph => _run.Sandbox.GraphState;

    private MispGraphSync.Sandbox.Sentinel.SentinelState Sentinel => _run.Sandbox.SentinelState;

    private async Task PushAsync(params (string Type, string Value)[] attributes)
    {
        foreach (var (type, value) in attributes) _run.Sandbox.MispState.AddAttribute(
            Event, new() { ["type"] = type, ["value"] = value, ["to_ids"] = true, ["category"] = "Network activity" });
        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);
        _run.Time.Advance(TimeSpan.FromMinutes(6));
    }

    private string Leave(JsonObject item)
    {
        item["action"] = "alert";
        item["description"] = "left";
        item["targetProduct"] = "Azure Sentinel";
        item["threatType"] = "watchlist";
        item["tlpLevel"] = "red";
        item["expirationDateTime"] = _run.Time.GetUtcNow().AddDays(5).ToString("O");
        return Graph.Seed(_run.Sandbox.Options.ClientId, item).Id.ToString();
    }

    private string Upload(string source, string pattern)
    {
        var id = $"indicator--{Guid.NewGuid():D}";
        Sentinel.Seed(source, new()
        {
            ["type"] = "indicator",
            ["spec_version"] = "2.1",
            ["id"] = id,
            ["name"] = "left",
            ["pattern"] = pattern,
            ["pattern_type"] = "stix",
            ["created"] = "2026-01-01T00:00:00Z",
            ["modified"] = "2026-01-01T00:00:00Z",
            ["valid_from"] = "2026-01-01T00:00:00Z",
            ["valid_until"] = _run.Time.GetUtcNow().AddDays(90).ToString("yyyy-MM-ddTHH:mm:ssZ"),
        });
        return id;
    }

    private bool Revoked(string source, string id) => Sentinel.Find(source, id)!.Revoked;
}
