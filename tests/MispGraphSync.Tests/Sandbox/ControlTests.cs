using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Sandbox;

public sealed class ControlTests : IAsyncLifetime
{
    private SandboxHost _sandbox = null!;
    private SandboxClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new SandboxOptions { Control = true, SampleEvents = true };
        _sandbox = await SandboxHost.StartAsync(options, TestContext.Current.CancellationToken);
        _client = new SandboxClient(_sandbox);
        await _client.SignInAsync("https://graph.microsoft.com");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task State_lists_contents_and_request_counts_of_each_service()
    {
        await _client.GetAsync(_sandbox.Graph, "beta/security/tiIndicators");

        var (_, state) = await _client.GetAsync(_sandbox.Control!, "_control/state");

        Assert.Equal(12, (int?)state!["misp"]!["events"]);
        Assert.Equal(1, (int?)state["requests"]!["graph"]!["200"]);
    }

    [Fact]
    public async Task Request_can_be_held_and_released_from_another_process()
    {
        await _client.PostAsync(_sandbox.Control!, "_control/faults", new JsonObject { ["fault"] = "graph=hold" });
        var list = _client.GetAsync(_sandbox.Graph, "beta/security/tiIndicators");
        JsonNode? rules = null;
        while ((bool?)rules?[0]!["held"] != true) (_, rules) = await _client.GetAsync(_sandbox.Control!, "_control/faults");

        Assert.False(list.IsCompleted);
        await _client.PostAsync(_sandbox.Control!, "_control/release", new JsonObject());

        Assert.Equal(200, (await list).Status);
    }

    [Fact]
    public async Task Switch_is_set_by_its_name()
    {
        var good = await SetAsync("Availability", "RetiredGone");
        var bad = await SetAsync("Colour", "green");
        var (gone, _) = await _client.GetAsync(_sandbox.Graph, "beta/security/tiIndicators");

        Assert.Equal((200, 400, 410), (good, bad, gone));
    }

    private async Task<int> SetAsync(string name, string value)
    {
        var wish = new JsonObject { ["service"] = "graph", ["name"] = name, ["value"] = value };
        return (await _client.PostAsync(_sandbox.Control!, "_control/switch", wish)).Status;
    }

    [Fact]
    public async Task Events_can_be_added_changed_and_removed()
    {
        var made = JsonNode.Parse("""{ "Attribute": [ { "type": "domain", "value": "a.example" } ] }""")!;
        var (_, added) = await _client.PostAsync(_sandbox.Control!, "_control/misp/events", made);
        var uuid = (string)added!["uuid"]!;
        await _client.PostAsync(_sandbox.Control!, "_control/misp/change", new JsonObject { ["events"] = 1, ["attributes"] = 1 });
        var changed = _sandbox.MispState.Get(uuid);
        await _client.SendAsync(HttpMethod.Delete, _sandbox.Control!, $"_control/misp/events/{uuid}");

        Assert.StartsWith("changed-", (string?)changed!["Attribute"]![0]!["value"], StringComparison.Ordinal);
        Assert.Null(_sandbox.MispState.Get(uuid));
    }

    [Fact]
    public void Fault_applies_to_each_request_with_a_text_in_its_body()
    {
        var rule = FaultText.Parse("graph=500/evil.example");

        Assert.Equal((int.MaxValue, 1.0), (rule.Times, rule.Probability));
        Assert.NotNull(rule.When);
        Assert.Equal(2, FaultText.Parse("graph=500x2/evil.example").Times);
    }

    [Theory]
    [InlineData("graph=429@2", "Throttle")]
    [InlineData("sentinel=503-afterx3", "Status")]
    [InlineData("misp=slow:10", "Slow")]
    [InlineData("defender=reset-after~0.05", "Reset")]
    public void Fault_text_is_parsed(string text, string kind) => Assert.Equal(kind, FaultText.Parse(text).Fault.GetType().Name);

    [Theory]
    [InlineData("graph")]
    [InlineData("graph=sulk")]
    [InlineData("github=500")]
    public void Invalid_fault_text_is_refused(string text) => Assert.Throws<FormatException>(() => FaultText.Parse(text));
}
