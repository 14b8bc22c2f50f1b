using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Graph;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>One read of MISP for all three kinds of destination: each holds exactly what MISP implies.</summary>
public sealed class FanOutTests : IAsyncLifetime
{
    private const int Events = 20;
    private const int Attributes = 15;

    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(new SandboxOptions(), "graph", "sentinel", "defender");
        var number = 0;
        for (var i = 0; i < Events; i++)
        {
            var attributes = new JsonArray();
            for (var j = 0; j < Attributes; j++) attributes.Add(Domain($"d{++number}.example"));
            _run.Sandbox.MispState.AddEvent(new JsonObject { ["info"] = $"Event {i}", ["Attribute"] = attributes });
        }
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Three_destinations_follow_creation_change_removal_and_return()
    {
        await PushAsync();
        AssertSame();

        _run.Sandbox.ForgetRequests();
        await PushAsync();
        Assert.DoesNotContain(_run.Sandbox.Requests, request =>
            request.Service is not (Service.Misp or Service.Entra) && !request.Path.EndsWith("?$top=1", StringComparison.Ordinal));

        var first = _run.Sandbox.MispState.Events[0];
        var removed = first["Attribute"]!.AsArray()[0]!;
        _run.Sandbox.MispState.AddAttribute(first["uuid"]!.GetValue<string>(), Domain("added.example"));
        _run.Sandbox.MispState.RemoveAttribute(removed["uuid"]!.GetValue<string>());
        var change = await PushAsync();
        Assert.All(change.GetProperty("destinations").EnumerateArray(), one => Assert.Equal((1, 1),
            (one.GetProperty("planned").GetProperty("create").GetInt32(), one.GetProperty("planned").GetProperty("delete").GetInt32())));
        AssertSame();

        _run.Sandbox.MispState.AddAttribute(first["uuid"]!.GetValue<string>(), Domain(removed["value"]!.GetValue<string>()));
        await PushAsync();
        AssertSame();
    }

    [Fact]
    public async Task Destination_that_was_down_catches_up_without_affecting_others()
    {
        _run.Sandbox.GraphState.Availability = GraphAvailability.Forbidden;
        var push = await _run.RunAsync("push", "--json");
        Assert.Equal(4, push.Code);
        Assert.Equal(Wanted(), _run.Sandbox.Values("sentinel"));
        Assert.Equal(Wanted(), _run.Sandbox.Values("defender"));

        _run.Sandbox.GraphState.Availability = GraphAvailability.Available;
        await PushAsync();
        AssertSame();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Record_without_a_response_does_not_block_other_records(bool afterHandling)
    {
        foreach (var service in (Service[])[Service.Graph, Service.Sentinel, Service.Defender])
        {
            _run.Sandbox.Faults.Add(service, new Fault.Html(afterHandling), times: int.MaxValue, when: request => request.Body.Contains(
                "\"d77.example\"", StringComparison.Ordinal) || request.Body.Contains("'d77.example'", StringComparison.Ordinal));
        }

        var push = await _run.RunAsync("push", "--json");

        Assert.Equal(3, push.Code);
        Assert.All(push.Json.GetProperty("destinations").EnumerateArray(), one => Assert.Equal(
            ((Events * Attributes) - 1, 1, 0),
            (one.GetProperty("accepted").GetInt32(), one.GetProperty("rejected").GetInt32(), one.GetProperty("unknown").GetInt32())));
        var errors = (await _run.RunAsync("errors", "--json")).Json.EnumerateArray().ToList();
        Assert.Equal(3, errors.Count);
        Assert.All(errors, error => Assert.Contains("while others get one",
            error.GetProperty("reason").GetString() + error.GetProperty("response").GetString(), StringComparison.Ordinal));

        _run.Sandbox.Faults.Clear();
        await PushAsync();
        AssertSame();
    }

    [Fact]
    public async Task Full_Defender_takes_what_fits_and_the_others_take_all()
    {
        _run.Change(settings => settings["destinations"]![2]!["capacity"] = 100);

        var push = await PushAsync();

        Assert.Equal(100, _run.Sandbox.Values("defender").Count);
        Assert.Equal(Wanted(), _run.Sandbox.Values("graph"));
        Assert.Equal(Wanted(), _run.Sandbox.Values("sentinel"));
        Assert.Equal((Events * Attributes) - 100, push.GetProperty("destinations")[2]
            .GetProperty("skipped")
            .GetProperty("over-capacity")
            .GetInt32());
        Assert.Equal(0, (await PushAsync()).GetProperty("destinations")[2].GetProperty("planned").GetProperty("create").GetInt32());
    }

    private async Task<JsonElement> PushAsync()
    {
        var push = await _run.RunAsync("push", "--json");
        Assert.True(push.Code == 0, push.Out + push.Error);
        return push.Json;
    }

    private void AssertSame() => Assert.All(SandboxItems.Kinds, kind => Assert.Equal(Wanted(), _run.Sandbox.Values(kind)));

    private List<string> Wanted() => Ordered(_run.Sandbox.MispState.Events.SelectMany(one => one["Attribute"]!.AsArray())
        .Where(one => one!["deleted"]?.GetValue<bool>() != true)
        .Select(one => one!["value"]!.GetValue<string>()));

    private static List<string> Ordered(IEnumerable<string> values) => [.. values.Order(StringComparer.Ordinal)];

    private static JsonObject Domain(string value) =>
        new() { ["type"] = "domain", ["category"] = "Network activity", ["to_ids"] = true, ["value"] = value };
}
