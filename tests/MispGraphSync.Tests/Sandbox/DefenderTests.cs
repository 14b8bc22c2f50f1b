using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Sandbox;

public sealed class DefenderTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private SandboxHost _sandbox = null!;
    private SandboxClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync(
            new SandboxOptions { Time = _time, TokenLifetime = TimeSpan.FromDays(365) }, TestContext.Current.CancellationToken);
        _client = new SandboxClient(_sandbox);
        await _client.SignInAsync("https://api.securitycenter.microsoft.com");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Repeated_import_updates_the_value()
    {
        await ImportAsync(Domain("a.example"));
        var again = Domain("a.example");
        again["severity"] = "High";
        await ImportAsync(again);

        Assert.Equal("High", (string?)Assert.Single(_sandbox.DefenderState.All()).Fields["severity"]);
    }

    [Theory]
    [InlineData("action", "Audit", "Block")]
    [InlineData("application", "first", "second")]
    public async Task Repeated_import_keeps_action_and_application(string name, string first, string second)
    {
        var item = Domain("a.example");
        item[name] = first;
        await ImportAsync(item);
        var again = Domain("a.example");
        again[name] = second;

        var (_, body) = await ImportAsync(again);

        Assert.False((bool)body!["value"]![0]!["isFailed"]!);
        Assert.Equal(first, (string?)Assert.Single(_sandbox.DefenderState.All()).Fields[name]);
    }

    [Theory]
    [InlineData("IpAddress", "192.0.2.7", "Audit")]
    [InlineData("IpAddress", "10.0.0.1", "Audit")]
    [InlineData("IpAddress", "45.0.0.0/24", "Audit")]
    [InlineData("IpAddress", "2606::1", "Audit")]
    [InlineData("FileMd5", "abc", "Audit")]
    [InlineData("DomainName", "*.a.example", "Audit")]
    [InlineData("Url", "a.example/path", "Audit")]
    [InlineData("DomainName", "a.example", "BlockAndRemediate")]
    [InlineData("DomainName", "a.example", "Alert")]
    [InlineData("CertificateThumbprint", "00ff", "Audit")]
    public async Task Invalid_items_fail_individually_in_a_200(string type, string value, string action)
    {
        var bad = Domain("a.example");
        (bad["indicatorType"], bad["indicatorValue"], bad["action"]) = (type, value, action);

        var (status, body) = await ImportAsync(Domain("good.example"), bad);

        Assert.Equal(200, status);
        Assert.Equal([false, true], body!["value"]!.AsArray().Select(one => (bool)one!["isFailed"]!));
        Assert.Equal(1, _sandbox.DefenderState.Count);
    }

    [Theory]
    [InlineData("Action")]
    [InlineData("")]
    public async Task Misspelled_or_missing_field_fails_the_whole_import(string insteadOfAction)
    {
        var bad = Domain("a.example");
        bad.Remove("action");
        if (insteadOfAction.Length > 0) bad[insteadOfAction] = "Audit";

        var (status, _) = await ImportAsync(Domain("good.example"), bad);

        Assert.Equal(400, status);
        Assert.Equal(0, _sandbox.DefenderState.Count);
    }

    [Fact]
    public async Task Capacity_counts_all_applications_and_rejects_the_excess()
    {
        _sandbox.DefenderState.Capacity = 2;
        _sandbox.DefenderState.Seed("somebody else", Domain("theirs.example"));

        var (_, body) = await ImportAsync(Domain("a.example"), Domain("b.example"));

        Assert.Equal([false, true], body!["value"]!.AsArray().Select(one => (bool)one!["isFailed"]!));
    }

    [Fact]
    public async Task Values_of_others_are_hidden_and_refused_with_ReadWrite_only()
    {
        _sandbox.DefenderState.Seed("somebody else", Domain("theirs.example"));
        _sandbox.EntraState.App.DefenderRoles.Clear();
        _sandbox.EntraState.App.DefenderRoles.Add("Ti.ReadWrite");
        await _client.SignInAsync("https://api.securitycenter.microsoft.com");

        var (_, list) = await _client.GetAsync(_sandbox.Defender, "api/indicators");
        var (_, body) = await ImportAsync(Domain("theirs.example"));

        Assert.Empty(list!["value"]!.AsArray());
        Assert.True((bool)body!["value"]![0]!["isFailed"]!);
    }

    [Theory]
    [InlineData(false, "somebody")]
    [InlineData(true, null)]
    public async Task List_names_creator_and_last_updater(bool importChangesCreator, string? creator)
    {
        _sandbox.DefenderState.ImportChangesCreator = importChangesCreator;
        _sandbox.DefenderState.Seed("somebody", Domain("theirs.example"));
        _sandbox.DefenderState.Seed("ann@contoso.example", Domain("user.example"), isOfUser: true);
        await ImportAsync(Domain("theirs.example"));

        var (_, list) = await _client.GetAsync(_sandbox.Defender, "api/indicators");

        var us = _sandbox.Options.ClientId;
        Assert.Equal(
            [$"AadApp {creator ?? us} {us}", "User ann@contoso.example ann@contoso.example"],
            list!["value"]!.AsArray().Select(one => $"{one!["sourceType"]} {one["createdBy"]} {one["lastUpdatedBy"]}"));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Switches_decide_what_ReadWrite_alone_may_do_to_values_of_others(bool takes, bool lists)
    {
        (_sandbox.DefenderState.TakesValuesOfOthers, _sandbox.DefenderState.ListsValuesOfOthers) = (takes, lists);
        _sandbox.DefenderState.Seed("somebody else", Domain("theirs.example"));
        _sandbox.EntraState.App.DefenderRoles.Clear();
        _sandbox.EntraState.App.DefenderRoles.Add("Ti.ReadWrite");
        await _client.SignInAsync("https://api.securitycenter.microsoft.com");

        var (_, list) = await _client.GetAsync(_sandbox.Defender, "api/indicators");
        var (_, body) = await ImportAsync(Domain("theirs.example"));

        Assert.Equal((lists ? 1 : 0, !takes), (list!["value"]!.AsArray().Count, (bool)body!["value"]![0]!["isFailed"]!));
        Assert.Equal(1, _sandbox.DefenderState.Count);
    }

    [Fact]
    public async Task Batch_deletion_with_an_unknown_id_deletes_nothing()
    {
        await ImportAsync(Domain("a.example"), Domain("b.example"));
        var ids = _sandbox.DefenderState.All().Select(one => one.Id).ToArray();

        var (unknown, _) = await DeleteAsync([.. ids, "999"]);
        Assert.Equal(2, _sandbox.DefenderState.Count);
        var (malformed, _) = await DeleteAsync("x");
        var (good, _) = await DeleteAsync(ids);

        Assert.Equal((404, 400, 204), (unknown, malformed, good));
        Assert.Equal(0, _sandbox.DefenderState.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_has_undocumented_fields_and_may_have_external_ids_and_web_categories(bool hasMore)
    {
        (_sandbox.DefenderState.ListsExternalIds, _sandbox.DefenderState.ListsWebCategory) = (hasMore, hasMore);
        var item = Domain("A.example");
        item["externalID"] = "11111111-1111-4111-8111-111111111111";
        await ImportAsync(item);
        await ImportAsync(Domain("a.example"));
        var again = (JsonObject)item.DeepClone();
        await ImportAsync(again);

        var (_, page) = await _client.GetAsync(_sandbox.Defender, "api/indicators");

        var listed = page!["value"]!.AsArray();
        Assert.Equal("A.example", (string?)listed[0]!["indicatorValue"]);
        Assert.True(listed[0]!.AsObject().ContainsKey("lookBackPeriod"));
        Assert.Equal(hasMore, listed[0]!["externalID"] is not null);
        Assert.Equal(hasMore ? ["DomainName", "WebCategory"] : ["DomainName"], listed.Select(one => (string?)one!["indicatorType"]));
    }

    [Fact]
    public async Task Lists_are_filtered_and_paged_by_skip()
    {
        await ImportAsync([.. Enumerable.Range(0, 25).Select(number => Domain($"d{number}.example"))]);

        var (_, page) = await _client.GetAsync(_sandbox.Defender, "api/indicators?$top=10&$skip=20");
        var (_, one) = await _client.GetAsync(
            _sandbox.Defender, "api/indicators?$filter=indicatorValue eq 'd7.example' and action eq 'Audit'");
        var (tooMany, _) = await _client.GetAsync(_sandbox.Defender, "api/indicators?$top=10001");

        Assert.Equal(5, page!["value"]!.AsArray().Count);
        Assert.Equal("d7.example", (string?)Assert.Single(one!["value"]!.AsArray())!["indicatorValue"]);
        Assert.Equal(400, tooMany);
    }

    [Fact]
    public async Task Indicator_is_removed_at_the_second_of_its_expiry()
    {
        var item = Domain("a.example");
        item["expirationTime"] = "2026-01-03T00:00:00.0Z";
        await ImportAsync(item);

        _time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(0, _sandbox.DefenderState.Count);
    }

    [Fact]
    public async Task Imports_have_a_separate_rate_limit()
    {
        _sandbox.DefenderState.ImportsPerMinute = 1;
        await ImportAsync(Domain("a.example"));

        var (import, _) = await ImportAsync(Domain("b.example"));
        var (list, _) = await _client.GetAsync(_sandbox.Defender, "api/indicators");

        Assert.Equal((429, 200), (import, list));
    }

    private Task<(int Status, JsonNode? Body)> ImportAsync(params JsonNode[] items) =>
        _client.PostAsync(_sandbox.Defender, "api/indicators/import", new JsonObject { ["Indicators"] = new JsonArray(items) });

    private Task<(int Status, JsonNode? Body)> DeleteAsync(params string[] ids)
    {
        var list = new JsonArray([.. ids.Select(id => (JsonNode)id)]);
        return _client.PostAsync(_sandbox.Defender, "api/indicators/BatchDelete", new JsonObject { ["IndicatorIds"] = list });
    }

    private static JsonObject Domain(string value) => new()
    {
        ["indicatorValue"] = value,
        ["indicatorType"] = "DomainName",
        ["action"] = "Audit",
        ["title"] = "made for a test",
        ["description"] = "made for a test",
        ["generateAlert"] = true,
    };
}
