using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Sandbox;

public sealed class FaultTests : IAsyncLifetime
{
    private SandboxHost _sandbox = null!;
    private SandboxClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        _client = new SandboxClient(_sandbox);
        await _client.SignInAsync("https://graph.microsoft.com");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Fault_applies_to_the_nth_request_only()
    {
        _sandbox.Faults.Add(Service.Graph, new Fault.Status(503), nth: 2);

        var statuses = new List<int> { await ListAsync(), await ListAsync(), await ListAsync() };

        Assert.Equal([200, 503, 200], statuses);
        Assert.Equal(503, _sandbox.RequestsTo(Service.Graph)[1].Status);
    }

    [Fact]
    public async Task Reset_after_handling_leaves_the_state_changed()
    {
        _sandbox.Faults.Add(Service.Graph, new Fault.Reset(), nth: 1);
        _sandbox.Faults.Add(Service.Graph, new Fault.Reset(AfterHandling: true), nth: 2);

        await Assert.ThrowsAsync<HttpRequestException>(SubmitAsync);
        Assert.Equal(0, _sandbox.GraphState.Count);
        await Assert.ThrowsAsync<HttpRequestException>(SubmitAsync);
        Assert.Equal(1, _sandbox.GraphState.Count);
    }

    [Fact]
    public async Task Truncated_response_ends_in_the_middle()
    {
        _sandbox.MispState.AddEvent([]);
        _client.Http.DefaultRequestHeaders.Clear();
        _client.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", _sandbox.Options.MispKey);
        _sandbox.Faults.Add(Service.Misp, new Fault.CutOff());

        await Assert.ThrowsAsync<HttpRequestException>(() => _client.PostAsync(_sandbox.Misp, "events/restSearch", new JsonObject()));
    }

    [Theory]
    [InlineData(RetryAfterForm.Seconds, true)]
    [InlineData(RetryAfterForm.Date, true)]
    [InlineData(RetryAfterForm.None, false)]
    public async Task Throttle_states_the_wait_in_the_chosen_form(RetryAfterForm form, bool header)
    {
        _sandbox.Faults.Add(Service.Graph, new Fault.Throttle(TimeSpan.FromSeconds(7), form));

        using var answer = await _client.Http.GetAsync(new Uri(_sandbox.Graph, "beta/security/tiIndicators"), SandboxClient.Ct);

        Assert.Equal(429, (int)answer.StatusCode);
        Assert.Equal(header, answer.Headers.RetryAfter is not null);
    }

    [Fact]
    public async Task Held_request_waits_until_it_is_released()
    {
        var hold = _sandbox.Faults.Hold(Service.Graph, afterHandling: true);
        var submit = SubmitAsync();

        await hold.Reached;
        Assert.Equal(1, _sandbox.GraphState.Count);
        Assert.False(submit.IsCompleted);
        hold.Release();

        Assert.Equal(200, await submit);
    }

    [Fact]
    public async Task Random_faults_are_the_same_for_the_same_seed()
    {
        _sandbox.Faults.AddRandom(Service.Graph, new Fault.Status(500), 0.5, seed: 3);
        var first = await TwentyAsync();
        _sandbox.Faults.Clear();
        _sandbox.Faults.AddRandom(Service.Graph, new Fault.Status(500), 0.5, seed: 3);

        Assert.Equal(first, await TwentyAsync());
        Assert.Contains(500, first);
        Assert.Contains(200, first);

        async Task<List<int>> TwentyAsync()
        {
            var statuses = new List<int>();
            for (var number = 0; number < 20; number++) statuses.Add(await ListAsync());
            return statuses;
        }
    }

    [Fact]
    public async Task Sandbox_serves_loopback_only()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => SandboxHost.StartAsync(
            new SandboxOptions { Address = System.Net.IPAddress.Any }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Every_service_uses_https_with_TLS()
    {
        await using var sandbox = await SandboxHost.StartAsync(new SandboxOptions { Tls = true }, TestContext.Current.CancellationToken);
        using var client = new SandboxClient(sandbox);
        client.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", sandbox.Options.MispKey);

        var (status, _) = await client.GetAsync(sandbox.Misp, "servers/getVersion");

        Assert.Equal(("https", 200), (sandbox.Graph.Scheme, status));
    }

    private async Task<int> ListAsync()
    {
        using var answer = await _client.Http.GetAsync(new Uri(_sandbox.Graph, "beta/security/tiIndicators"), SandboxClient.Ct);
        return (int)answer.StatusCode;
    }

    private async Task<int> SubmitAsync()
    {
        var indicator = new JsonObject
        {
            ["externalId"] = "a",
            ["targetProduct"] = "Azure Sentinel",
            ["action"] = "alert",
            ["description"] = "made for a test",
            ["expirationDateTime"] = TimeProvider.System.GetUtcNow().AddDays(3).ToString("o"),
            ["threatType"] = "WatchList",
            ["tlpLevel"] = "amber",
            ["domainName"] = "a.example",
        };
        var body = new JsonObject { ["value"] = new JsonArray(indicator) };
        return (await _client.PostAsync(_sandbox.Graph, "beta/security/tiIndicators/submitTiIndicators", body)).Status;
    }
}
