using System.Text.Json.Nodes;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Sentinel;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Sentinel;

/// <summary>A workspace is found by its id: all answers of the management API are scripted.</summary>
public sealed class WorkspaceSearchTests : IDisposable
{
    private const string First = "11111111-0000-4000-8000-000000000001";
    private const string Second = "11111111-0000-4000-8000-000000000002";
    private const string Forbidden =
        """{"error":{"code":"AuthorizationFailed","message":"The client does not have authorization to perform action 'read'."}}""";

    private readonly TestTransport _test = new();
    private readonly SentinelDouble _service = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Here => _service.Endpoint.GetLeftPart(UriPartial.Authority);

    private IEnumerable<string> Paths => _service.Requests.Select(request => request.Path);

    public void Dispose()
    {
        _service.Dispose();
        _test.Dispose();
    }

    [Fact]
    public async Task Workspace_with_the_id_is_listed_by_the_names_that_Azure_shows()
    {
        _service.Script(200, Subscriptions(First, Second));
        _service.Script(200, Workspaces(Workspace(First, "logs", "other", id: Guid.NewGuid().ToString())));
        _service.Script(200, Workspaces(Workspace(Second, "SOC (prod)", "soc-weu")));
        _service.Script(200, """{"value":[]}""");

        Assert.Empty(await ReadAsync(Unnamed()));

        Assert.Equal(
            ["/subscriptions", PathOf(First), PathOf(Second),
                $"/subscriptions/{Second}/resourceGroups/SOC (prod)/providers/Microsoft.OperationalInsights/workspaces/soc-weu"
                + "/providers/Microsoft.SecurityInsights/threatIntelligence/main/queryIndicators"],
            Paths.Select(Uri.UnescapeDataString));
        Assert.Equal(4, _test.Files.Length);
    }

    [Fact]
    public async Task Names_are_searched_once()
    {
        _service.Script(200, Subscriptions(First));
        _service.Script(200, Workspaces(Workspace(First, "soc", "soc-weu")));
        _service.Script(200, """{"value":[]}""");
        _service.Script(200, """{"value":[]}""");
        await using var destination = Open(Unnamed());

        Assert.Null(await _test.PassAsync(destination.FindListObstacleAsync(Ct)));
        await _test.PassAsync(destination.ReadAsync(Ct).ToListAsync(Ct).AsTask());
        await _test.PassAsync(destination.ReadAsync(Ct).ToListAsync(Ct).AsTask());

        Assert.Equal(4, _service.Requests.Count);
    }

    [Fact]
    public async Task Given_names_need_no_search()
    {
        await using var destination = Open(StixSamples.Settings(_service.Endpoint));

        Assert.Null(await destination.FindListObstacleAsync(Ct));
        Assert.Empty(_service.Requests);
    }

    [Fact]
    public async Task Upload_needs_no_search()
    {
        await using var destination = Open(Unnamed());

        await _test.PassAsync(destination.PrepareAsync(Ct));
        await _test.PassAsync(destination.ApplyAsync(Operation.Create, [SomeIndicator.Step(destination, 1)], Ct));

        Assert.EndsWith(":upload", Assert.Single(Paths), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Given_subscription_is_the_only_one_that_is_searched()
    {
        _service.Script(200, Workspaces(Workspace(First, "soc", "soc-weu")));

        Assert.Null(await ObstacleAsync(Unnamed() with { SubscriptionId = First }));

        Assert.Equal([PathOf(First)], Paths);
    }

    [Fact]
    public async Task All_pages_of_both_lists_are_read()
    {
        _service.Script(200, Subscriptions([First], next: $"{Here}/subscriptions?api-version=2022-12-01&$skiptoken=a"));
        _service.Script(200, Subscriptions(Second));
        _service.Script(200, Workspaces());
        _service.Script(200, Workspaces([], next: $"{Here}{PathOf(Second)}?api-version=2023-09-01&$skiptoken=b"));
        _service.Script(200, Workspaces(Workspace(Second, "soc", "soc-weu")));

        Assert.Null(await ObstacleAsync(Unnamed()));
        Assert.Equal(["/subscriptions", "/subscriptions", PathOf(First), PathOf(Second), PathOf(Second)], Paths);
    }

    [Theory]
    [InlineData("https://elsewhere.example/subscriptions?$skiptoken=a")]
    [InlineData("//elsewhere.example/subscriptions")]
    public async Task Next_page_at_another_host_is_not_followed(string link)
    {
        _service.Script(200, Subscriptions([First], next: link));

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => ObstacleAsync(Unnamed()));

        Assert.Equal(RunOutcome.Unreachable, failure.Outcome);
        Assert.Contains("elsewhere.example", failure.Message, StringComparison.Ordinal);
        Assert.Single(_service.Requests);
    }

    [Fact]
    public async Task Repeated_next_page_ends_the_search_with_a_failure()
    {
        for (var i = 0; i < 5; i++) _service.Script(200, Subscriptions([First], next: $"{Here}/subscriptions?$skiptoken=a"));

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => ObstacleAsync(Unnamed()));

        Assert.Equal(RunOutcome.Unreachable, failure.Outcome);
        Assert.Equal(2, _service.Requests.Count);
    }

    [Fact]
    public async Task Subscription_that_cannot_be_read_does_not_end_the_search()
    {
        _service.Script(200, Subscriptions(First, Second));
        _service.Script(403, Forbidden);
        _service.Script(200, Workspaces(Workspace(Second, "soc", "soc-weu")));

        Assert.Null(await ObstacleAsync(Unnamed()));
    }

    [Fact]
    public async Task Missing_workspace_is_reported_with_what_was_searched()
    {
        _service.Script(200, Subscriptions(First, Second));
        _service.Script(403, Forbidden);
        _service.Script(200, Workspaces(Workspace(Second, "soc", "other", id: Guid.NewGuid().ToString())));

        await AssertObstacleAsync(
            Unnamed(), RunOutcome.InvalidInput, $"{StixSamples.Workspace} in 2 subscriptions, of which 1 could not be read", "workspaceId");
    }

    [Theory]
    [InlineData(403, Forbidden)]
    [InlineData(401, Forbidden)]
    [InlineData(404, """{"error":{"code":"x","message":"no"}}""")]
    [InlineData(400, """{"error":{"code":"InvalidApiVersionParameter","message":"no"}}""")]
    public async Task Refused_list_of_subscriptions_may_be_given_to_a_later_run(int status, string body)
    {
        _service.Script(status, body);
        _service.Script(status, body);

        await AssertRefusedAsync(Unnamed(), $"({status})");
    }

    [Fact]
    public async Task No_visible_subscription_is_an_obstacle()
    {
        _service.Script(200, Subscriptions());

        await AssertObstacleAsync(Unnamed(), RunOutcome.SignInFailed, "shows the app no subscription", "workspaceName");
    }

    [Fact]
    public async Task Refused_list_of_workspaces_may_be_given_to_a_later_run()
    {
        _service.Script(403, Forbidden);

        await AssertRefusedAsync(Unnamed() with { SubscriptionId = First }, "workspaces of 1 subscription (403)");
    }

    [Fact]
    public async Task Several_workspaces_with_the_id_are_named()
    {
        _service.Script(200, Subscriptions(First, Second));
        _service.Script(200, Workspaces(Workspace(First, "old", "soc-weu")));
        _service.Script(200, Workspaces(Workspace(Second, "new", "soc-weu")));

        await AssertObstacleAsync(Unnamed(), RunOutcome.InvalidInput, "2 workspaces", "to those of one");
    }

    [Fact]
    public async Task Resource_group_selects_one_of_several_workspaces()
    {
        _service.Script(200, Subscriptions(First, Second));
        _service.Script(200, Workspaces(Workspace(First, "old", "soc-weu")));
        _service.Script(200, Workspaces(Workspace(Second, "new", "soc-weu")));

        Assert.Null(await ObstacleAsync(Unnamed() with { ResourceGroup = "NEW" }));
    }

    [Fact]
    public async Task Workspace_that_is_shown_twice_is_one()
    {
        _service.Script(200, Subscriptions(First));
        _service.Script(200, Workspaces(Workspace(First, "soc", "soc-weu"), Workspace(First.ToUpperInvariant(), "SOC", "Soc-weu")));

        Assert.Null(await ObstacleAsync(Unnamed()));
    }

    [Fact]
    public async Task Settings_that_name_another_workspace_are_an_obstacle()
    {
        _service.Script(200, Subscriptions(First));
        _service.Script(200, Workspaces(Workspace(First, "soc", "soc-weu")));

        await AssertObstacleAsync(
            Unnamed() with { WorkspaceName = "soc-neu" }, RunOutcome.InvalidInput, "soc-weu in the resource group soc", "remove");
    }

    [Theory]
    [InlineData(503, "{}", RunOutcome.Unreachable)]
    [InlineData(200, "<html>sign in</html>", RunOutcome.Unreachable)]
    [InlineData(200, """{"value":{}}""", RunOutcome.Unreachable)]
    [InlineData(401, """{"error":{"code":"InvalidAuthenticationToken","message":"no"}}""", RunOutcome.SignInFailed)]
    public async Task Search_without_an_answer_fails(int status, string body, RunOutcome outcome)
    {
        for (var i = 0; i < 10; i++) _service.Script(status, body);

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => ObstacleAsync(Unnamed()));

        Assert.Equal(outcome, failure.Outcome);
    }

    [Fact]
    public async Task Items_of_another_form_are_ignored()
    {
        _service.Script(200, $$"""{"value":[1,{"subscriptionId":null},{"subscriptionId":"{{First}}"}]}""");
        var broken = Workspace(First, "soc", "broken");
        broken["id"] = "/subscriptions/x";
        _service.Script(200, $$"""{"value":[null,{"properties":7},{{broken.ToJsonString()}}]}""");

        Assert.Contains("no workspace with the id", await ObstacleAsync(Unnamed()), StringComparison.Ordinal);
    }

    private static string PathOf(string subscription) =>
        $"/subscriptions/{subscription}/providers/Microsoft.OperationalInsights/workspaces";

    private static string Subscriptions(params string[] ids) => Subscriptions(ids, null);

    private static string Subscriptions(string[] ids, string? next) =>
        Page(next, [.. ids.Select(id => new JsonObject { ["id"] = $"/subscriptions/{id}", ["subscriptionId"] = id })]);

    private static string Workspaces(params JsonObject[] items) => Page(null, items);

    private static string Workspaces(JsonObject[] items, string next) => Page(next, items);

    private static string Page(string? next, JsonObject[] items)
    {
        var page = new JsonObject { ["value"] = new JsonArray([.. items]) };
        if (next is not null) page["nextLink"] = next;
        return page.ToJsonString();
    }

    private static JsonObject Workspace(string subscription, string group, string name, string? id = null) => new()
    {
        ["id"] = $"/subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.operationalinsights/workspaces/{name}",
        ["name"] = name,
        ["properties"] = new JsonObject { ["customerId"] = id ?? $"{StixSamples.Workspace}".ToUpperInvariant() },
    };

    private SentinelSettings Unnamed() => StixSamples.Settings(_service.Endpoint) with
    {
        SubscriptionId = null,
        ResourceGroup = null,
        WorkspaceName = null,
    };

    private SentinelDestination Open(SentinelSettings settings) => new(settings, _test.Transport, new FakeTokens());

    private async Task AssertObstacleAsync(SentinelSettings settings, RunOutcome outcome, string words, string remedy)
    {
        await using var destination = Open(settings);
        var obstacle = await _test.PassAsync(destination.FindListObstacleAsync(Ct));
        var sent = _service.Requests.Count;

        var failure = await Assert.ThrowsAsync<RunFailedException>(
            () => _test.PassAsync(destination.ReadAsync(Ct).ToListAsync(Ct).AsTask()));

        Assert.Contains(words, obstacle, StringComparison.Ordinal);
        Assert.Contains("subscriptionId, resourceGroup and workspaceName", obstacle, StringComparison.Ordinal);
        Assert.False(obstacle!.EndsWith('.'));
        Assert.Equal(outcome, failure.Outcome);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, failure.Remedy, StringComparison.Ordinal);
        Assert.Equal(sent, _service.Requests.Count);
    }

    private async Task AssertRefusedAsync(SentinelSettings settings, string words)
    {
        var failure = await Assert.ThrowsAsync<RunFailedException>(() => ObstacleAsync(settings));

        Assert.Equal(RunOutcome.SignInFailed, failure.Outcome);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Contains("Microsoft Sentinel Reader", failure.Remedy, StringComparison.Ordinal);
    }

    private async Task<string?> ObstacleAsync(SentinelSettings settings)
    {
        await using var destination = Open(settings);
        return await _test.PassAsync(destination.FindListObstacleAsync(Ct));
    }

    private async Task<List<RemoteIndicator>> ReadAsync(SentinelSettings settings)
    {
        await using var destination = Open(settings);
        return await _test.PassAsync(destination.ReadAsync(Ct).ToListAsync(Ct).AsTask());
    }
}
