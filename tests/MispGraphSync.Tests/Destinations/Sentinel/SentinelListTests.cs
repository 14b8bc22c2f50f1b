using System.Text.Json.Nodes;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Sentinel;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Sentinel;

/// <summary>Odd answers of the management API: the service's answers are all scripted.</summary>
public sealed class SentinelListTests : IDisposable
{
    private readonly TestTransport _test = new();
    private readonly SentinelDouble _service = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Here => _service.Endpoint.GetLeftPart(UriPartial.Authority);

    public void Dispose()
    {
        _service.Dispose();
        _test.Dispose();
    }

    [Fact]
    public async Task Query_asks_the_workspace_for_our_source_only()
    {
        _service.Script(200, Page(null));

        Assert.Empty(await ReadAsync());

        var (path, _, body) = Assert.Single(_service.Requests);
        Assert.Contains("/resourceGroups/security (prod)/", Uri.UnescapeDataString(path), StringComparison.Ordinal);
        Assert.EndsWith("/workspaces/contoso-sentinel/providers/Microsoft.SecurityInsights/threatIntelligence/main/queryIndicators", path,
            StringComparison.Ordinal);
        Assert.Equal("""{"pageSize":100,"includeDisabled":true,"sources":["misp-graph"]}""", body);
        Assert.EndsWith("_sentinel_query_200.json", Assert.Single(_test.Files), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Indicator_is_returned_as_listed()
    {
        var item = Item(1);
        item["properties"]!["pattern"] = @"[url:value = 'http://evil.example/it\'s']";
        item["properties"]!["objectMarkingRefs"] = new JsonArray("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da");
        item["properties"]!["revoked"] = true;
        _service.Script(200, Page(null, item));

        var read = Assert.Single(await ReadAsync());

        Assert.Equal(("indicator--" + Some.Uuid(1), Some.Uuid(1)), (read.Id, read.Key));
        Assert.Equal(("url:value", "http://evil.example/it's", "green", null), (read.Type, read.Value, read.Tlp, read.Action));
        Assert.Equal((SomeIndicator.Expires, true), (read.Expires, read.Revoked));
        Assert.True(JsonNode.DeepEquals(item, JsonNode.Parse(read.Raw.Span)));
    }

    [Fact]
    public async Task Foreign_indicators_have_no_key_and_other_sources_are_skipped()
    {
        var foreign = Item(1);
        foreign["properties"]!["externalId"] = "indicator--of-another-kind";
        var elsewhere = Item(2);
        elsewhere["properties"]!["source"] = "Microsoft";
        _service.Script(200, Page(null, foreign, elsewhere));

        Assert.Null(Assert.Single(await ReadAsync()).Key);
    }

    [Fact]
    public async Task Next_page_is_requested_by_token()
    {
        _service.Script(200, Page($"{Here}/list?api-version=2025-09-01&$skipToken=a%2Bb%3D%3D", Item(1)));
        _service.Script(200, Page($"{Here}/list?api-version=2025-09-01&%24skiptoken=c", Item(2)));
        _service.Script(200, Page(null, Item(3)));

        Assert.Equal([Some.Uuid(1), Some.Uuid(2), Some.Uuid(3)], await KeysAsync());
        Assert.Equal([null, "a+b==", "c"], _service.Requests.Select(Token));
        Assert.Single(_service.Requests.Select(r => r.Path).Distinct());
    }

    [Fact]
    public async Task Link_is_followed_if_the_token_in_the_body_is_ignored()
    {
        _service.Script(200, Page($"{Here}/list?$skipToken=a", Item(1)));
        _service.Script(200, Page($"{Here}/list?$skipToken=a", Item(1)));
        _service.Script(200, Page($"{Here}/list?$skipToken=b", Item(2)));
        _service.Script(200, Page(null, Item(3)));

        Assert.Equal([Some.Uuid(1), Some.Uuid(2), Some.Uuid(3)], await KeysAsync());
        Assert.Equal([null, "a", null, null], _service.Requests.Select(Token));
        Assert.Equal(["/list", "/list"], _service.Requests.Skip(2).Select(r => r.Path));
    }

    [Fact]
    public async Task Link_is_followed_if_the_token_in_the_body_is_refused()
    {
        _service.Script(200, Page($"{Here}/list?$skipToken=a", Item(1)));
        _service.Script(400, """{"error":{"code":"InvalidSkipToken","message":"no"}}""");
        _service.Script(200, Page(null, Item(2)));

        Assert.Equal([Some.Uuid(1), Some.Uuid(2)], await KeysAsync());
        Assert.Equal("/list", _service.Requests[^1].Path);
    }

    [Fact]
    public async Task Link_without_a_token_is_followed()
    {
        _service.Script(200, Page($"{Here}/list/2", Item(1)));
        _service.Script(200, Page(null, Item(2)));

        Assert.Equal([Some.Uuid(1), Some.Uuid(2)], await KeysAsync());
        Assert.Equal("/list/2", _service.Requests[^1].Path);
    }

    [Theory]
    [InlineData("https://elsewhere.example/list?$skipToken=a", "elsewhere.example")]
    [InlineData("//elsewhere.example/list?$skipToken=a", "elsewhere.example")]
    [InlineData("http://127.0.0.1:1/list", "127.0.0.1:1")]
    [InlineData("file:///etc/passwd", "not followed")]
    public async Task Next_page_at_another_host_is_not_followed(string link, string named)
    {
        _service.Script(200, Page(link, Item(1)));

        var failure = await Assert.ThrowsAsync<RunFailedException>(ReadAsync);

        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.Equal(RunOutcome.Unreachable, failure.Outcome);
        Assert.Single(_service.Requests);
    }

    [Fact]
    public async Task Empty_pages_with_a_new_next_link_do_not_end_the_list()
    {
        _service.Script(200, Page($"{Here}/list?$skipToken=a"));
        _service.Script(200, Page($"{Here}/list?$skipToken=b", Item(1)));
        _service.Script(200, Page($"{Here}/list?$skipToken=c"));
        _service.Script(200, Page($"{Here}/list?$skipToken=d"));
        _service.Script(200, Page(null, Item(2)));

        Assert.Equal([Some.Uuid(1), Some.Uuid(2)], await KeysAsync());
        Assert.Equal([null, "a", "b", "c", "d"], _service.Requests.Select(Token));
    }

    [Fact]
    public async Task Link_is_followed_after_an_empty_first_page_if_the_token_is_ignored()
    {
        _service.Script(200, Page($"{Here}/list?$skipToken=a"));
        _service.Script(200, Page($"{Here}/list?$skipToken=a"));
        _service.Script(200, Page(null, Item(1)));

        Assert.Equal([Some.Uuid(1)], await KeysAsync());
        Assert.Equal("/list", _service.Requests[^1].Path);
    }

    [Fact]
    public async Task Endless_empty_pages_fail_the_list()
    {
        for (var i = 0; i < 1100; i++) _service.Script(200, Page($"{Here}/list?$skipToken={i}"));

        await Assert.ThrowsAsync<RunFailedException>(ReadAsync);

        Assert.InRange(_service.Requests.Count, 900, 1001);
    }

    [Fact]
    public async Task Empty_page_with_a_known_next_link_ends_the_list()
    {
        _service.Script(200, Page($"{Here}/list?$skipToken=a", Item(1)));
        _service.Script(200, Page($"{Here}/list?$skipToken=a"));

        Assert.Equal([Some.Uuid(1)], await KeysAsync());
        Assert.Equal(2, _service.Requests.Count);
    }

    [Fact]
    public async Task Repeated_next_link_fails_the_list()
    {
        for (var i = 0; i < 20; i++) _service.Script(200, Page($"{Here}/list?$skipToken={i % 3}", Item(i % 3)));

        var failure = await Assert.ThrowsAsync<RunFailedException>(ReadAsync);

        Assert.Equal(RunOutcome.Unreachable, failure.Outcome);
        Assert.Equal(4, _service.Requests.Count);
    }

    [Fact]
    public async Task Service_that_repeats_its_first_page_fails_the_list()
    {
        for (var i = 0; i < 20; i++) _service.Script(200, Page($"{Here}/list?$skipToken={i}", Item(1)));

        await Assert.ThrowsAsync<RunFailedException>(ReadAsync);

        Assert.Equal(3, _service.Requests.Count);
    }

    [Fact]
    public async Task Context_is_listed_type_by_type_and_page_by_page()
    {
        _service.Script(200, Page($"{Here}/list?$skipToken=a", Context(1)));
        _service.Script(200, Page(null, Context(2)));
        // Each type may have the same link.
        _service.Script(200, Page($"{Here}/list?$skipToken=a"));
        for (var i = 0; i < 3; i++) _service.Script(200, Page(null));

        Assert.Equal([Some.Uuid(1), Some.Uuid(2)], (await ReadContextAsync()).Select(one => one.Key!.Value));
        Assert.Equal(Enum.GetValues<ContextType>().Length + 2, _service.Requests.Count);
    }

    [Fact]
    public async Task Endless_empty_pages_fail_the_list_of_context()
    {
        for (var i = 0; i < 1100; i++) _service.Script(200, Page($"{Here}/list?$skipToken={i}"));

        await Assert.ThrowsAsync<RunFailedException>(ReadContextAsync);

        Assert.InRange(_service.Requests.Count, 900, 1001);
    }

    [Fact]
    public async Task Repeated_next_link_fails_the_list_of_context()
    {
        for (var i = 0; i < 20; i++) _service.Script(200, Page($"{Here}/list?$skipToken={i % 3}", Context(i % 3)));

        await Assert.ThrowsAsync<RunFailedException>(ReadContextAsync);

        Assert.Equal(4, _service.Requests.Count);
    }

    [Fact]
    public async Task Service_that_repeats_its_first_page_fails_the_list_of_context()
    {
        for (var i = 0; i < 20; i++) _service.Script(200, Page($"{Here}/list?$skipToken={i}", Context(1)));

        await Assert.ThrowsAsync<RunFailedException>(ReadContextAsync);

        Assert.Equal(2, _service.Requests.Count);
    }

    [Theory]
    [InlineData(403, RunOutcome.SignInFailed, "Microsoft Sentinel Reader")]
    [InlineData(401, RunOutcome.SignInFailed, "auth.tenant")]
    [InlineData(404, RunOutcome.InvalidInput, "workspaceName")]
    [InlineData(400, RunOutcome.Unreachable, "managementEndpoint")]
    public async Task Refused_list_names_a_remedy(int status, RunOutcome code, string remedy)
    {
        _service.Script(status, """{"error":{"code":"x","message":"no"}}""");
        _service.Script(status, """{"error":{"code":"x","message":"no"}}""");

        var failure = await Assert.ThrowsAsync<RunFailedException>(ReadAsync);

        Assert.Equal(code, failure.Outcome);
        Assert.Contains(remedy, failure.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html></html>")]
    [InlineData("")]
    [InlineData("""{"value":{}}""")]
    [InlineData("""{"value":[1]}""")]
    public async Task Truncated_page_is_rejected(string body)
    {
        _service.Script(200, body);

        Assert.Equal(RunOutcome.Unreachable, (await Assert.ThrowsAsync<RunFailedException>(ReadAsync)).Outcome);
    }

    [Fact]
    public async Task Throttled_list_is_retried()
    {
        _service.Script(429, """{"error":{"code":"TooManyRequests","message":"slow"}}""", retryAfter: "17");
        _service.Script(200, Page(null, Item(1)));
        var before = _test.Time.GetUtcNow();

        Assert.Single(await KeysAsync());
        Assert.True(_test.Time.GetUtcNow() - before >= TimeSpan.FromSeconds(17));
    }

    private static JsonObject Item(int number) => new()
    {
        ["name"] = $"bWlzcC1ncmFwaA==---indicator--{Some.Uuid(number)}",
        ["kind"] = "indicator",
        ["properties"] = new JsonObject
        {
            ["externalId"] = $"indicator--{Some.Uuid(number)}",
            ["source"] = "misp-graph",
            ["pattern"] = "[ipv4-addr:value = '192.0.2.7']",
            ["validUntil"] = "2026-02-01T03:04:05.000Z",
            ["revoked"] = false,
        },
    };

    private static JsonObject Context(int number) => new()
    {
        ["name"] = $"identity--{Some.Uuid(number)}",
        ["properties"] = new JsonObject
        {
            ["source"] = "misp-graph",
            ["data"] = new JsonObject { ["type"] = "identity", ["id"] = $"identity--{Some.Uuid(number)}", ["name"] = "First CERT" },
        },
    };

    private static string Page(string? next, params JsonObject[] items)
    {
        var page = new JsonObject { ["value"] = new JsonArray([.. items]) };
        if (next is not null) page["nextLink"] = next;
        return page.ToJsonString();
    }

    private static string? Token((string Path, string Token, string? Body) request) => (string?)JsonNode.Parse(request.Body!)!["skipToken"];

    private async Task<List<Guid>> KeysAsync() => [.. (await ReadAsync()).Select(r => r.Key!.Value)];

    private Task<List<RemoteIndicator>> ReadAsync() => ListAsync(destination => destination.ReadAsync(Ct));

    private Task<List<RemoteIndicator>> ReadContextAsync() => ListAsync(destination => destination.Context.ReadAsync(Ct));

    private async Task<List<RemoteIndicator>> ListAsync(Func<SentinelDestination, IAsyncEnumerable<RemoteIndicator>> list)
    {
        await using var destination = new SentinelDestination(StixSamples.Settings(_service.Endpoint), _test.Transport, new FakeTokens());
        return await _test.PassAsync(list(destination).ToListAsync(Ct).AsTask());
    }
}
