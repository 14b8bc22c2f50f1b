using System.Text.Json.Nodes;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Defender;
using MispGraphSync.Http;
using MispGraphSync.Output;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Defender;
using MispGraphSync.Tests.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Defender;

/// <summary>Whole pushes against the sandbox, over a real ledger: what is at Defender afterwards.</summary>
public sealed class DefenderSandboxTests : IAsyncLifetime
{
    private readonly TestTransport _test = new();
    private readonly TestRun _run = new();
    private SandboxHost _sandbox = null!;
    private int _capacity = 15_000;

    private DefenderState Defender => _sandbox.DefenderState;

    public async ValueTask InitializeAsync() => _sandbox = await SandboxHost.StartAsync(
        new SandboxOptions { Time = _test.Time, TokenLifetime = TimeSpan.FromDays(365) }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _run.Dispose();
        _test.Dispose();
    }

    [Fact]
    public async Task Create_update_renew_delete_lifecycle()
    {
        Put(1, 1, 2, 3);
        var created = await PushAsync();
        Assert.Equal((RunOutcome.Done, 3L, 3), (created.Outcome, created.Tally.Accepted, Defender.Count));
        Assert.Empty(DefenderImportRules.OfBody(Assert.Single(Sent("/api/indicators/import")).Body));

        _sandbox.ForgetRequests();
        Assert.Equal(0, (await PushAsync()).Planned.Total);
        Assert.All(_sandbox.RequestsTo(Service.Defender), request => Assert.Equal("GET", request.Method));

        Later();
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow(), ThreatLevel.High), Some.Domain(1), Some.Domain(2));
        var changed = await PushAsync();
        Assert.Equal((2L, 1L, 3L), (changed.Planned.Update, changed.Planned.Delete, changed.Tally.Accepted));
        Assert.Equal(["High", "High"], Defender.All().Select(one => (string?)one.Fields["severity"]));
    }

    [Fact]
    public async Task Changed_action_replaces_the_indicator()
    {
        Put(1, 1, 2);
        await PushAsync();
        var before = Defender.All().Select(one => one.Id).ToList();

        var report = await PushAsync(IndicatorAction.Block);

        Assert.Equal((2L, 0L, 2L), (report.Planned.Update, report.Planned.Delete, report.Tally.Accepted));
        Assert.Equal(["Block", "Block"], Defender.All().Select(one => one.Action));
        Assert.Empty(before.Intersect(Defender.All().Select(one => one.Id)));
        Assert.Equal(0, (await PushAsync(IndicatorAction.Block)).Planned.Total);
    }

    [Fact]
    public async Task Manually_removed_indicator_does_not_block_other_deletions()
    {
        Put(1, 1, 2, 3);
        Put(2, 4);
        await PushAsync();
        Defender.Remove(Defender.Find("DomainName", "d2.example")!.Id);
        _run.Source.Remove(Some.Event(1));

        var report = await PushAsync();

        Assert.Equal((RunOutcome.Done, 3L), (report.Outcome, report.Tally.Accepted));
        Assert.Equal("d4.example", Assert.Single(Defender.All()).Value);
    }

    [Fact]
    public async Task Indicators_of_others_are_not_changed_or_removed()
    {
        Defender.Seed("somebody", Theirs("d1.example"));
        Put(1, 1, 2);

        var report = await PushAsync();
        Assert.Equal((1L, 1L), (report.Planned.Create, report.Skipped[SkipReason.HeldByOther]));

        Put(1);
        Put(2, 3);
        await PushAsync();
        Assert.Equal(["Allowed", "Audit"], Defender.All().Select(one => one.Action));
        Assert.Equal(["d1.example", "d3.example"], Defender.All().Select(one => one.Value));
    }

    [Fact]
    public async Task Full_tenant_receives_as_many_as_fit()
    {
        for (var i = 0; i < 14_998; i++) Defender.Seed("somebody", Theirs($"x{i}.example"));
        Put(1, 1, 2, 3, 4);

        var report = await PushAsync();

        Assert.Equal((RunOutcome.Done, 2L, 2L), (report.Outcome, report.Planned.Create, report.Skipped[SkipReason.OverCapacity]));
        Assert.Equal((15_000, 2L), (Defender.Count, report.Tally.Accepted));
        var listed = _sandbox.RequestsTo(Service.Defender).Where(r => r.Path.Contains("skip", StringComparison.Ordinal));
        Assert.Equal(["/api/indicators?$top=10000&$skip=0", "/api/indicators?$top=10000&$skip=10000"], listed.Select(r => r.Path));
    }

    [Fact]
    public async Task Higher_ranked_indicator_evicts_our_lower_ranked_one()
    {
        Defender.Seed("somebody", Theirs("x1.example"));
        _capacity = 2;
        Put(1, 1, 2);
        await PushAsync();
        _sandbox.ForgetRequests();
        Later();
        _run.Source.Put(Some.Event(2, _run.Time.GetUtcNow(), ThreatLevel.High), Some.Domain(3), Some.Domain(4), Some.Domain(5));

        var report = await PushAsync();

        Assert.Equal((RunOutcome.Done, 2L, 2L, 1L),
            (report.Outcome, report.Planned.Create, report.Planned.Delete, report.Skipped[SkipReason.OverCapacity]));
        Assert.Equal(3, Defender.Count);
        Assert.NotNull(Defender.Find("DomainName", "x1.example"));
        Assert.Null(Defender.Find("DomainName", "d1.example"));
        var posted = _sandbox.RequestsTo(Service.Defender).Where(r => r.Method == "POST");
        Assert.Equal(["BatchDelete", "import"], posted.Select(r => r.Path.Split('/')[^1]));
        Assert.Equal(0, (await PushAsync()).Planned.Total);
    }

    [Fact]
    public async Task Lost_ledger_recognises_its_own_indicators()
    {
        Put(1, 1, 2, 3);
        await PushAsync();
        var before = Defender.All().Select(one => one.Id).ToList();
        File.Delete(_run.LedgerPath);

        var report = await PushAsync();

        Assert.Equal((0L, 3L), (report.Planned.Total, report.Unchanged));
        Assert.Equal(before, Defender.All().Select(one => one.Id));
        Put(1, 1);
        await PushAsync();
        Assert.Equal("d1.example", Assert.Single(Defender.All()).Value);
    }

    [Fact]
    public async Task Indicator_without_id_is_found_for_deletion()
    {
        Put(1, 1, 2);
        Put(2, 3);
        await PushAsync();
        using (var ledger = _run.OpenLedger()) ledger.Run("UPDATE held SET id = NULL");
        _run.Source.Remove(Some.Event(1));

        var report = await PushAsync();

        Assert.Equal((2L, "d3.example"), (report.Tally.Accepted, Assert.Single(Defender.All()).Value));
    }

    [Fact]
    public async Task Over_capacity_rejections_are_resent_until_there_is_room()
    {
        Defender.Capacity = 2;
        Put(1, 1, 2, 3);

        var report = await PushAsync();

        Assert.Equal((RunOutcome.Incomplete, 2L, 1L), (report.Outcome, report.Tally.Accepted, report.Tally.Rejected));
        Assert.Equal((RunOutcome.Incomplete, 1L), ((await PushAsync()).Outcome, (await PushAsync()).Tally.Rejected));

        Defender.Capacity = 3;

        Assert.Equal((RunOutcome.Done, 1L), ((report = await PushAsync()).Outcome, report.Tally.Accepted));
    }

    [Fact]
    public async Task Reordered_and_respelled_responses_are_matched()
    {
        (Defender.ReversesAnswers, Defender.RewritesUrls) = (true, true);
        Later();
        _run.Source.Put(
            Some.Event(1, _run.Time.GetUtcNow()),
            Some.Attribute(1, "ip-dst", "45.83.9.1"),
            Some.Attribute(2, "url", "http://evil-1.example"),
            Some.Attribute(3, "url", "http://evil-2.example/x"),
            Some.Domain(4));

        var report = await PushAsync();

        Assert.Equal((RunOutcome.Done, 4L), (report.Outcome, report.Tally.Accepted));
        Assert.Equal(0, (await PushAsync()).Planned.Total);
        Put(2, 5);
        _run.Source.Remove(Some.Event(1));
        await PushAsync();
        Assert.Equal("d5.example", Assert.Single(Defender.All()).Value);
    }

    [Fact]
    public async Task Number_of_indicators_that_start_to_alert_is_reported()
    {
        Put(1, 1, 2, 3);
        await PushAsync(IndicatorAction.Block, alerts: false);
        Assert.All(Defender.All(), one => Assert.False((bool)one.Fields["generateAlert"]!));
        _run.Warnings.Clear();

        var report = await PushAsync(IndicatorAction.Block);

        Assert.Equal((3L, 0L, 3L), (report.Planned.Update, report.Planned.Delete, report.Tally.Accepted));
        Assert.All(Defender.All(), one => Assert.True((bool)one.Fields["generateAlert"]!));
        Assert.Contains("3 held indicators start to raise alerts", Assert.Single(_run.Warnings),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_connections_and_throttling_do_not_change_the_result()
    {
        Put(1, 1, 2, 3);
        Defender.ImportsPerMinute = 1;
        _sandbox.Faults.Add(new FaultRule(Service.Defender, new Fault.Status(503))
        {
            When = request => request.Path.Contains("import", StringComparison.Ordinal),
            Times = 2,
        });

        var report = await PushAsync();

        Assert.Equal((RunOutcome.Done, 3L, 3), (report.Outcome, report.Tally.Accepted, Defender.Count));
    }

    [Fact]
    public async Task Missing_consent_names_the_permission()
    {
        _sandbox.EntraState.App.DefenderRoles.Clear();
        Put(1, 1);

        var report = await PushAsync();

        Assert.Equal(RunOutcome.SignInFailed, report.Outcome);
        Assert.Contains("Ti.ReadWrite.All", report.Remedy, StringComparison.Ordinal);
    }

    private static JsonObject Theirs(string domain) => new()
    {
        ["indicatorType"] = "DomainName",
        ["indicatorValue"] = domain,
        ["action"] = "Allowed",
        ["title"] = "theirs",
        ["description"] = "theirs",
    };

    private void Put(int number, params int[] domains)
    {
        Later();
        _run.Source.Put(Some.Event(number, _run.Time.GetUtcNow()), [.. domains.Select(n => Some.Domain(n))]);
    }

    private void Later() => _run.Time.Advance(TimeSpan.FromMinutes(1));

    private IEnumerable<SeenRequest> Sent(string path) => _sandbox.RequestsTo(Service.Defender).Where(request => request.Path == path);

    private async Task<DestinationReport> PushAsync(IndicatorAction action = IndicatorAction.Alert, bool alerts = true)
    {
        // Before the clock runs: it is stopped only while requests of the destination are in flight.
        using var client = new SandboxClient(_sandbox);
        await client.SignInAsync("https://api.securitycenter.microsoft.com");
        var token = client.Http.DefaultRequestHeaders.Authorization!.Parameter!;
        var settings = SomeIndicator.DefenderSettings(_sandbox.Defender);
        settings = settings with
        {
            Auth = settings.Auth with { Tenant = _sandbox.Options.Tenant.ToString(), ClientId = _sandbox.Options.ClientId },
            // Confidence is no field here: it only makes another fingerprint, as the setting for alerts does.
            Policy = new DestinationPolicy { Action = action, DefaultConfidence = alerts ? 51 : 50 },
            Capacity = _capacity,
            GenerateAlert = alerts,
        };
        await using var destination = new DefenderDestination(settings, _test.Transport, new OneToken(token));
        _run.Real = destination;
        var report = await _test.PassAsync(Task.Run(() => _run.PushAsync()));
        Assert.Empty(report.Imbalances);
        return report.Destinations[0];
    }

    private sealed class OneToken(string token) : ITokenSource
    {
        public ValueTask<string> GetAsync(bool forceRefresh, CancellationToken ct) => ValueTask.FromResult(token);
    }
}
