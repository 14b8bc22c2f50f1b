using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Graph;
using Xunit;

namespace MispGraphSync.Tests.Sandbox;

public sealed class GraphTests : IAsyncLifetime
{
    private const string Base = "beta/security/tiIndicators";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
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
    public async Task Repeated_external_id_creates_a_second_indicator()
    {
        await SubmitAsync(Item("a"));
        await SubmitAsync(Item("a"));

        Assert.Equal(2, _sandbox.GraphState.WithExternalId("a").Count);
    }

    [Fact]
    public async Task Invalid_item_fails_alone_and_is_identified()
    {
        var bad = Item("b");
        bad["threatType"] = "watchlist";

        var (status, body) = await SubmitAsync(Item("a"), bad, Item("c"));

        Assert.Equal(206, status);
        Assert.Equal("b", (string?)body!["value"]![1]!["externalId"]);
        Assert.Equal("Failed to create, check Error element for reason", (string?)body["value"]![1]!["id"]);
        Assert.NotNull((string?)body["value"]![1]!["Error"]);
        Assert.Equal(2, _sandbox.GraphState.Count);
    }

    [Theory]
    [InlineData(TiErrorForm.ByProduct, "Azure Sentinel", "Target: body - ValidationFailed")]
    [InlineData(TiErrorForm.ByProduct, "Microsoft Defender ATP", "{\"error\":{\"code\":\"InvalidInput\"")]
    [InlineData(TiErrorForm.Json, "Azure Sentinel", "{\"error\":{\"code\":\"InvalidInput\"")]
    [InlineData(TiErrorForm.Prose, "Microsoft Defender ATP", "Target: body - ValidationFailed")]
    [InlineData(TiErrorForm.Object, "Azure Sentinel", "{\"code\":\"InvalidInput\"")]
    public async Task Error_of_a_failed_item_has_the_chosen_form(TiErrorForm form, string product, string start)
    {
        _sandbox.GraphState.ErrorForm = form;
        var bad = Item("b");
        (bad["threatType"], bad["targetProduct"]) = ("watchlist", product);

        var (_, body) = await SubmitAsync(bad);

        var error = body!["value"]![0]!["Error"]!;
        var text = form == TiErrorForm.Object ? error.ToJsonString() : (string)error!;
        Assert.StartsWith(start, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "\"204\"")]
    [InlineData(true, "204")]
    public async Task Code_of_a_deletion_is_a_text_or_a_number(bool isNumber, string code)
    {
        _sandbox.GraphState.NumericResultCodes = isNumber;
        await SubmitAsync(Item("a"));

        var (_, body) = await _client.PostAsync(_sandbox.Graph, $"{Base}/deleteTiIndicatorsByExternalId",
            new JsonObject { ["value"] = new JsonArray("a") });

        Assert.Equal(code, body!["value"]![0]!["code"]!.ToJsonString());
    }

    [Theory]
    [InlineData("targetProduct", "Microsoft Sentinel")]
    [InlineData("description", "")]
    [InlineData("tlpLevel", "Amber")]
    [InlineData("expirationDateTime", "2025-01-01T00:00:00Z")]
    [InlineData("domainName", null)]
    [InlineData("networkIPv4", "2001:db8::1")]
    public async Task Invalid_values_are_refused_item_by_item(string property, string? value)
    {
        var bad = Item("a");
        bad[property] = value;

        var (status, _) = await SubmitAsync(bad);

        Assert.Equal(206, status);
        Assert.Equal(0, _sandbox.GraphState.Count);
    }

    [Fact]
    public async Task Number_sent_as_text_fails_the_whole_batch()
    {
        var bad = Item("b");
        bad["severity"] = "3";

        var (status, _) = await SubmitAsync(Item("a"), bad);

        Assert.Equal(400, status);
        Assert.Equal(0, _sandbox.GraphState.Count);
    }

    [Fact]
    public async Task Batch_of_101_is_refused()
    {
        var (status, _) = await SubmitAsync([.. Enumerable.Range(0, 101).Select(number => Item($"{number}"))]);

        Assert.Equal(400, status);
    }

    [Fact]
    public async Task Defender_accepts_exactly_one_kind_of_observable()
    {
        var two = Item("a");
        two["targetProduct"] = "Microsoft Defender ATP";
        two["url"] = "https://a.example/";

        var (status, _) = await SubmitAsync(two);

        Assert.Equal(206, status);
    }

    [Theory]
    [InlineData("192.0.2.7", 200)]
    [InlineData(null, 206)]
    public async Task Defender_accepts_a_destination_address_only_repeated_without_direction(string? beside, int expected)
    {
        var item = Item("a");
        item["targetProduct"] = "Microsoft Defender ATP";
        item.Remove("domainName");
        item["networkDestinationIPv4"] = "192.0.2.7";
        if (beside is not null) item["networkIPv4"] = beside;

        var (status, _) = await SubmitAsync(item);

        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task Lists_are_paged_to_the_end_by_next_links()
    {
        await SubmitAsync([.. Enumerable.Range(0, 25).Select(number => Item($"{number}"))]);
        _sandbox.GraphState.PageSize = 10;
        var seen = new List<string>();

        for (var next = new Uri(_sandbox.Graph, Base).ToString(); next is not null;)
        {
            var (_, page) = await _client.GetAsync(_sandbox.Graph, next);
            seen.AddRange(page!["value"]!.AsArray().Select(one => (string)one!["externalId"]!));
            next = (string?)page["@odata.nextLink"];
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(number => $"{number}"), seen);
    }

    [Fact]
    public async Task Observables_cannot_be_edited()
    {
        var (_, submitted) = await SubmitAsync(Item("a"));
        var change = new JsonObject
        {
            ["id"] = (string?)submitted!["value"]![0]!["id"],
            ["targetProduct"] = "Azure Sentinel",
            ["expirationDateTime"] = "2026-03-01T00:00:00Z",
        };

        var (good, _) = await _client.PostAsync(_sandbox.Graph, $"{Base}/updateTiIndicators", Value(change.DeepClone()));
        change["domainName"] = "b.example";
        var (bad, _) = await _client.PostAsync(_sandbox.Graph, $"{Base}/updateTiIndicators", Value(change));

        Assert.Equal((200, 206), (good, bad));
        Assert.Equal(3, _sandbox.GraphState.All()[0].Expires.Month);
    }

    [Fact]
    public async Task Deletion_by_external_id_removes_duplicates_and_reports_unknown_ids()
    {
        await SubmitAsync(Item("a"), Item("a"), Item("b"));

        var (status, body) = await _client.PostAsync(
            _sandbox.Graph, $"{Base}/deleteTiIndicatorsByExternalId", new JsonObject { ["value"] = new JsonArray("a", "nothing") });

        Assert.Equal(206, status);
        Assert.Equal("404", (string?)body!["value"]![1]!["code"]);
        Assert.Equal("b", Assert.Single(_sandbox.GraphState.All()).ExternalId);
    }

    [Fact]
    public async Task Indicators_of_another_application_are_hidden()
    {
        var other = _sandbox.GraphState.Seed("other-app", Item("theirs"));

        var (status, _) = await _client.GetAsync(_sandbox.Graph, $"{Base}/{other.Id}");
        var (_, list) = await _client.GetAsync(_sandbox.Graph, Base);

        Assert.Equal(404, status);
        Assert.Empty(list!["value"]!.AsArray());
    }

    [Fact]
    public async Task Expired_indicators_are_removed()
    {
        await SubmitAsync(Item("a"));
        _sandbox.EntraState.TokenLifetime = TimeSpan.FromDays(365);
        await _client.SignInAsync("https://graph.microsoft.com");

        _time.Advance(TimeSpan.FromDays(60));
        var (_, list) = await _client.GetAsync(_sandbox.Graph, Base);

        Assert.Empty(list!["value"]!.AsArray());
    }

    [Fact]
    public async Task Expired_token_is_refused_and_token_without_the_role_is_forbidden()
    {
        _time.Advance(TimeSpan.FromHours(2));
        var (expired, _) = await _client.GetAsync(_sandbox.Graph, Base);
        _sandbox.EntraState.App.GraphRoles.Clear();
        await _client.SignInAsync("https://graph.microsoft.com");
        var (withoutRole, _) = await _client.GetAsync(_sandbox.Graph, Base);

        Assert.Equal((401, 403), (expired, withoutRole));
    }

    [Theory]
    [InlineData(GraphAvailability.RetiredNotFound, 404)]
    [InlineData(GraphAvailability.RetiredGone, 410)]
    [InlineData(GraphAvailability.RetiredNotImplemented, 501)]
    [InlineData(GraphAvailability.RetiredSegment, 400)]
    [InlineData(GraphAvailability.Forbidden, 403)]
    public async Task Graph_endpoint_can_be_retired(GraphAvailability availability, int expected)
    {
        _sandbox.GraphState.Availability = availability;

        var (status, _) = await _client.GetAsync(_sandbox.Graph, $"{Base}?$top=1");

        Assert.Equal(expected, status);
    }

    private Task<(int Status, JsonNode? Body)> SubmitAsync(params JsonNode[] items) =>
        _client.PostAsync(_sandbox.Graph, $"{Base}/submitTiIndicators", Value(items));

    private static JsonObject Value(params JsonNode[] items) => new() { ["value"] = new JsonArray(items) };

    private static JsonObject Item(string externalId) => new()
    {
        ["externalId"] = externalId,
        ["targetProduct"] = "Azure Sentinel",
        ["action"] = "alert",
        ["description"] = "made for a test",
        ["expirationDateTime"] = "2026-02-01T00:00:00Z",
        ["threatType"] = "WatchList",
        ["tlpLevel"] = "amber",
        ["domainName"] = "a.example",
    };
}
