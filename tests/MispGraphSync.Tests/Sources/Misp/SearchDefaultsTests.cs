using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Core.Ports;
using MispGraphSync.Sandbox;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;
using Xunit;

namespace MispGraphSync.Tests.Sources.Misp;

/// <summary>Stored search defaults of the key's user do not change what is read.</summary>
public sealed class SearchDefaultsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"published":"1"}""")]
    [InlineData("""{"published":0}""")]
    [InlineData("""{"to_ids":"1"}""")]
    [InlineData("""{"tags":"x"}""")]
    [InlineData("""{"tags":["x","y","z"]}""")]
    [InlineData("""{"tags":{"NOT":["tlp:red"]}}""")]
    [InlineData("""{"org":["Nobody","Nowhere"],"type":"md5","distribution":"1"}""")]
    [InlineData("""{"eventid":["1","2","3"]}""")]
    [InlineData("""{"searchall":"%x%"}""")]
    [InlineData("""{"enforceWarninglist":"1"}""")]
    [InlineData("""{"includeWarninglistHits":1,"noShadowAttributes":1}""")]
    [InlineData("""{"deleted":"only"}""")]
    [InlineData("""{"last":"1h","timestamp":["2h","1h"]}""")]
    [InlineData("""{"from":"2030-01-01","to":"2031-01-01"}""")]
    [InlineData("""{"metadata":1,"flatten":1,"excludeLocalTags":1,"excludeGalaxy":1,"limit":1,"page":7}""")]
    public async Task Stored_search_defaults_are_overridden(string defaults)
    {
        await using var sandbox = await SandboxHost.StartAsync(new SandboxOptions { SampleEvents = true }, Ct);
        var before = await ReadAsync(sandbox);

        sandbox.MispState.User.SearchDefaults = JsonNode.Parse(defaults)!.AsObject();
        var after = await ReadAsync(sandbox);

        Assert.Equal(before.Events, after.Events);
        Assert.NotEqual(before.State.Fingerprint, after.State.Fingerprint);
        Assert.NotEqual(before.State.Selection, after.State.Selection);
    }

    [Fact]
    public void Own_keys_stay_and_keys_that_cannot_be_overridden_are_named()
    {
        var defaults = Of("""{"tags":["x","y","z"],"published":"1","limit":5,"searchall":"%x%","galaxy.meta":"q"}""");

        var body = JsonNode.Parse("""{"tags":["a"],"limit":100}""")!.AsObject();
        defaults.OverrideIn(body);

        Assert.Equal("""{"tags":["a","a","a"],"limit":100,"published":[0,1]}""", body.ToJsonString());
        Assert.Equal(["galaxy.meta"], defaults.Lasting);
    }

    [Theory]
    [InlineData("""{"UserSetting":[]}""")]
    [InlineData("""{"UserSetting":{"default_restsearch_parameters":[]}}""")]
    [InlineData("""{"User":{}}""")]
    [InlineData("""[]""")]
    public void A_body_without_stored_defaults_is_unchanged(string user)
    {
        using var json = JsonDocument.Parse(user);
        var body = new JsonObject();
        new SearchDefaults(json.RootElement).OverrideIn(body);

        Assert.Equal("{}", body.ToJsonString());
    }

    private static SearchDefaults Of(string defaults)
    {
        using var json = JsonDocument.Parse($$$"""{"UserSetting":{"default_restsearch_parameters":{{{defaults}}}}}""");
        return new SearchDefaults(json.RootElement);
    }

    private static async Task<(List<string> Events, SourceState State)> ReadAsync(SandboxHost sandbox)
    {
        var settings = new MispSettings { Url = sandbox.Misp, PageSize = 5 };
        using var http = MispClient.CreateHttp(settings, caFile: null, proxy: null);
        var client = new MispClient(
            http, sandbox.Misp, _ => ValueTask.FromResult(sandbox.Options.MispKey),
            settings.Timeout, TimeProvider.System, new LogLines().Log);
        var source = new MispSource(client, settings, FilterPlan.Everything, TimeProvider.System, new LogLines().Log);
        var state = await source.OpenAsync(Ct);
        var headers = await source.ListAsync(Ct).ToListAsync(Ct);
        var events = new List<string>();
        await foreach (var read in source.FetchAsync(headers, Ct))
        {
            // An event without attributes cannot be had while a default selects attributes, and has nothing to send.
            if (read.Items.Any()) events.Add($"{read.Event.Uuid} {string.Join(',', read.Event.Tags)} {read.Items.Count()}");
        }
        Assert.Empty(source.Gaps);
        return (events, state);
    }
}
