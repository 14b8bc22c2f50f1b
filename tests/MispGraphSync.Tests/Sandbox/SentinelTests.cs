using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Sentinel;
using Xunit;

namespace MispGraphSync.Tests.Sandbox;

public sealed class SentinelTests : IAsyncLifetime
{
    private const string Id = "indicator--11111111-1111-5111-8111-111111111111";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private SandboxHost _sandbox = null!;
    private SandboxClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync(new SandboxOptions { Time = _time }, TestContext.Current.CancellationToken);
        _client = new SandboxClient(_sandbox);
        await _client.SignInAsync("https://management.azure.com");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Valid_batch_gets_an_empty_response()
    {
        var (status, body) = await UploadAsync(Indicator(Id));

        Assert.Equal(200, status);
        Assert.Null(body);
        var held = Assert.Single(_sandbox.SentinelState.Active());
        Assert.Equal(("ipv4-addr:value", "198.51.100.7"), (held.ObservableKey, held.ObservableValue));
    }

    [Fact]
    public async Task Invalid_object_is_identified_by_its_index_in_a_200()
    {
        var (status, body) = await UploadAsync(Indicator(Id), Indicator("indicator--NOT-A-UUID"));

        Assert.Equal(200, status);
        Assert.Equal(1, (int?)body!["errors"]![0]!["recordIndex"]);
        Assert.Contains("Property=id", (string?)body["errors"]![0]!["errorMessages"]![0], StringComparison.Ordinal);
        Assert.Equal(1, _sandbox.SentinelState.Count);
    }

    [Fact]
    public async Task Newest_upload_wins_and_an_older_one_changes_nothing()
    {
        await UploadAsync(Indicator(Id, modified: "2026-01-01T00:00:00.000Z", confidence: 10));
        await UploadAsync(Indicator(Id, modified: "2026-01-01T00:00:00.002Z", confidence: 20));
        await UploadAsync(Indicator(Id, modified: "2026-01-01T00:00:00.001Z", confidence: 30));

        Assert.Contains("20", Assert.Single(_sandbox.SentinelState.All()).Json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revocation_is_final()
    {
        await UploadAsync(Indicator(Id, modified: "2026-01-01T00:00:00.001Z", revoked: true));
        await UploadAsync(Indicator(Id, modified: "2026-01-01T00:00:00.002Z"));

        Assert.Empty(_sandbox.SentinelState.Active());
        Assert.True(_sandbox.SentinelState.All()[0].Revoked);
    }

    [Theory]
    [InlineData("[ipv4-addr:value = '198.51.100.7' AND network-traffic:dst_port = 443]", true)]
    [InlineData("[file:name LIKE '%.exe'] FOLLOWEDBY [domain-name:value = 'a.example'] WITHIN 60 SECONDS", true)]
    [InlineData(@"[file:name = 'it\'s c:\\x.exe']", true)]
    [InlineData("[file:hashes.SHA-256 = '00']", false)]
    [InlineData("[ipv4-addr:value = '198.51.100.7'", false)]
    [InlineData(@"[file:name = 'c:\x.exe']", false)]
    public async Task Any_valid_pattern_is_stored_but_only_a_single_equality_is_parsed(string pattern, bool stored)
    {
        var indicator = Indicator(Id);
        indicator["pattern"] = pattern;

        await UploadAsync(indicator);

        Assert.Equal(stored ? 1 : 0, _sandbox.SentinelState.Count);
        Assert.All(_sandbox.SentinelState.All(), one => Assert.Equal("", one.ObservableKey));
    }

    [Theory]
    [InlineData("SourceSystem", "stixobjects", "misp-graph")]
    [InlineData("sourcesystem", "stixObjects", "misp-graph")]
    [InlineData("sourcesystem", "stixobjects", "Microsoft Sentinel")]
    public async Task Property_names_are_lower_case_and_the_source_of_the_service_is_reserved(string source, string objects, string name)
    {
        var (status, _) = await _client.PostAsync(
            _sandbox.Sentinel, UploadPath(), new JsonObject { [source] = name, [objects] = new JsonArray(Indicator(Id)) });

        Assert.Equal(400, status);
    }

    [Fact]
    public async Task Workspace_role_and_path_are_checked()
    {
        var body = new JsonObject { ["sourcesystem"] = "misp-graph", ["stixobjects"] = new JsonArray(Indicator(Id)) };
        var (wrongWorkspace, _) = await _client.PostAsync(_sandbox.Sentinel, UploadPath("11111111-1111-4111-8111-111111111111"), body);
        var misspelled = UploadPath().Replace("threat-intelligence", "threatintelligence", StringComparison.Ordinal);
        var (otherSpelling, _) = await _client.PostAsync(_sandbox.Sentinel, misspelled, body);
        _sandbox.EntraState.App.IsSentinelContributor = false;
        var (withoutRole, _) = await _client.PostAsync(_sandbox.Sentinel, UploadPath(), body);

        Assert.Equal((404, 501, 401), (wrongWorkspace, otherSpelling, withoutRole));
    }

    [Theory]
    [InlineData(401, false, "UnauthorizedAccess")]
    [InlineData(403, false, "UnauthorizedAccess")]
    [InlineData(401, true, "You do not have permission to view this directory or page.")]
    [InlineData(403, true, "You do not have permission to view this directory or page.")]
    public async Task Missing_role_has_either_status_and_either_text(int expected, bool isProse, string words)
    {
        _sandbox.EntraState.App.IsSentinelContributor = false;
        (_sandbox.SentinelState.RoleRefusalStatus, _sandbox.SentinelState.RefusesInProse) = (expected, isProse);

        var (status, body) = await UploadAsync(Indicator(Id));

        Assert.Equal(expected, status);
        Assert.Contains(words, isProse ? (string)body! : (string)body!["error"]!["code"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Throttle_states_its_seconds_in_the_body()
    {
        _sandbox.SentinelState.RequestsPerMinute = 1;
        await UploadAsync(Indicator(Id));
        _time.Advance(TimeSpan.FromSeconds(18));

        var (status, body) = await UploadAsync(Indicator(Id));

        Assert.Equal(429, status);
        Assert.Equal("Rate limit is exceeded. Try again in 42 seconds.", (string?)body!["message"]);
    }

    [Fact]
    public async Task Read_back_lags_and_is_paged_by_skip_token()
    {
        _sandbox.SentinelState.ReadLag = TimeSpan.FromSeconds(30);
        var ids = Enumerable.Range(10, 25).Select(number => $"indicator--11111111-1111-5111-8111-1111111111{number}");
        await UploadAsync([.. ids.Select(id => Indicator(id))]);
        var (_, early) = await QueryAsync(null);
        _time.Advance(TimeSpan.FromMinutes(1));

        var seen = new List<string>();
        string? token = null;
        do
        {
            var (_, page) = await QueryAsync(token);
            seen.AddRange(page!["value"]!.AsArray().Select(one => (string)one!["properties"]!["externalId"]!));
            var next = (string?)page["nextLink"];
            token = next is null ? null : System.Web.HttpUtility.ParseQueryString(new Uri(next).Query)["$skipToken"];
        }
        while (token is not null);

        Assert.Empty(early!["value"]!.AsArray());
        Assert.Equal(25, seen.Distinct().Count());
    }

    [Fact]
    public async Task ARM_deletion_returns_success_and_removes_nothing()
    {
        await UploadAsync(Indicator(Id));

        var (status, _) = await _client.SendAsync(HttpMethod.Delete, _sandbox.Management, ArmPath("indicators/any"));

        Assert.Equal(200, status);
        Assert.Single(_sandbox.SentinelState.Active());
    }

    [Fact]
    public async Task Subscriptions_are_listed_in_two_pages_and_workspaces_by_subscription()
    {
        var (_, first) = await _client.GetAsync(_sandbox.Management, "subscriptions?api-version=2022-12-01");
        var link = new Uri((string)first!["nextLink"]!);
        var (_, second) = await _client.GetAsync(_sandbox.Management, link.PathAndQuery);
        var own = Assert.Single(second!["value"]!.AsArray());
        var (status, workspaces) = await _client.GetAsync(_sandbox.Management, WorkspacesPath((string)own!["subscriptionId"]!));

        Assert.Equal((2, 200), (first["value"]!.AsArray().Count, status));
        Assert.Null(second["nextLink"]);
        var ours = Assert.Single(
            workspaces!["value"]!.AsArray(), one => (string?)one!["properties"]!["customerId"] == $"{_sandbox.Options.WorkspaceId}");
        Assert.EndsWith("/workspaces/sandbox-workspace", (string?)ours!["id"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task App_without_a_role_sees_no_subscription()
    {
        var app = _sandbox.EntraState.App;
        (app.IsSentinelReader, app.IsSentinelContributor) = (false, false);

        var (status, page) = await _client.GetAsync(_sandbox.Management, "subscriptions?api-version=2022-12-01");
        var (refused, _) = await _client.GetAsync(_sandbox.Management, WorkspacesPath($"{_sandbox.Options.SubscriptionId}"));

        Assert.Equal((200, 0, 403), (status, page!["value"]!.AsArray().Count, refused));
    }

    [Theory]
    [InlineData("subscriptions", 400)]
    [InlineData("subscriptions?api-version=2016-06-01", 400)]
    [InlineData("subscriptions?api-version=2022-12-01&$skiptoken=x", 400)]
    [InlineData("subscriptions/99999999-0000-4000-8000-000000000000/providers/Microsoft.OperationalInsights/workspaces"
        + "?api-version=2023-09-01", 404)]
    [InlineData("subscriptions/5b5c0000-5a5d-4b0c-8000-000000000004/providers/Microsoft.OperationalInsights/workspaces", 400)]
    [InlineData("subscriptions/5b5c0000-5a5d-4b0c-8000-000000000004/resources?api-version=2021-04-01", 501)]
    public async Task Unknown_list_is_refused(string path, int status) =>
        Assert.Equal(status, (await _client.GetAsync(_sandbox.Management, path)).Status);

    [Fact]
    public async Task First_subscription_can_be_forbidden_and_the_workspace_hidden()
    {
        _sandbox.SentinelState.ForbidsFirstSubscription = true;
        _sandbox.SentinelState.HidesWorkspace = true;
        var (_, page) = await _client.GetAsync(_sandbox.Management, "subscriptions?api-version=2022-12-01");

        var (forbidden, _) = await _client.GetAsync(
            _sandbox.Management, WorkspacesPath((string)page!["value"]![0]!["subscriptionId"]!));
        var (_, workspaces) = await _client.GetAsync(_sandbox.Management, WorkspacesPath($"{_sandbox.Options.SubscriptionId}"));

        Assert.Equal(403, forbidden);
        Assert.DoesNotContain(
            workspaces!["value"]!.AsArray(), one => (string?)one!["properties"]!["customerId"] == $"{_sandbox.Options.WorkspaceId}");
    }

    [Fact]
    public async Task Analytics_rules_are_listed_in_pages_and_only_some_have_a_query()
    {
        _sandbox.SentinelState.Rules.Add(new AlertRule("third", "NRT", IsEnabled: false, "T"));

        var (_, first) = await _client.GetAsync(
            _sandbox.Management, WorkspacePath("providers/Microsoft.SecurityInsights/alertRules", "2025-09-01"));
        var (_, second) = await _client.GetAsync(_sandbox.Management, new Uri((string)first!["nextLink"]!).PathAndQuery);

        Assert.Null(first["value"]![0]!["properties"]!["query"]);
        Assert.Equal("Scheduled true", $"{first["value"]![1]!["kind"]} {first["value"]![1]!["properties"]!["enabled"]}");
        var last = Assert.Single(second!["value"]!.AsArray())!["properties"]!;
        Assert.Equal("T false", $"{last["query"]} {last["enabled"]}");
        Assert.Null(second["nextLink"]);
    }

    [Fact]
    public async Task Indicators_of_a_source_are_counted_by_a_query_and_other_queries_are_unknown()
    {
        await UploadAsync(Indicator(Id));
        const string Count = "ThreatIntelIndicators | where TimeGenerated > ago(14d) and SourceSystem == \"misp-graph\""
            + " | summarize Indicators = dcount(Id), Newest = max(TimeGenerated)";

        var (_, table) = await AskAsync(Count);
        var (unknown, _) = await AskAsync("Heartbeat");
        _sandbox.SentinelState.HasTable = false;
        var (missing, error) = await AskAsync(Count);

        Assert.Equal(1, (int)table!["tables"]![0]!["rows"]![0]![0]!);
        Assert.Equal((501, 400), (unknown, missing));
        Assert.Contains("ThreatIntelIndicators", (string?)error!["error"]!["message"], StringComparison.Ordinal);
    }

    private Task<(int Status, JsonNode? Body)> AskAsync(string query) => _client.PostAsync(
        _sandbox.Management, WorkspacePath("api/query", "2020-08-01"), new JsonObject { ["query"] = query });

    private string WorkspacePath(string below, string version) =>
        $"subscriptions/{_sandbox.Options.SubscriptionId}/resourceGroups/{_sandbox.Options.ResourceGroup}"
        + $"/providers/Microsoft.OperationalInsights/workspaces/{_sandbox.Options.WorkspaceName}/{below}?api-version={version}";

    [Fact]
    public async Task Objects_of_all_five_types_are_taken()
    {
        var (status, body) = await UploadAsync(
            Indicator(Id), Object("identity"), Object("threat-actor"), Object("attack-pattern"),
            Relation("threat-actor", "attack-pattern"));

        Assert.Equal((200, null), (status, body));
        Assert.Equal(5, _sandbox.SentinelState.Count);
        Assert.Single(_sandbox.SentinelState.Active());
    }

    [Fact]
    public async Task Object_that_refers_to_none_is_refused_if_references_are_checked()
    {
        _sandbox.SentinelState.ChecksReferences = true;
        await UploadAsync(Object("threat-actor"));

        var (_, early) = await UploadAsync(Object("identity"), Relation("threat-actor", "attack-pattern"));
        await UploadAsync(Object("attack-pattern"));
        var (_, late) = await UploadAsync(Relation("threat-actor", "attack-pattern"));

        Assert.Contains("target_ref", early!.ToJsonString(), StringComparison.Ordinal);
        Assert.Null(late);
        var actor = Object("threat-actor", 2);
        actor["created_by_ref"] = Object("identity", 2)["id"]!.DeepClone();
        var (_, orphan) = await UploadAsync(actor);
        Assert.Contains("created_by_ref", orphan!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_lists_the_objects_of_one_type_and_source_page_by_page()
    {
        _sandbox.SentinelState.MaxPageSize = 1;
        await UploadAsync(Object("threat-actor"), Object("threat-actor", 2), Object("identity"));
        _sandbox.SentinelState.Seed("another", Object("threat-actor", 3));
        var path = ArmPath("query").Replace("2025-09-01", "2025-07-01-preview", StringComparison.Ordinal);

        var (_, first) = await _client.PostAsync(_sandbox.Management, path, Condition("threat-actor"));
        var link = (string)first!["nextLink"]!;
        var (_, second) = await _client.GetAsync(_sandbox.Management, new Uri(link).PathAndQuery);

        Assert.Equal((string?)Object("threat-actor")["id"], (string?)first["value"]![0]!["properties"]!["data"]!["id"]);
        Assert.Equal((string?)Object("threat-actor", 2)["id"], (string?)second!["value"]![0]!["properties"]!["data"]!["id"]);
        Assert.Null(second["nextLink"]);
    }

    private static JsonObject Condition(string type) => new()
    {
        ["condition"] = new JsonObject
        {
            ["stixObjectType"] = type,
            ["conditionConnective"] = "And",
            ["clauses"] = new JsonArray(
                new JsonObject { ["field"] = "source", ["operator"] = "Equals", ["values"] = new JsonArray("misp-graph") }),
        },
    };

    private static JsonObject Object(string type, int number = 1) => new()
    {
        ["type"] = type,
        ["id"] = $"{type}--11111111-1111-5111-8111-{number:D12}",
        ["created"] = "2026-01-01T00:00:00.000Z",
        ["modified"] = "2026-01-01T00:00:00.000Z",
        ["name"] = $"{type} {number}",
    };

    private static JsonObject Relation(string source, string target)
    {
        var relation = Object("relationship");
        relation.Remove("name");
        (relation["relationship_type"], relation["source_ref"], relation["target_ref"]) =
            ("uses", Object(source)["id"]!.DeepClone(), Object(target)["id"]!.DeepClone());
        return relation;
    }

    private static string WorkspacesPath(string subscription) =>
        $"subscriptions/{subscription}/providers/Microsoft.OperationalInsights/workspaces?api-version=2023-09-01";

    private Task<(int Status, JsonNode? Body)> UploadAsync(params JsonNode[] objects) => _client.PostAsync(
        _sandbox.Sentinel, UploadPath(), new JsonObject { ["sourcesystem"] = "misp-graph", ["stixobjects"] = new JsonArray(objects) });

    private Task<(int Status, JsonNode? Body)> QueryAsync(string? token)
    {
        var query = new JsonObject { ["pageSize"] = 10, ["sources"] = new JsonArray("misp-graph") };
        if (token is not null) query["skipToken"] = token;
        return _client.PostAsync(_sandbox.Management, ArmPath("queryIndicators"), query);
    }

    private string UploadPath(string? workspace = null)
    {
        workspace ??= _sandbox.Options.WorkspaceId.ToString();
        return $"workspaces/{workspace}/threat-intelligence-stix-objects:upload?api-version=2024-02-01-preview";
    }

    private string ArmPath(string call)
    {
        var options = _sandbox.Options;
        return $"subscriptions/{options.SubscriptionId}/resourceGroups/{options.ResourceGroup}"
            + $"/providers/Microsoft.OperationalInsights/workspaces/{options.WorkspaceName}"
            + $"/providers/Microsoft.SecurityInsights/threatIntelligence/main/{call}?api-version=2025-09-01";
    }

    private static JsonObject Indicator(
        string id, string modified = "2026-01-01T00:00:00.000Z", int confidence = 50, bool revoked = false) => new()
        {
            ["type"] = "indicator",
            ["spec_version"] = "2.1",
            ["id"] = id,
            ["created"] = "2026-01-01T00:00:00.000Z",
            ["modified"] = modified,
            ["pattern"] = "[ipv4-addr:value = '198.51.100.7']",
            ["pattern_type"] = "stix",
            ["valid_from"] = "2026-01-01T00:00:00.000Z",
            ["valid_until"] = "2026-02-01T00:00:00.000Z",
            ["confidence"] = confidence,
            ["revoked"] = revoked,
        };
}
