using System.Text.Json;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Sentinel;

/// <summary>An indicator's whole life in a workspace, over a real ledger and the sandbox's own reading of the service.</summary>
public sealed class SentinelLifecycleTests : IAsyncLifetime
{
    private SentinelRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SentinelRun.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Indicator_is_created_updated_revoked_and_recreated_with_a_new_id()
    {
        var other = Some.Event(9);
        _run.Source.Put(other, Some.Domain(9));
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Attribute(2, "ip-dst", "198.51.100.7"));
        await _run.PushAsync();
        Assert.Equal(["198.51.100.7", "d1.example", "d9.example"], Active());
        var id = IdOf("d1.example");

        Later();
        _run.Source.Put(
            Some.Event(1, timestamp: _run.Test.Time.GetUtcNow(), tags: "tlp:green"),
            Some.Domain(1),
            Some.Attribute(2, "ip-dst", "198.51.100.7"));
        var updated = await _run.PushAsync();
        Assert.Equal(new PlanCounts(0, 2, 0, 0), updated.Planned);
        Assert.Equal(id, IdOf("d1.example"));
        Assert.Equal(3, _run.Workspace.Count);

        Later();
        _run.Source.Remove(Some.Event(1));
        var removed = await _run.PushAsync();
        Assert.Equal((2L, 2L), (removed.Planned.Delete, removed.Tally.Accepted));
        Assert.Equal(["d9.example"], Active());

        Later();
        _run.Source.Put(Some.Event(1, timestamp: _run.Test.Time.GetUtcNow()), Some.Domain(1));
        await _run.PushAsync();
        Assert.Equal(["d1.example", "d9.example"], Active());
        Assert.NotEqual(id, IdOf("d1.example"));

        _run.Sandbox.ForgetRequests();
        Assert.Equal(PlanCounts.None, (await _run.PushAsync()).Planned);
        Assert.Empty(_run.Sandbox.RequestsTo(Service.Sentinel));
    }

    [Fact]
    public async Task Every_body_sent_follows_the_upload_rules()
    {
        _run.Settings = _run.Settings with { IncludeUnmatched = true };
        _run.Source.Put(Some.Event(9), Some.Domain(9));
        _run.Source.Put(
            Some.Event(1, tags: ["tlp:green", "kill-chain:Delivery", "sentinel-threattype:c2"]),
            Some.Domain(1),
            Some.Attribute(2, "ip-src", "2001:db8::1"),
            Some.Attribute(3, "regkey", @"HKLM\Software\it's"),
            Some.Attribute(4, "AS", "AS64496"),
            Some.Attribute(5, "url", "http://evil.example/'x"));
        await _run.PushAsync();
        Later();
        _run.Source.Remove(Some.Event(1));
        await _run.PushAsync();

        var sent = _run.Sandbox.RequestsTo(Service.Sentinel);
        Assert.Equal(2, sent.Count);
        Assert.All(sent, request =>
        {
            using var body = JsonDocument.Parse(request.Body);
            Assert.Empty(StixUploadRules.OfBody(body.RootElement));
        });
        Assert.Equal(6, _run.Workspace.Count);
    }

    [Fact]
    public async Task Indicator_is_renewed_before_expiry_and_keeps_its_id_after_expiry()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();
        var id = IdOf("d1.example");

        _run.Test.Time.Advance(TimeSpan.FromDays(25));
        Assert.Equal(new PlanCounts(0, 0, 1, 0), (await _run.PushAsync()).Planned);
        _run.Test.Time.Advance(TimeSpan.FromDays(40));
        Assert.Empty(Active());
        Assert.Equal(new PlanCounts(0, 1, 0, 0), (await _run.PushAsync()).Planned);

        Assert.Equal(["d1.example"], Active());
        Assert.Equal(id, IdOf("d1.example"));
    }

    [Fact]
    public async Task Uploaded_indicators_are_listed_page_by_page_once_visible()
    {
        _run.Workspace.ReadLag = TimeSpan.FromMinutes(2);
        _run.Workspace.MaxPageSize = 2;
        _run.Source.Put(Some.Event(1), Some.Domains(1, 5));
        await _run.PushAsync();

        Assert.Empty(await _run.ReadAsync());
        _run.Test.Time.Advance(TimeSpan.FromMinutes(3));
        _run.Sandbox.ForgetRequests();
        var read = await _run.ReadAsync();

        Assert.Equal(["d1.example", "d2.example", "d3.example", "d4.example", "d5.example"], read.Select(r => r.Value).Order());
        Assert.All(read, r => Assert.Equal(("domain-name:value", "amber", $"indicator--{r.Key}"), (r.Type, r.Tlp, r.Id)));
        Assert.Equal(3, _run.Sandbox.RequestsTo(Service.Management).Count);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Both_kinds_of_next_link_lead_to_the_end(bool inBodyOnly, bool neverEnds)
    {
        _run.Workspace.MaxPageSize = 2;
        _run.Workspace.SkipTokenInBodyOnly = inBodyOnly;
        _run.Workspace.PagesNeverEnd = neverEnds;
        _run.Source.Put(Some.Event(1), Some.Domains(1, 5));
        await _run.PushAsync();

        Assert.Equal(5, (await _run.ReadAsync()).Select(r => r.Key).Distinct().Count());
    }

    [Fact]
    public async Task Indicators_of_other_sources_are_not_read_or_changed()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();
        _run.Workspace.Seed("someone-else", System.Text.Json.Nodes.JsonNode.Parse(_run.Workspace.All()[0].Json)!.AsObject());

        Assert.Single(await _run.ReadAsync());
        Assert.Equal(2, _run.Workspace.Count);
    }

    [Fact]
    public async Task Lost_ledger_adopts_existing_indicators()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));
        await _run.PushAsync();
        _run.ForgetLedger();
        Later();

        var report = await _run.PushAsync();

        Assert.Equal((PlanCounts.None, 2L), (report.Planned, report.Unchanged));
        Assert.Equal(2, _run.Workspace.Count);
        Later();
        _run.Source.Put(Some.Event(1, timestamp: _run.Test.Time.GetUtcNow()), Some.Domain(1));
        await _run.PushAsync();
        Assert.Equal(["d1.example"], Active());
    }

    [Fact]
    public async Task New_ledger_that_cannot_list_sends_everything_and_warns_once()
    {
        _run.Settings = _run.Settings with { WorkspaceName = null };
        _run.Sandbox.SentinelState.HidesWorkspace = true;
        _run.Source.Put(Some.Event(1), Some.Domain(1));

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Done, 1), (report.Outcome, _run.Workspace.Count));
        Assert.Contains("workspaceName", Assert.Single(_run.Warnings), StringComparison.Ordinal);
        await _run.PushAsync();
        Assert.Single(_run.Warnings);
    }

    [Fact]
    public async Task Throttling_with_seconds_in_the_message_delivers_each_indicator_once()
    {
        _run.Sandbox.Faults.Add(Service.Sentinel, new Fault.Throttle(TimeSpan.FromSeconds(33), RetryAfterForm.Body));
        _run.Sandbox.Faults.Add(Service.Sentinel, new Fault.Throttle(Form: RetryAfterForm.None), nth: 2);
        _run.Source.Put(Some.Event(1), Some.Domains(1, 250));
        var before = _run.Test.Time.GetUtcNow();

        var report = await _run.PushAsync();

        Assert.Equal((250L, 250, 2L), (report.Tally.Accepted, _run.Workspace.Active().Count, report.Requests.Throttled));
        Assert.True(_run.Test.Time.GetUtcNow() - before >= TimeSpan.FromSeconds(33));
    }

    [Fact]
    public async Task Lost_or_failed_responses_deliver_each_indicator_once()
    {
        _run.Sandbox.Faults.Add(Service.Sentinel, new Fault.Status(503, AfterHandling: true));
        _run.Sandbox.Faults.Add(Service.Sentinel, new Fault.Reset(AfterHandling: true), nth: 2);
        _run.Source.Put(Some.Event(1), Some.Domains(1, 150));

        var report = await _run.PushAsync();

        Assert.Equal((150L, 150), (report.Tally.Accepted, _run.Workspace.Count));
    }

    [Fact]
    public async Task Expired_token_is_renewed()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();
        _run.Test.Time.Advance(TimeSpan.FromHours(2));
        _run.Source.Put(Some.Event(2), Some.Domain(2));

        Assert.Equal(1L, (await _run.PushAsync()).Tally.Accepted);
        Assert.Equal(2, _run.TokensAsked);
    }

    [Fact]
    public async Task Oversized_batch_is_split_until_it_fits()
    {
        _run.Workspace.MaxBodyBytes = 20_000;
        _run.Source.Put(Some.Event(1), Some.Domains(1, 100));

        var report = await _run.PushAsync();

        Assert.Equal((100L, 100), (report.Tally.Accepted, _run.Workspace.Count));
    }

    [Fact]
    public async Task Missing_role_is_named()
    {
        _run.Sandbox.EntraState.App.IsSentinelContributor = false;
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        _run.Sandbox.EntraState.App.IsSentinelReader = true;

        var report = await _run.PushAsync();

        Assert.Equal(RunOutcome.SignInFailed, report.Outcome);
        Assert.Contains("Microsoft Sentinel Contributor", report.Remedy, StringComparison.Ordinal);
    }

    private void Later() => _run.Test.Time.Advance(TimeSpan.FromMinutes(10));

    private IEnumerable<string> Active() => _run.Workspace.Active().Select(one => one.ObservableValue).Order();

    private string IdOf(string value) => _run.Workspace.Active().Single(one => one.ObservableValue == value).Id;
}
