using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Misp;
using Xunit;

namespace MispGraphSync.Tests.Sandbox;

public class SampleEventTests
{
    private static readonly string[] Reserved =
        ["192.0.2.", "198.51.100.", "203.0.113.", "198.18.", "2001:db8:", "2001:0DB8:", "192.168."];

    [Fact]
    public void Sample_has_a_dozen_events_with_about_150_attributes()
    {
        var events = SampleEvents.All();

        Assert.Equal(12, events.Count);
        Assert.InRange(events.Sum(one => Attributes(one).Count()), 130, 170);
    }

    [Fact]
    public void Sample_addresses_are_reserved()
    {
        var addresses = SampleEvents.All().SelectMany(Attributes)
            .Where(attribute => ((string)attribute["type"]!).StartsWith("ip-", StringComparison.Ordinal))
            .Select(attribute => (string)attribute["value"]!);

        Assert.All(addresses, address => Assert.Contains(Reserved, prefix => address.StartsWith(prefix, StringComparison.Ordinal)));
    }

    [Fact]
    public void Sample_names_are_reserved()
    {
        var names = SampleEvents.All().SelectMany(Attributes)
            .Where(attribute => (string?)attribute["type"] is "domain" or "hostname")
            .Select(attribute => (string)attribute["value"]!);

        Assert.All(names, name => Assert.EndsWith(".example", name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sample_is_the_same_in_every_sandbox()
    {
        var options = new SandboxOptions { SampleEvents = true, Time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider() };
        await using var one = await SandboxHost.StartAsync(options, TestContext.Current.CancellationToken);
        await using var other = await SandboxHost.StartAsync(options, TestContext.Current.CancellationToken);

        Assert.Equal(one.MispState.Events.Select(json => json.ToJsonString()), other.MispState.Events.Select(json => json.ToJsonString()));
    }

    private static IEnumerable<JsonNode> Attributes(JsonObject json) => List(json, "Attribute")
        .Concat(List(json, "Object").SelectMany(one => List((JsonObject)one, "Attribute")));

    private static IEnumerable<JsonNode> List(JsonObject json, string name) => json[name] is JsonArray list ? list.Select(one => one!) : [];
}
