using System.Text.Json.Nodes;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Sandbox;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;
using Xunit;

namespace MispGraphSync.Tests.Sources.Misp;

/// <summary>A server that cannot give some events in full, or cuts answers off, against the sandbox.</summary>
public sealed class OversizedEventTests : IAsyncLifetime
{
    private readonly LogLines _log = new();
    private readonly SkippingTime _time = new();
    private SandboxHost _sandbox = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync(new SandboxOptions { SampleEvents = true }, TestContext.Current.CancellationToken);
        _http = MispClient.CreateHttp(new MispSettings(), caFile: null, proxy: null);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task An_event_too_big_for_one_response_is_read_in_pieces_and_is_the_same()
    {
        var big = _sandbox.MispState.AddEvent(Big(loose: 1_500, objects: 400));
        var (before, _) = await ReadAsync();
        var asked = Requests;

        _sandbox.MispState.MemoryLimit = 200_000;
        var (after, source) = await ReadAsync();

        Assert.Equal(before, after);
        Assert.Empty(source.Gaps);
        var text = Assert.Single(after, text => text.StartsWith($"{big} Big", StringComparison.Ordinal));
        Assert.All(
            ["ours", "mine", "event:kept", "attribute:kept", "member:kept"],
            tag => Assert.Contains(new MispTag(tag, IsLocal: true).ToString(), text, StringComparison.Ordinal));
        Assert.All(
            ["tlp:green", "tlp:red", "late", "member"],
            tag => Assert.Contains(new MispTag(tag).ToString(), text, StringComparison.Ordinal));
        Assert.Contains(_log.Lines, line => line.Contains($"Fetching event {big} \"in pieces\"", StringComparison.Ordinal));
        Assert.InRange(Requests - asked, 10, 40);
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task An_event_whose_galaxies_are_too_big_is_read_without_them()
    {
        var json = Big(loose: 3, objects: 0);
        json["Tag"] = new JsonArray("misp-galaxy:threat-actor=\"7c1f2e9a-0000-4000-8000-000000000001\"");
        json["Galaxy"] = new JsonArray(new JsonObject { ["type"] = "threat-actor", ["description"] = new string('x', 300_000) });
        _sandbox.MispState.AddEvent(json);
        _sandbox.MispState.MemoryLimit = 200_000;

        var (read, source) = await ReadAsync();

        Assert.Empty(source.Gaps);
        Assert.Single(read, text => text.Contains("Big", StringComparison.Ordinal));
        Assert.DoesNotContain(_sandbox.RequestsTo(Service.Misp),
            request => request.Path.StartsWith("/attributes", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Tag")]
    [InlineData("Attribute")]
    public async Task Galaxies_are_fetched_only_for_events_with_a_custom_cluster(string place)
    {
        var tag = new JsonArray("misp-galaxy:threat-actor=\"7c1f2e9a-0000-4000-8000-000000000001\"");
        var galaxy = new JsonArray(new JsonObject
        {
            ["type"] = "threat-actor",
            ["GalaxyCluster"] = new JsonArray(new JsonObject { ["value"] = "Own actor" }),
        });
        var json = Big(loose: 2, objects: 0);
        var owner = place == "Tag" ? json : (JsonObject)json["Attribute"]![0]!;
        (owner["Tag"], owner["Galaxy"]) = (tag, galaxy);
        _sandbox.MispState.AddEvent(json);

        var (read, _) = await ReadAsync();

        var full = _sandbox.RequestsTo(Service.Misp).Select(Body).Where(body => body?["eventid"] is not null).ToList();
        Assert.Equal(["1", "0"], full.Select(body => body!["excludeGalaxy"]!.ToString()));
        Assert.Single(full[1]!["eventid"]!.AsArray());
        Assert.Contains("Own actor", Assert.Single(read, text => text.Contains("Big", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Galaxies_are_fetched_a_page_at_a_time_between_the_other_requests()
    {
        for (var i = 0; i < 4; i++)
        {
            var json = Big(loose: 1, objects: 0);
            json["Tag"] = new JsonArray("misp-galaxy:threat-actor=\"7c1f2e9a-0000-4000-8000-000000000001\"");
            _sandbox.MispState.AddEvent(json);
        }

        var source = Source(pageSize: 2);
        var headers = await source.ListAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        await TextsAsync(source, headers[^4..]);

        var full = _sandbox.RequestsTo(Service.Misp).Select(Body).Where(body => body?["eventid"] is not null);
        Assert.Equal(["1", "0", "1", "0"], full.Select(body => body!["excludeGalaxy"]!.ToString()));
    }

    [Fact]
    public async Task A_response_that_ends_in_an_error_fails_with_any_status()
    {
        _sandbox.MispState.AddEvent(Big(loose: 100, objects: 0));
        var (before, _) = await ReadAsync();

        _sandbox.MispState.TimeLimit = 70_000;
        var (after, source) = await ReadAsync();

        Assert.Equal(before, after);
        Assert.Empty(source.Gaps);
        Assert.Contains(_log.Lines,
            line => line.Contains("is not valid JSON", StringComparison.Ordinal) || line.Contains("is cut off", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_fails_on_every_event_gets_few_requests()
    {
        _sandbox.MispState.FailsOnFullEvents = true;
        _sandbox.Faults.Add(Service.Misp, new Fault.Status(500),
            when: request => request.Path.StartsWith("/objects", StringComparison.Ordinal), times: 1000);

        var failure = await Assert.ThrowsAsync<MispException>(ReadAsync);

        Assert.Equal(RunOutcome.Unreachable, failure.Outcome);
        Assert.InRange(Requests, 1, 24);
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task A_server_that_stops_during_the_read_gets_few_requests()
    {
        var source = Source();
        var headers = await source.ListAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        var asked = Requests;
        _sandbox.Faults.Add(Service.Misp, new Fault.Status(500), times: 1000);

        await Assert.ThrowsAsync<MispException>(() => TextsAsync(source, headers));

        Assert.InRange(Requests - asked, 1, 8);
    }

    [Fact]
    public async Task An_event_that_fails_in_pieces_too_is_a_gap_and_the_others_are_read()
    {
        var big = _sandbox.MispState.AddEvent(Big(loose: 1_500, objects: 0));
        _sandbox.MispState.MemoryLimit = 200_000;
        _sandbox.Faults.Add(Service.Misp, new Fault.Status(403),
            when: request => request.Path.StartsWith("/attributes", StringComparison.Ordinal), times: 1000);

        var (read, source) = await ReadAsync();

        Assert.Equal(_sandbox.MispState.Count - 1, read.Count);
        Assert.Contains(big, Assert.Single(source.Gaps), StringComparison.Ordinal);
        Assert.Empty(_time.Waits);
    }

    private int Requests => _sandbox.RequestsTo(Service.Misp).Count;

    private static JsonObject Big(int loose, int objects) => new()
    {
        ["info"] = "Big",
        ["Tag"] = new JsonArray("tlp:green", new JsonObject { ["name"] = "ours", ["local"] = true }, Kept("event:kept")),
        ["Attribute"] = new JsonArray([.. Enumerable.Range(0, loose).Select(number => (JsonNode)new JsonObject
        {
            ["type"] = "ip-dst",
            ["value"] = number == 7 ? "198.51.100.53" : $"203.0.{number / 256}.{number % 256}",
            ["Tag"] = (number % 20) switch
            {
                0 => new JsonArray("tlp:red", new JsonObject { ["name"] = "mine", ["local"] = true }),
                10 => new JsonArray("late", Kept("attribute:kept")),
                _ => [],
            },
        })]),
        ["Object"] = new JsonArray([.. Enumerable.Range(0, objects).Select(number => (JsonNode)new JsonObject
        {
            ["name"] = "file",
            ["Attribute"] = new JsonArray([.. Enumerable.Range(0, 3).Select(part => (JsonNode)new JsonObject
            {
                ["type"] = "filename", ["object_relation"] = "filename", ["value"] = $"{number}-{part}.exe",
                ["Tag"] = part == 1 ? new JsonArray("member", Kept("member:kept")) : [],
            })]),
        })]),
    };

    private static JsonObject Kept(string tag) => new() { ["name"] = tag, ["exportable"] = false };

    private async Task<(List<string> Events, MispSource Source)> ReadAsync()
    {
        var source = Source();
        var headers = await source.ListAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        return (await TextsAsync(source, headers), source);
    }

    /// <summary>All that is mapped of each event, as a text.</summary>
    private static async Task<List<string>> TextsAsync(MispSource source, List<EventHeader> headers)
    {
        var texts = new List<string>();
        await foreach (var read in source.FetchAsync(headers, TestContext.Current.CancellationToken))
        {
            texts.Add($"{read.Event.Uuid} {read.Event.Info} {read.Event.Timestamp} {Tags(read.Event.Tags, read.Event.Galaxies)} "
                + string.Join('\n', read.Items.Select(Text).Order(StringComparer.Ordinal)));
        }
        return [.. texts.Order(StringComparer.Ordinal)];
    }

    private static string Text(EventItem item) => item switch
    {
        EventItem.Attribute one => Text(one.Value),
        EventItem.Object one => $"{one.Value with { Attributes = [] }} {string.Join('|', one.Value.Attributes.Select(Text))}",
        _ => "",
    };

    private static string Text(MispAttribute one) =>
        $"{one.Uuid} {one.Type} {one.Category} {one.Value} {one.ToIds} {one.OnWarninglist} {one.Timestamp} {one.FirstSeen} {one.Comment} "
        + $"{one.ObjectRelation} {Tags(one.Tags, one.Galaxies)}";

    private static string Tags(IEnumerable<MispTag> tags, IEnumerable<GalaxyCluster> galaxies) =>
        string.Join(',', tags.Concat<object>(galaxies));

    private static JsonNode? Body(SeenRequest request) => request.Body.Length == 0 ? null : JsonNode.Parse(request.Body);

    private MispSource Source(int pageSize = 100)
    {
        var settings = new MispSettings { Url = _sandbox.Misp, PageSize = pageSize, Timeout = _time.Limit };
        var client = new MispClient(
            _http, _sandbox.Misp, _ => ValueTask.FromResult(_sandbox.Options.MispKey), _time.Limit, _time, _log.Log);
        return new MispSource(client, settings, FilterPlan.Everything, _time, _log.Log);
    }
}
