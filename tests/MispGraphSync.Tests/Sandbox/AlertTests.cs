using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Alerts;
using Xunit;

namespace MispGraphSync.Tests.Sandbox;

/// <summary>The three lists of alerts, as their documents describe them.</summary>
public sealed class AlertTests : IAsyncLifetime
{
    private const string Graph = "v1.0/security/alerts_v2";

    private static readonly DateTimeOffset Start = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);
    private SandboxHost _sandbox = null!;
    private SandboxClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync(new SandboxOptions { Time = _time }, TestContext.Current.CancellationToken);
        _client = new SandboxClient(_sandbox);
        await _client.SignInAsync("https://graph.microsoft.com");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Newer_words_need_a_header()
    {
        _sandbox.AlertState.Put(Rule("sn1"));

        var (_, plain) = await _client.GetAsync(_sandbox.Graph, Graph);
        _client.Http.DefaultRequestHeaders.Add("Prefer", "include-unknown-enum-members");
        var (_, full) = await _client.GetAsync(_sandbox.Graph, Graph);

        Assert.Equal("unknownFutureValue", (string?)plain!["value"]![0]!["serviceSource"]);
        Assert.Equal("microsoftSentinel", (string?)full!["value"]![0]!["serviceSource"]);
    }

    [Fact]
    public async Task Window_is_half_open_and_the_latest_change_comes_first()
    {
        for (var second = 0; second < 4; second++)
            _sandbox.AlertState.Put(new Alert { Id = $"da{second}", LastUpdate = Start.AddSeconds(second) });

        var (_, body) = await _client.GetAsync(_sandbox.Graph, Graph + "?$filter=" + Uri.EscapeDataString(
            "serviceSource eq 'microsoftDefenderForEndpoint' and lastUpdateDateTime ge 2026-11-21T08:00:01Z "
            + "and lastUpdateDateTime lt 2026-11-21T08:00:03Z"));

        Assert.Equal(["da2", "da1"], body!["value"]!.AsArray().Select(one => (string?)one!["id"]));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task Next_link_of_a_full_page_is_there_or_not(bool omitted, int pages)
    {
        _sandbox.AlertState.OmitsNextLinks = omitted;
        for (var i = 0; i < 3; i++) _sandbox.AlertState.Put(new Alert { Id = $"da{i}" });

        var seen = 0;
        for (string? next = Graph + "?$top=2"; next is not null; seen++)
            next = (string?)(await _client.GetAsync(_sandbox.Graph, next)).Body!["@odata.nextLink"];

        Assert.Equal(pages, seen);
    }

    [Theory]
    [InlineData("?$top=1001")]
    [InlineData("?$filter=title%20eq%20'x'")]
    [InlineData("?$filter=lastUpdateDateTime%20ge%20yesterday")]
    public async Task Wrong_query_is_refused(string query) =>
        Assert.Equal(400, (await _client.GetAsync(_sandbox.Graph, Graph + query)).Status);

    [Fact]
    public async Task Alerts_need_a_role_of_their_own()
    {
        _sandbox.EntraState.App.GraphRoles.Remove("SecurityAlert.Read.All");
        await _client.SignInAsync("https://graph.microsoft.com");

        Assert.Equal(403, (await _client.GetAsync(_sandbox.Graph, Graph)).Status);
    }

    [Fact]
    public async Task Partial_answer_has_status_206()
    {
        _sandbox.AlertState.IsPartial = true;

        Assert.Equal(206, (await _client.GetAsync(_sandbox.Graph, Graph)).Status);
    }

    [Fact]
    public async Task Defender_shows_evidence_only_when_asked_and_compares_whole_seconds()
    {
        _sandbox.EntraState.App.DefenderRoles.Add("Alert.Read.All");
        await _client.SignInAsync("https://api.securitycenter.microsoft.com");
        _sandbox.AlertState.Put(new Alert { Id = "da1", LastUpdate = Start.AddMilliseconds(500), Evidence = [Alert.Url("a.example")] });
        const string Window = "$filter=lastUpdateTime%20ge%202026-11-21T08:00:00.9Z%20and%20lastUpdateTime%20lt%202026-11-21T08:00:01Z";

        var (_, none) = await _client.GetAsync(_sandbox.Defender, "api/alerts?" + Window);
        var (_, plain) = await _client.GetAsync(_sandbox.Defender, "api/alerts");
        var (_, full) = await _client.GetAsync(_sandbox.Defender, "api/alerts?$expand=evidence");

        Assert.Empty(none!["value"]!.AsArray());
        Assert.Empty(plain!["value"]![0]!["evidence"]!.AsArray());
        Assert.Equal("a.example", (string?)full!["value"]![0]!["evidence"]![0]!["url"]);
        Assert.Equal("CustomerTI", (string?)full["value"]![0]!["detectionSource"]);
    }

    [Fact]
    public async Task Log_Analytics_answers_the_documented_query_and_no_other()
    {
        await _client.SignInAsync("https://api.loganalytics.io");
        _sandbox.AlertState.Put(Rule("sn00000000-0000-0000-0000-000000000002") with { Evidence = [Alert.Address("198.51.100.7")] });
        const string Query =
            """
            SecurityAlert
            | where TimeGenerated >= datetime(2026-11-21T00:00:00Z) and TimeGenerated < datetime(2026-11-22T00:00:00Z)
            | where ProductName == "Azure Sentinel"
            | summarize arg_max(TimeGenerated, *) by SystemAlertId
            | project SystemAlertId, AlertName, AlertLink, ProductName, ProviderName, Status, StartTime, EndTime, TimeGenerated,
             ExtendedProperties, Entities
            | take 10
            """;
        var path = $"v1/workspaces/{_sandbox.Options.WorkspaceId}/query";

        var query = Query.ReplaceLineEndings("\n").Replace(",\n", ",", StringComparison.Ordinal);
        var (status, body) = await _client.PostAsync(_sandbox.LogAnalytics, path, new JsonObject { ["query"] = query });
        var (other, _) = await _client.PostAsync(_sandbox.LogAnalytics, path, new JsonObject { ["query"] = "Heartbeat" });

        Assert.Equal((200, 501), (status, other));
        var row = body!["tables"]![0]!["rows"]![0]!.AsArray();
        Assert.Equal("00000000-0000-0000-0000-000000000002", (string?)row[0]);
        Assert.Contains("198.51.100.7", (string?)row[10], StringComparison.Ordinal);
    }

    private static Alert Rule(string id) => new()
    {
        Id = id,
        ServiceSource = "microsoftSentinel",
        DetectionSource = "scheduledAlerts",
        Title = "TI map IP entity to Network Session Events",
    };
}
