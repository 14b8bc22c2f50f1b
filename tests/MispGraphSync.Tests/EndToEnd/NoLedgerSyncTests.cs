using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Graph;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>Without a ledger, the destinations' lists show what is there and what is ours.</summary>
public sealed class NoLedgerSyncTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync();
        Use("graph");
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    private GraphState Graph => _run.Sandbox.GraphState;

    [Theory]
    [InlineData("graph")]
    [InlineData("sentinel")]
    [InlineData("defender")]
    public async Task Second_push_without_a_ledger_sends_nothing(string kind)
    {
        Use(kind);
        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);
        var there = Live(kind);
        _run.Sandbox.ForgetRequests();

        var plan = await _run.RunAsync("plan", "--detailed-exitcode");
        var push = await _run.RunAsync("push", "--json");

        Assert.Equal((0, 0), (plan.Code, push.Code));
        Assert.Equal(0, push.Destination().GetProperty("accepted").GetInt64());
        Assert.Equal(there.Count, push.Destination().GetProperty("held").GetInt64());
        Assert.Equal(there, Live(kind));
        Assert.DoesNotContain("warning", plan.Error + push.Error, StringComparison.Ordinal);
        Assert.All(_run.Sandbox.Requests, request => Assert.True(IsRead(request), $"{request.Method} {request.Path}"));
    }

    [Theory]
    [InlineData("graph")]
    [InlineData("sentinel")]
    [InlineData("defender")]
    public async Task Changes_and_withdrawals_reach_the_destination_without_a_ledger(string kind)
    {
        Use(kind);
        await _run.RunAsync("push", "-q");
        _run.Time.Advance(TimeSpan.FromMinutes(10));
        _run.Sandbox.MispState.Remove(_run.Sandbox.MispState.Events[0]["uuid"]!.GetValue<string>());
        Add("new.example");

        var push = await _run.RunAsync("push", "--json");

        Assert.Equal(0, push.Code);
        var planned = push.Destination().GetProperty("planned");
        Assert.Equal((1, 0), (planned.GetProperty("create").GetInt32(), planned.GetProperty("renew").GetInt32()));
        Assert.InRange(planned.GetProperty("delete").GetInt32(), 1, 40);
        var after = Live(kind);
        // A ledger that knew everything from the start leads to the same.
        Empty();
        _run.Time.Advance(TimeSpan.FromMinutes(10));
        await _run.RunAsync("push", "-q");
        Assert.Equal(Live(kind), after);
    }

    [Fact]
    public async Task Part_of_the_source_deletes_nothing_without_a_ledger()
    {
        await _run.RunAsync("push", "-q");
        var there = Live("graph");
        var saved = Path.Combine(_run.Folder, "saved.json");
        File.WriteAllText(saved, $$"""{"response":[{"Event":{{_run.Sandbox.MispState.Events[0].ToJsonString()}}}]}""");

        foreach (var args in (string[][])[
            ["push", "--event", _run.Sandbox.MispState.Events[0]["uuid"]!.GetValue<string>()], ["push", "--input", saved]])
        {
            Assert.Equal(0, (await _run.RunAsync(args)).Code);
            Assert.Equal(there, Live("graph"));
        }
    }

    [Fact]
    public async Task Empty_MISP_deletes_nothing_without_a_ledger()
    {
        await _run.RunAsync("push", "-q");
        var there = Live("graph");
        foreach (var @event in _run.Sandbox.MispState.Events.ToList())
            _run.Sandbox.MispState.Remove(@event["uuid"]!.GetValue<string>());

        Assert.Equal(6, (await _run.RunAsync("push")).Code);

        Assert.Equal(there, Live("graph"));
    }

    [Theory]
    [InlineData("graph")]
    [InlineData("sentinel")]
    [InlineData("defender")]
    public async Task Event_that_left_a_filter_by_age_keeps_its_indicators_without_a_ledger(string kind)
    {
        _run.Configure([kind], settings =>
        {
            settings["ledger"] = "none";
            settings["misp"]!["eventFilters"] = new JsonArray(new JsonObject { ["timestamp"] = "2d" });
        });
        var uuids = _run.Sandbox.MispState.Uuids;
        foreach (var uuid in uuids) _run.Sandbox.MispState.TouchTimestamp(uuid);
        await _run.RunAsync("push", "-q");
        var there = Live(kind);
        _run.Time.Advance(TimeSpan.FromDays(3));
        // Those of the other events are gone by age.
        _run.Sandbox.MispState.TouchTimestamp(uuids[0]);

        var push = await _run.RunAsync("push", "--json");

        Assert.Equal(0, push.Code);
        Assert.NotEmpty(there);
        Assert.Equal(there, Live(kind));
    }

    [Theory]
    [InlineData("graph")]
    [InlineData("sentinel")]
    [InlineData("defender")]
    public async Task Purge_without_a_ledger_removes_what_is_ours(string kind)
    {
        Use(kind);
        Stranger();
        var strangers = Live(kind);
        await _run.RunAsync("push", "-q");
        var there = Live(kind);

        var count = await _run.RunAsync("purge", "--dry-run", "--json");

        Assert.Equal(0, count.Code);
        Assert.Equal(there.Count - strangers.Count, count.Destination().GetProperty("planned").GetProperty("delete").GetInt32());
        Assert.Equal(there, Live(kind));
        Assert.Equal(0, (await _run.RunAsync("purge", "--yes")).Code);
        Assert.Equal(strangers, Live(kind));
        Assert.NotEmpty(strangers);
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("push", "--dry-run")]
    [InlineData("verify")]
    public async Task Plan_without_a_ledger_fails_where_the_destination_cannot_be_listed(params string[] command)
    {
        Graph.Availability = GraphAvailability.Forbidden;

        var plan = await _run.RunAsync([.. command, "--json"]);

        Assert.Equal(4, plan.Code);
        Assert.Equal(0, plan.Destination().GetProperty("planned").GetProperty("create").GetInt32());
    }

    [Fact]
    public async Task Graph_creation_without_a_ledger_never_makes_a_second_indicator()
    {
        // The service lists late: what the run before created is not in the list.
        await _run.RunAsync("push", "-q");
        var there = Live("graph");
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Reply(200, """{"value":[]}"""), times: 100, when: request =>
            request.Method == "GET" && request.Path.Contains("tiIndicators", StringComparison.Ordinal));

        await _run.RunAsync("push", "-q");

        Assert.Equal(there, Live("graph"));
    }

    // Another tool's, under our own app.
    private void Stranger()
    {
        var app = _run.Sandbox.Options.ClientId;
        Graph.Seed(app, Parse(
            """
            { "externalId": "theirs", "domainName": "theirs.example", "targetProduct": "Azure Sentinel", "action": "alert",
              "threatType": "WatchList", "tlpLevel": "green", "description": "theirs", "expirationDateTime": "UNTIL" }
            """));
        _run.Sandbox.SentinelState.Seed("misp-graph", Parse(
            """
            { "type": "indicator", "spec_version": "2.1", "id": "indicator--6f9b9a5e-3f0b-4c6e-9c58-8a4f2f7d1b33",
              "pattern": "[domain-name:value = 'theirs.example']", "pattern_type": "stix", "created": "2026-01-01T00:00:00.000Z",
              "modified": "2026-01-01T00:00:00.000Z", "valid_from": "2026-01-01T00:00:00.000Z", "valid_until": "UNTIL" }
            """));
        _run.Sandbox.DefenderState.Seed(app, Parse(
            """
            { "indicatorType": "DomainName", "indicatorValue": "theirs.example", "action": "Audit", "title": "theirs",
              "description": "theirs", "application": "theirs", "expirationTime": "UNTIL" }
            """));
    }

    private JsonObject Parse(string json) => JsonNode.Parse(json.Replace(
        "UNTIL", $"{_run.Time.GetUtcNow().AddDays(9):yyyy-MM-ddTHH:mm:ss.fffZ}", StringComparison.Ordinal))!.AsObject();

    private void Use(string kind) => _run.Configure([kind], settings => settings["ledger"] = "none");

    private void Add(string domain)
    {
        var state = _run.Sandbox.MispState;
        state.AddAttribute(state.Events[^1]["uuid"]!.GetValue<string>(), new()
        {
            ["type"] = "domain",
            ["value"] = domain,
            ["to_ids"] = true,
            ["category"] = "Network activity",
        });
    }

    private void Empty()
    {
        Graph.Clear();
        _run.Sandbox.SentinelState.Clear();
        _run.Sandbox.DefenderState.Clear();
    }

    /// <summary>The names of what is live at the destination of this kind.</summary>
    private List<string> Live(string kind) =>
    [
        .. (kind switch
        {
            "graph" => Graph.All().Select(one => one.ExternalId!),
            "sentinel" => _run.Sandbox.SentinelState.Active().Select(one => one.Id),
            _ => _run.Sandbox.DefenderState.All().Select(one => $"{one.Type}:{one.Value}"),
        }).Order(StringComparer.Ordinal),
    ];

    private static bool IsRead(SeenRequest request) => request.Method == "GET"
        || request.Service is Service.Misp or Service.Entra or Service.Management or Service.Identity or Service.KeyVault;
}
