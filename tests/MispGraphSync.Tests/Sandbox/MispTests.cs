using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Sandbox;

public sealed class MispTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private SandboxHost _sandbox = null!;
    private SandboxClient _client = null!;
    private string _first = "";
    private string _second = "";

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync(new SandboxOptions { Time = _time }, TestContext.Current.CancellationToken);
        _client = new SandboxClient(_sandbox);
        _client.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", _sandbox.Options.MispKey);
        _first = _sandbox.MispState.AddEvent(Event(
            """
            { "info": "First", "date": "2026-01-01",
              "Tag": ["tlp:green", { "name": "working", "local": true }, "misp-galaxy:ransomware=\"Sandfox\""],
              "Attribute": [ { "type": "domain", "value": "a.example" }, { "type": "ip-dst", "value": "198.51.100.53", "Tag": ["tlp:red"] },
                             { "type": "domain|ip", "value": "b.example|192.0.2.7", "to_ids": false },
                             { "type": "domain", "value": "old.example", "deleted": true } ] }
            """));
        _second = _sandbox.MispState.AddEvent(Event(
            """
            { "info": "Second", "date": "2025-12-01", "published": false, "Orgc": { "name": "Other CERT" }, "Tag": ["tlp:amber"],
              "Object": [ { "name": "file", "Attribute": [ { "type": "sha256", "object_relation": "sha256", "value": "00" } ] } ] }
            """));
        _sandbox.MispState.AddEvent(Event("""{ "info": "Third", "date": "2026-01-01" }"""));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Theory]
    [InlineData("""{}""", "First Second Third")]
    [InlineData("""{ "type": "" , "org": null, "tags": [] }""", "First Second Third")]
    [InlineData("""{ "request": { "type": "sha256" } }""", "Second")]
    [InlineData("""{ "type": ["sha256", "domain|ip"] }""", "First Second")]
    [InlineData("""{ "type": "!sha256" }""", "First")]
    [InlineData("""{ "type": "domain", "value": "198.51.100.53" }""", "First")]
    [InlineData("""{ "value": "b.example" }""", "First")]
    [InlineData("""{ "value": "%.example" }""", "First")]
    [InlineData("""{ "value": "!a.example" }""", "First Second")]
    [InlineData("""{ "value": "old.example" }""", "")]
    [InlineData("""{ "deleted": 1 }""", "First")]
    [InlineData("""{ "tags": "tlp:%" }""", "First Second")]
    [InlineData("""{ "tags": { "AND": ["tlp:green", "tlp:red"] } }""", "First")]
    [InlineData("""{ "tags": { "AND": ["tlp:green", "no:such"] } }""", "")]
    [InlineData("""{ "tags": "!tlp:green" }""", "Second Third")]
    [InlineData("""{ "tags": "!no:such" }""", "First Second Third")]
    [InlineData("""{ "tags": "TLP:GREEN" }""", "")]
    [InlineData("""{ "tags": " tlp:gree_ " }""", "First")]
    [InlineData("""{ "org": "OTHER cert" }""", "")]
    [InlineData("""{ "event_tags": "tlp:red" }""", "")]
    [InlineData("""{ "org": "Other CERT" }""", "Second")]
    [InlineData("""{ "org": "!Other CERT" }""", "First Third")]
    [InlineData("""{ "eventid": "1||3" }""", "First Third")]
    [InlineData("""{ "published": 0 }""", "Second")]
    [InlineData("""{ "published": false }""", "First Second Third")]
    [InlineData("""{ "published": "false" }""", "First Third")]
    [InlineData("""{ "to_ids": 0 }""", "First")]
    [InlineData("""{ "to_ids": [0, 1] }""", "First Second")]
    [InlineData("""{ "deleted": 0 }""", "First Second")]
    [InlineData("""{ "published": [0, 1], "tags": "", "last": "36500d" }""", "First Second Third")]
    [InlineData("""{ "from": "2026-01-01" }""", "First Third")]
    [InlineData("""{ "to": "2025-12-31" }""", "Second")]
    [InlineData("""{ "from": "yesterday-ish" }""", "First Second Third")]
    [InlineData("""{ "last": "5d" }""", "First Third")]
    [InlineData("""{ "last": "5w" }""", "")]
    [InlineData("""{ "timestamp": ["2d", "1d"] }""", "")]
    [InlineData("""{ "eventinfo": "%ir%" }""", "First Third")]
    [InlineData("""{ "eventinfo": "%IR%" }""", "")]
    [InlineData("""{ "eventinfo": "F%t" }""", "")]
    [InlineData("""{ "searchall": "b.example|192.0.2.7" }""", "First")]
    [InlineData("""{ "searchall": "Sec%", "org": "Nobody", "eventid": "1", "timestamp": ["2d", "1d"] }""", "Second")]
    [InlineData("""{ "searchall": "", "eventid": 3 }""", "First Second")]
    [InlineData("""{ "searchall": "%m%", "published": 0, "tags": "tlp:%" }""", "Second")]
    [InlineData("""{ "limit": 2, "page": 1 }""", "First Second")]
    [InlineData("""{ "limit": 2, "page": 2 }""", "Third")]
    [InlineData("""{ "limit": 2, "page": 3 }""", "")]
    [InlineData("""{ "page": 2 }""", "First Second Third")]
    [InlineData("""{ "limit": "abc" }""", "")]
    public async Task Filters_select_events_as_the_server_does(string filters, string expected)
    {
        var body = Event(filters);
        if (body["request"] is null) body["order"] = "Event.id asc";

        var found = await SearchAsync(body);

        Assert.Equal(expected, string.Join(' ', found.Select(one => (string)one["info"]!)));
    }

    [Fact]
    public async Task Only_to_ids_warninglists_and_negated_tags_remove_attributes()
    {
        Assert.Equal(3, await CountAsync("""{ "eventid": 1, "type": "domain|ip" }"""));
        Assert.Equal(2, await CountAsync("""{ "eventid": 1, "to_ids": 1 }"""));
        Assert.Equal(2, await CountAsync("""{ "eventid": 1, "enforceWarninglist": 1 }"""));
        Assert.Equal(2, await CountAsync("""{ "eventid": 1, "tags": "!tlp:red" }"""));
        Assert.Equal(4, await CountAsync("""{ "eventid": 1, "deleted": [0, 1] }"""));

        async Task<int> CountAsync(string filters) => Assert.Single(await SearchAsync(Event(filters)))["Attribute"]!.AsArray().Count;
    }

    [Fact]
    public async Task Search_defaults_of_the_user_are_merged_into_a_search()
    {
        _sandbox.MispState.User.SearchDefaults = Event("""{ "published": "1", "eventid": ["1", "2", "3"], "searchall": "no:such" }""");

        Assert.Equal(["First", "Third"], await NamesAsync("""{ "published": null }"""));
        Assert.Equal(["First", "Second", "Third"], await NamesAsync("""{ "published": [0, 1] }"""));
        Assert.Equal(["Second", "Third"], await NamesAsync("""{ "published": [0, 1], "eventid": ["2"] }"""));
        var (_, user) = await _client.GetAsync(_sandbox.Misp, "users/view/me");
        Assert.Equal("1", (string?)user!["UserSetting"]!["default_restsearch_parameters"]!["published"]);

        async Task<List<string>> NamesAsync(string filters)
        {
            var body = Event(filters);
            body["order"] = "Event.id asc";
            return [.. (await SearchAsync(body)).Select(one => (string)one["info"]!)];
        }
    }

    [Fact]
    public async Task Attributes_and_objects_are_paged_without_a_count()
    {
        var (_, first) = await _client.PostAsync(_sandbox.Misp, "attributes/restSearch", Event(
            """{ "eventid": 1, "limit": 2, "page": 1, "excludeLocalTags": 0, "includeWarninglistHits": 1 }"""));
        var (_, past) = await _client.PostAsync(_sandbox.Misp, "attributes/restSearch",
            Event("""{ "eventid": 1, "limit": 2, "page": 3 }"""));
        var (_, member) = await _client.PostAsync(_sandbox.Misp, "attributes/restSearch", Event("""{ "eventid": 2 }"""));
        var (_, objects) = await _client.PostAsync(_sandbox.Misp, "objects/restSearch", Event("""{ "eventid": 2, "metadata": 1 }"""));

        var rows = first!["response"]!["Attribute"]!.AsArray();
        Assert.Equal(["a.example", "198.51.100.53"], rows.Select(row => (string)row!["value"]!));
        Assert.Equal("tlp:red", (string?)rows[1]!["Tag"]![0]!["name"]);
        Assert.NotNull(rows[1]!["warnings"]);
        Assert.Empty(past!["response"]!["Attribute"]!.AsArray());
        var one = objects!["response"]![0]!["Object"]!;
        Assert.Equal("file", (string?)one["name"]);
        Assert.Null(one["Attribute"]);
        Assert.Equal((string?)one["id"], (string?)member!["response"]!["Attribute"]![0]!["Object"]!["id"]);
    }

    [Fact]
    public async Task Tags_follow_attributes_and_objects_and_local_tags_need_a_parameter()
    {
        var plain = Assert.Single(await SearchAsync(Event("""{ "eventid": 1 }""")));
        var withLocal = Assert.Single(await SearchAsync(Event("""{ "eventid": 1, "excludeLocalTags": 0 }""")));

        Assert.Equal("Tag", plain.Last().Key);
        Assert.Equal(2, plain["Tag"]!.AsArray().Count);
        Assert.Equal(3, withLocal["Tag"]!.AsArray().Count);
    }

    [Fact]
    public async Task Non_exportable_tags_are_returned_only_with_includeAllTags()
    {
        _sandbox.MispState.SetExportable("tlp:red", false);
        _sandbox.MispState.SetExportable("tlp:green", false);

        var plain = Assert.Single(await SearchAsync(Event("""{ "eventid": 1 }""")));
        var all = Assert.Single(await SearchAsync(Event("""{ "eventid": 1, "includeAllTags": 1 }""")));
        var (_, part) = await _client.PostAsync(_sandbox.Misp, "attributes/restSearch", Event("""{ "eventid": 1 }"""));
        var (_, parts) = await _client.PostAsync(
            _sandbox.Misp, "attributes/restSearch", Event("""{ "eventid": 1, "includeAllTags": 1, "includeEventTags": 1 }"""));

        Assert.DoesNotContain("tlp:", plain.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal([false],
            all["Tag"]!.AsArray().Where(tag => (string)tag!["name"]! == "tlp:green").Select(tag => (bool)tag!["exportable"]!));
        Assert.Equal("tlp:red", (string?)all["Attribute"]![1]!["Tag"]![0]!["name"]);
        Assert.DoesNotContain("tlp:", part!.ToJsonString(), StringComparison.Ordinal);
        var tags = parts!["response"]!["Attribute"]![1]!["Tag"]!.AsArray();
        Assert.Equal(["id", "name", "colour", "numerical_value", "is_galaxy", "local"], tags[0]!.AsObject().Select(pair => pair.Key));
        Assert.Equal(["id", "name", "colour", "numerical_value", "inherited"], tags[1]!.AsObject().Select(pair => pair.Key));
    }

    [Fact]
    public async Task Metadata_omits_the_arrays()
    {
        var head = Assert.Single(await SearchAsync(Event("""{ "eventid": 1, "metadata": 1, "excludeGalaxy": 1 }""")));

        Assert.DoesNotContain("Attribute", head.Select(pair => pair.Key));
        Assert.DoesNotContain("Galaxy", head.Select(pair => pair.Key));
        Assert.Equal("3", (string?)head["attribute_count"]);
    }

    [Fact]
    public async Task Warninglist_hits_are_reported()
    {
        var whole = Assert.Single(await SearchAsync(Event("""{ "eventid": 1, "includeWarninglistHits": 1 }""")));

        var hit = Assert.Single(whole["Attribute"]!.AsArray(), attribute => attribute!["warnings"] is not null);
        Assert.Equal("198.51.100.53/32", (string?)hit!["warnings"]![0]!["match"]);
    }

    [Theory]
    [InlineData("""{ "includeWarninglistHits": 1 }""", 200)]
    [InlineData("""{ "enforceWarninglist": 1 }""", 200)]
    [InlineData("""{ "noShadowAttributes": 1 }""", 200)]
    [InlineData("""{ "includeWarninglistHits": 1, "noShadowAttributes": 0 }""", 200)]
    [InlineData("""{ "includeWarninglistHits": 0, "noShadowAttributes": 1 }""", 200)]
    [InlineData("""{ "includeWarninglistHits": 0, "enforceWarninglist": 0, "metadata": 1 }""", 200)]
    [InlineData("""{ "includeWarninglistHits": 1, "noShadowAttributes": 1 }""", 500)]
    [InlineData("""{ "includeWarninglistHits": true, "noShadowAttributes": "1" }""", 500)]
    [InlineData("""{ "includeWarninglistHits": 1, "metadata": 1 }""", 500)]
    [InlineData("""{ "enforceWarninglist": 1, "noShadowAttributes": 1 }""", 500)]
    [InlineData("""{ "enforceWarninglist": 1, "metadata": 1 }""", 500)]
    [InlineData("""{ "timestamp": ["1d", "2d", "3d"] }""", 500)]
    public async Task Unsupported_combinations_return_500(string filters, int expected)
    {
        var (status, body) = await _client.PostAsync(_sandbox.Misp, "events/restSearch", Event(filters));

        Assert.Equal(expected, status);
        Assert.Equal(expected == 500 ? "An Internal Error Has Occurred." : null, (string?)body!["message"]);
    }

    [Theory]
    [InlineData("\"3\"", 3)]
    [InlineData("[1, 2]", 0)]
    [InlineData("\"!1\"", 0)]
    [InlineData("\"0\"", 3)]
    public async Task Distribution_filter_shortens_pages_and_not_the_count(string distribution, int expected)
    {
        using var content = new StringContent(
            $$"""{ "distribution": {{distribution}}, "limit": 5, "page": 1 }""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await _client.Http.PostAsync(new Uri(_sandbox.Misp, "events/restSearch"), content, SandboxClient.Ct);

        Assert.Equal("3", answer.Headers.GetValues("X-Result-Count").Single());
        var found = JsonNode.Parse(await answer.Content.ReadAsStringAsync(SandboxClient.Ct))!["response"]!.AsArray();
        Assert.Equal(expected, found.Count);
    }

    [Fact]
    public async Task Count_covers_all_pages_and_Date_is_the_sandbox_clock()
    {
        using var content = new StringContent("""{ "limit": 1 }""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await _client.Http.PostAsync(new Uri(_sandbox.Misp, "events/restSearch"), content, SandboxClient.Ct);

        Assert.Equal("3", answer.Headers.GetValues("X-Result-Count").Single());
        Assert.Equal(_time.GetUtcNow(), answer.Headers.Date);
    }

    [Fact]
    public async Task Wrong_key_returns_403_and_broken_JSON_405()
    {
        using var broken = new StringContent("{", System.Text.Encoding.UTF8, "application/json");
        using var answer = await _client.Http.PostAsync(new Uri(_sandbox.Misp, "events/restSearch"), broken, SandboxClient.Ct);
        _client.Http.DefaultRequestHeaders.Clear();
        _client.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + _sandbox.Options.MispKey);
        var (status, body) = await _client.GetAsync(_sandbox.Misp, "servers/getVersion");

        Assert.Equal(405, (int)answer.StatusCode);
        Assert.Equal(403, status);
        Assert.StartsWith("Authentication failed", (string?)body!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_are_visible_and_update_the_timestamp()
    {
        _time.Advance(TimeSpan.FromMinutes(1));
        var added = _sandbox.MispState.AddAttribute(_first, new JsonObject { ["type"] = "url", ["value"] = "https://c.example/" });
        _sandbox.MispState.SetToIds(added, false);
        _sandbox.MispState.Remove(_second);

        var whole = Assert.Single(await SearchAsync(Event($$"""{ "uuid": "{{added}}" }""")));

        Assert.Equal("1767323105", (string?)whole["timestamp"]);
        Assert.Equal(4, whole["Attribute"]!.AsArray().Count);
        Assert.Equal(2, (await SearchAsync([])).Count);
    }

    [Fact]
    public async Task Generated_events_are_deterministic_and_can_change()
    {
        _sandbox.MispState.Clear();
        _sandbox.MispState.Generate(20, 50);
        var before = (await SearchAsync([])).Select(one => one.ToJsonString()).ToArray();
        var again = (await SearchAsync([])).Select(one => one.ToJsonString()).ToArray();

        var changed = _sandbox.MispState.Change(events: 0.1, attributes: 0.5);
        var after = (await SearchAsync([])).Select(one => one.ToJsonString()).ToArray();

        Assert.Equal(before, again);
        Assert.Equal(50, changed);
        Assert.Equal(2, before.Zip(after).Count(pair => pair.First != pair.Second));
    }

    [Fact]
    public async Task Rate_limit_is_in_headers_without_Retry_After()
    {
        _sandbox.MispState.RateLimit = 1;
        await SearchAsync([]);
        using var content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        using var answer = await _client.Http.PostAsync(new Uri(_sandbox.Misp, "events/restSearch"), content, SandboxClient.Ct);

        Assert.Equal(429, (int)answer.StatusCode);
        Assert.Null(answer.Headers.RetryAfter);
        Assert.Equal("900", answer.Headers.GetValues("X-Rate-Limit-Reset").Single());
    }

    private static JsonObject Event(string json) => (JsonObject)JsonNode.Parse(json)!;

    private async Task<List<JsonObject>> SearchAsync(JsonObject filters)
    {
        var (status, body) = await _client.PostAsync(_sandbox.Misp, "events/restSearch", filters);
        Assert.Equal(200, status);
        return [.. body!["response"]!.AsArray().Select(one => (JsonObject)one!["Event"]!)];
    }
}
