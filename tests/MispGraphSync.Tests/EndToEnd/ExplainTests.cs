using System.Text.Json;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

public sealed class ExplainTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Explain_names_event_key_and_request_file_of_a_sent_value()
    {
        var (@event, attribute) = Seed("known.example");
        await _run.RunAsync("push");
        await _run.RunAsync("read");
        var key = _run.Sandbox.GraphState.All().Single(one => one.Json.Contains("known.example", StringComparison.Ordinal)).ExternalId;

        var explained = await _run.RunAsync("explain", "hxxps://KNOWN[.]example", "--json");

        Assert.Equal(0, explained.Code);
        var indicator = Assert.Single(explained.Json.GetProperty("indicators").EnumerateArray());
        Assert.Equal(("graph", "held", key), (indicator.GetProperty("destination").GetString(), indicator.GetProperty("state").GetString(),
            indicator.GetProperty("key").GetString()));
        var log = Assert.Single(indicator.GetProperty("logs").EnumerateArray()).GetString()!;
        Assert.Contains(key!, await File.ReadAllTextAsync(Path.Combine(_run.Logs, log), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        var sighting = Assert.Single(explained.Json.GetProperty("sightings").EnumerateArray());
        Assert.Equal((attribute, $"{_run.Sandbox.Misp.AbsoluteUri}events/view/{@event}"),
            (sighting.GetProperty("attribute").GetString(), sighting.GetProperty("link").GetString()));

        foreach (var asked in (string[])[key!, attribute, @event, "known.example"])
        {
            var text = await _run.RunAsync("explain", asked);
            Assert.Equal(0, text.Code);
            Assert.Contains("known.example", text.Out, StringComparison.Ordinal);
            Assert.Contains(key!, text.Out, StringComparison.Ordinal);
            Assert.Contains("is there", text.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Explain_searches_MISP_for_an_unseen_value_unless_offline()
    {
        await _run.RunAsync("push");
        Seed("later.example");
        _run.Sandbox.ForgetRequests();

        var offline = await _run.RunAsync("explain", "later.example", "--offline", "--json");
        Assert.Empty(_run.Sandbox.Requests);
        Assert.Equal(
            (false, JsonValueKind.Null), (offline.Json.GetProperty("seen").GetBoolean(), offline.Json.GetProperty("misp").ValueKind));
        Assert.Equal("domain", offline.Json.GetProperty("prospects")[0].GetProperty("type").GetString());

        var asked = await _run.RunAsync("explain", "LATER[.]example", "--json");
        Assert.Equal(_run.Sandbox.MispState.Events[0]["uuid"]!.GetValue<string>(),
            Assert.Single(asked.Json.GetProperty("misp").EnumerateArray()).GetProperty("event").GetString());
        Assert.Single(_run.Sandbox.RequestsTo(Service.Misp), request => request.Method == "POST");
        Assert.Contains("expression", (await _run.RunAsync("explain", "!later.example", "--json")).Json.GetProperty("mispNote").GetString(),
            StringComparison.Ordinal);
        Assert.Empty((await _run.RunAsync("explain", "nowhere.example", "--json")).Json.GetProperty("misp").EnumerateArray());
    }

    [Fact]
    public async Task Explain_names_the_failed_request_of_a_rejected_indicator_not_only_the_reconciliation_after_it()
    {
        Seed("bad.example");
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Status(500), times: 1_000, when: request =>
            request.Path.EndsWith("submitTiIndicators", StringComparison.Ordinal)
            && request.Body.Contains("bad.example", StringComparison.Ordinal));
        Assert.Equal(3, (await _run.RunAsync("push", "-q")).Code);

        var indicator = (await _run.RunAsync("explain", "bad.example", "--json")).Json.GetProperty("indicators")[0];

        var logs = indicator.GetProperty("logs").EnumerateArray().Select(log => log.GetString()!).ToList();
        Assert.Contains(logs, log => log.Contains("_reconcile_", StringComparison.Ordinal));
        Assert.Contains(logs, log => log.EndsWith("_graph_submit_error_500.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Value_that_a_destination_has_no_field_for_is_named_there()
    {
        Seed("bad.example/without-scheme", "url");
        await _run.RunAsync("push", "-q");

        var explained = await _run.RunAsync("explain", "bad.example/without-scheme");

        Assert.Contains("At graph\n  url bad.example/without-scheme  is skipped here\n    why       no-field-here",
            explained.Out.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_succeeds_when_MISP_is_down()
    {
        _run.Change(settings => settings["misp"]!["key"] = new string('x', 40));

        var explained = await _run.RunAsync("explain", "198.51.100.7");

        Assert.Equal(0, explained.Code);
        Assert.Contains("MISP was not asked, or did not respond", explained.Out, StringComparison.Ordinal);
        Assert.Contains("As ip-dst", explained.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_without_a_value_exits_2()
    {
        Assert.Equal(2, (await _run.RunAsync("explain")).Code);
        Assert.Equal(2, (await _run.RunAsync("explain", " ")).Code);
    }

    private (string Event, string Attribute) Seed(string value, string type = "domain")
    {
        var uuid = _run.Sandbox.MispState.Events[0]["uuid"]!.GetValue<string>();
        return (uuid, _run.Sandbox.MispState.AddAttribute(
            uuid, new() { ["type"] = type, ["value"] = value, ["to_ids"] = true, ["category"] = "Network activity" }));
    }
}
