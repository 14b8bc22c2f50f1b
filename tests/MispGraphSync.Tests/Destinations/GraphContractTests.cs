using System.Text.Json;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Http;
using Xunit;

namespace MispGraphSync.Tests.Destinations;

/// <summary>The contract, and what is Graph's alone.</summary>
public class GraphContractTests : DestinationContract
{
    private GraphDouble Graph => (GraphDouble)Service;

    [Fact]
    public async Task Every_body_follows_the_tiIndicator_rules()
    {
        await ApplyAsync(Operation.Create, Steps(5));

        using var body = JsonDocument.Parse(Assert.Single(Service.Requests).Body!);
        Assert.All(body.RootElement.GetProperty("value").EnumerateArray(), item => Assert.Empty(TiIndicatorRules.OfCreate(item)));
    }

    [Fact]
    public async Task Update_changes_the_listed_indicator()
    {
        var id = Assert.IsType<StepOutcome.Accepted>((await ApplyAsync(Operation.Create, Steps(1)))[0]).Id;
        var update = SomeIndicator.Step(Destination, 0, StepAction.Update, id);

        var outcome = Assert.Single(await ApplyAsync(Operation.Update, [update]));

        Assert.Equal(new StepOutcome.Accepted(id), outcome);
        Assert.Equal(1, Service.Held);
    }

    [Fact]
    public async Task Deletion_without_a_service_id_uses_our_key()
    {
        await ApplyAsync(Operation.Create, Steps(1));

        var outcomes = await ApplyAsync(Operation.Delete, [SomeIndicator.Step(Destination, 0, StepAction.Delete)]);

        Assert.IsType<StepOutcome.Accepted>(Assert.Single(outcomes));
        Assert.EndsWith("/deleteTiIndicatorsByExternalId", Service.Requests[^1].Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_indicator_counts_as_deleted()
    {
        var step = SomeIndicator.Step(Destination, 0, StepAction.Delete, "00000000-0000-4000-8000-000000000099");

        Assert.IsType<StepOutcome.Accepted>(Assert.Single(await ApplyAsync(Operation.Delete, [step])));
    }

    [Theory]
    [InlineData(404, """{"error":{"code":"UnknownError","message":""}}""")]
    [InlineData(410, "")]
    [InlineData(501, "{}")]
    [InlineData(400, """{"error":{"code":"BadRequest","message":"Resource not found for the segment 'tiIndicators'."}}""")]
    public async Task Retired_API_names_its_successors(int status, string body)
    {
        Service.Script(status, body);

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => Test.PassAsync(Destination.PrepareAsync(Ct)));

        Assert.Equal(RunOutcome.Retired, failure.Outcome);
        Assert.Contains("sentinel", failure.Remedy, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Missing_permission_is_named()
    {
        Service.Script(403, """{"error":{"code":"accessDenied","message":"no"}}""");

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => Test.PassAsync(Destination.PrepareAsync(Ct)));

        Assert.Contains("ThreatIndicators.ReadWrite.OwnedBy", failure.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Submit_without_a_clear_response_is_unknown_and_not_repeated(int status)
    {
        Service.Script(status);

        var outcomes = await ApplyAsync(Operation.Create, Steps(2));

        Assert.All(outcomes, o => Assert.IsType<StepOutcome.Unknown>(o));
        Assert.Single(Service.Requests);
    }

    [Fact]
    public async Task Update_is_repeated_after_a_server_error()
    {
        var id = Assert.IsType<StepOutcome.Accepted>((await ApplyAsync(Operation.Create, Steps(1)))[0]).Id;
        for (var i = 0; i < 5; i++) Service.Script(503);

        var outcomes = await ApplyAsync(Operation.Update, [SomeIndicator.Step(Destination, 0, StepAction.Renew, id)]);

        Assert.IsType<StepOutcome.Accepted>(Assert.Single(outcomes));
    }

    [Fact]
    public async Task Reconciling_uses_the_list_if_deletion_by_key_is_refused()
    {
        Graph.PageSize = 2;
        var steps = Steps(5);
        await ApplyAsync(Operation.Create, [.. steps.Take(3)]);
        Service.Script(405);

        var settlement = await Test.PassAsync(Destination.ReconcileAsync([.. steps.Select(s => s.Key)], Ct));

        Assert.Equal(steps.Take(3).Select(s => s.Key).Order(), settlement.Existing.Keys.Order());
        Assert.Equal((string?)Graph.Indicators[0]["id"], settlement.Existing[steps[0].Key]);
    }

    [Fact]
    public async Task Listing_follows_every_page()
    {
        Graph.PageSize = 2;
        await ApplyAsync(Operation.Create, Steps(5));

        var read = await ReadAsync();

        Assert.Equal(5, read.Count);
        Assert.Equal(("networkDestinationIPv4", "192.0.2.0"), (read[0].Type, read[0].Value));
        Assert.Equal(SomeIndicator.Expires, read[0].Expires);
        Assert.Equal(Steps(5).Select(s => (Guid?)s.Key), read.Select(r => r.Key));
    }

    [Fact]
    public async Task First_page_is_asked_for_with_a_size_and_without_one_where_none_is_accepted()
    {
        await ApplyAsync(Operation.Create, Steps(1));
        Assert.Single(await ReadAsync());
        Assert.Equal("?$top=100", Service.Queries[^1]);

        Service.Script(400, """{"error":{"code":"BadRequest","message":"$top is not supported."}}""");

        Assert.Single(await ReadAsync());
        Assert.Equal(["?$top=100", ""], Service.Queries[^2..]);
    }

    [Fact]
    public async Task Pages_of_another_product_alone_do_not_end_the_list()
    {
        Graph.PageSize = 1;
        await ApplyAsync(Operation.Create, Steps(30));
        foreach (var other in Graph.Indicators.SkipLast(1)) other["targetProduct"] = "Microsoft Defender ATP";

        Assert.Single(await ReadAsync());
    }

    [Fact]
    public async Task Next_page_at_another_host_is_not_followed()
    {
        Service.Script(200, """{"value":[],"@odata.nextLink":"https://elsewhere.example/beta/security/tiIndicators?$skip=1"}""");

        var failure = await Assert.ThrowsAsync<RunFailedException>(ReadAsync);

        Assert.Contains("elsewhere.example", failure.Message, StringComparison.Ordinal);
        Assert.Single(Service.Requests);
    }

    [Fact]
    public async Task Paging_stops_on_a_repeated_next_link()
    {
        var link = new Uri(Service.Endpoint, "/beta/security/tiIndicators/page/0").AbsoluteUri;
        for (var i = 0; i < 3; i++) Service.Script(200, $$"""{"value":[],"@odata.nextLink":"{{link}}"}""");

        await Assert.ThrowsAsync<RunFailedException>(ReadAsync);

        Assert.Equal(2, Service.Requests.Count);
    }

    [Fact]
    public async Task Paging_stops_after_too_many_empty_pages()
    {
        for (var i = 0; i < 50; i++)
        {
            var next = new Uri(Service.Endpoint, $"/beta/security/tiIndicators/page/{i}");
            Service.Script(200, $$"""{"value":[],"@odata.nextLink":"{{next.AbsoluteUri}}"}""");
        }

        await Assert.ThrowsAsync<RunFailedException>(ReadAsync);

        Assert.InRange(Service.Requests.Count, 10, 30);
    }

    [Fact]
    public async Task Redirect_is_not_followed()
    {
        Service.Script(302);

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => ApplyAsync(Operation.Create, Steps(1)));

        Assert.Equal(RunOutcome.Unreachable, failure.Outcome);
        Assert.Single(Service.Requests);
    }

    private protected override ServiceDouble Start() => new GraphDouble();

    private protected override IDestination Create(Uri endpoint, Transport transport, ITokenSource tokens) =>
        new GraphDestination(SomeIndicator.GraphSettings(endpoint: endpoint), transport, tokens);

    private async Task<List<RemoteIndicator>> ReadAsync()
    {
        var read = new List<RemoteIndicator>();
        await Test.PassAsync(Task.Run(
            async () =>
            {
                await foreach (var indicator in Destination.ReadAsync(Ct)) read.Add(indicator);
            },
            Ct));
        return read;
    }
}
