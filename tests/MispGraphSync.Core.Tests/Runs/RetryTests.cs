using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Runs;

public sealed class RetryTests : IDisposable
{
    private readonly TestRun _run = new();

    public RetryTests() => _run.Source.Put(Some.Event(1), Some.Domains(1, 20));

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Retry_sends_only_rejected_indicators()
    {
        Refuse(7, 9);
        await _run.PushAsync();
        _run.Destination.Answer = null;
        _run.Destination.Sent.Clear();
        var read = _run.Source.EventsRead;

        var report = await _run.RetryAsync();

        Assert.Equal((RunOutcome.Done, RunStatus.Completed), (report.Outcome, report.Status));
        Assert.Equal(new PlanCounts(2, 0, 0, 0), report.Destinations[0].Planned);
        Assert.Equal((Operation.Create, 2), Assert.Single(_run.Destination.Sent));
        Assert.Equal((20, 20L), (_run.Destination.Held.Count, report.Destinations[0].Held));
        Assert.Equal((0, read), (Rejections().Count, _run.Source.EventsRead));
    }

    [Fact]
    public async Task Indicator_rejected_again_counts_its_attempts_and_is_incomplete()
    {
        Refuse(7);
        await _run.PushAsync();

        var report = await _run.RetryAsync();

        Assert.Equal(RunOutcome.Incomplete, report.Outcome);
        var rejection = Assert.Single(Rejections());
        Assert.Equal((2, 2L), (rejection.Attempts, rejection.Run));
    }

    [Fact]
    public async Task Retry_finds_the_record_that_fails_its_batch()
    {
        _run.Destination.OnRequest = (_, steps) => _run.Destination.Answer = (_, _) =>
            steps.Any(step => Is(step, 4)) ? new StepOutcome.Rejected("400 bad request", WholeBatch: true) : null;
        await _run.PushAsync();
        _run.Destination.OnRequest = null;
        _run.Destination.Answer = null;

        Assert.Equal(new StepTally(1, 0, 0, 0), (await _run.RetryAsync()).Destinations[0].Tally);
        Assert.Equal(20, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Retry_sends_rejected_deletions()
    {
        await _run.PushAsync();
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domains(1, 19));
        _run.Destination.Answer = (operation, _) => operation == Operation.Delete ? new StepOutcome.Rejected("no") : null;
        await _run.PushAsync();
        Assert.Equal(StepAction.Delete, Assert.Single(Rejections()).Action);
        _run.Destination.Answer = null;

        var report = await _run.RetryAsync();

        Assert.Equal((1L, 1L, 19), (report.Destinations[0].Planned.Delete, report.Destinations[0].Deleted, _run.Destination.Held.Count));
        Assert.Empty(Rejections());
    }

    [Fact]
    public async Task Retry_does_not_delete_a_rejected_update_that_was_withdrawn()
    {
        await _run.PushAsync();
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow(), tags: "tlp:green"), Some.Domains(1, 20));
        _run.Destination.Answer = (_, step) => Is(step, 3) ? new StepOutcome.Rejected("no") : null;
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromMinutes(1));
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow(), tags: "tlp:green"), [.. Some.Domains(1, 2), .. Some.Domains(4, 17)]);
        _run.Source.Gap = "One page is missing.";
        await _run.PushAsync();
        _run.Destination.Answer = null;

        var report = await _run.RetryAsync();

        Assert.Equal((0L, 20), (report.Destinations[0].Planned.Total, _run.Destination.Held.Count));
        _run.Source.Gap = null;
        await _run.PushAsync();
        Assert.Equal(19, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Retry_sends_only_to_the_named_destination()
    {
        _run.Destinations.Add(new FakeDestination("other", IndicatorShape.Single));
        foreach (var one in _run.Destinations) one.Answer = (_, step) => Is(step, 7) ? new StepOutcome.Rejected("no") : null;
        await _run.PushAsync();
        var other = _run.Destinations[1];
        _run.Destinations.RemoveAt(1);
        _run.Destination.Answer = null;
        other.Sent.Clear();

        await _run.RetryAsync();

        Assert.Empty(other.Sent);
        Assert.Equal("other", Assert.Single(Rejections()).Destination);
    }

    [Fact]
    public async Task Retry_leaves_pending_changes_to_the_next_push()
    {
        Refuse(7);
        await _run.PushAsync();
        using (var ledger = _run.OpenLedger()) ledger.Run("INSERT INTO dirty SELECT destination, observables FROM held LIMIT 3");
        using (var ledger = _run.OpenLedger()) ledger.Run("UPDATE destination SET plans_everything = 1");
        _run.Destination.Answer = null;

        await _run.RetryAsync();

        using var after = _run.OpenLedger();
        Assert.Equal((3, 1), (after.Scalar("SELECT COUNT(*) FROM dirty"), after.Scalar("SELECT plans_everything FROM destination")));
    }

    [Fact]
    public async Task Rejection_is_cleared_when_MISP_withdraws_the_indicator()
    {
        Refuse(7);
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromMinutes(1));
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), [.. Some.Domains(1, 6), .. Some.Domains(8, 13)]);

        var report = await _run.PushAsync();

        Assert.Equal(0, report.Destinations[0].Suppressed);
        Assert.Empty(Rejections());
    }

    [Fact]
    public async Task Rejection_is_cleared_when_settings_skip_the_indicator()
    {
        Refuse(7);
        await _run.PushAsync();
        _run.Destination.Policy = _run.Destination.Policy with { ExcludeTypes = ["domain"], DaysToExpire = 31 };

        await _run.PushAsync(options => options with { AcceptChanges = true, MaxDelete = new DeletionLimit(100, IsPercent: true) });

        Assert.Empty(Rejections());
    }

    [Fact]
    public async Task Rejection_names_its_attribute_and_event()
    {
        Refuse(7);
        await _run.PushAsync();

        var rejection = Assert.Single(Rejections());

        Assert.Equal((Some.Uuid(1_000_007), Some.Uuid(1), "graph", StepAction.Create),
            (rejection.Attribute, rejection.Event, rejection.Destination, rejection.Action));
        Assert.Equal("domain d7.example", $"{rejection.Label}");
        Assert.Equal($"https://misp.example/events/view/{Some.Uuid(1)}", rejection.EventLink);
    }

    [Fact]
    public async Task Rejections_are_listed_by_run_and_destination()
    {
        Refuse(7);
        await _run.PushAsync();

        using var ledger = LedgerFile.OpenToRead(_run.LedgerPath);
        var rejections = new Rejections(ledger);
        Assert.Single(rejections.List(run: 1, destination: "graph"));
        Assert.Empty(rejections.List(run: 2, destination: null));
        Assert.Empty(rejections.List(run: null, destination: "other"));
    }

    private void Refuse(params int[] numbers) =>
        _run.Destination.Answer = (_, step) => numbers.Any(number => Is(step, number)) ? new StepOutcome.Rejected("no") : null;

    private List<Rejection> Rejections()
    {
        using var ledger = LedgerFile.OpenToRead(_run.LedgerPath);
        return [.. new Rejections(ledger).List(run: null, destination: null)];
    }

    private static bool Is(PlanStep step, int number) => step.Value?.Contains($"d{number}.example", StringComparison.Ordinal) == true;

    [Fact]
    public async Task Rejection_is_forgotten_when_MISP_takes_the_change_back()
    {
        using var run = new TestRun();
        run.Source.Put(Some.Event(1), Some.Domain(1));
        await run.PushAsync();
        run.Destination.Answer = (_, _) => new StepOutcome.Rejected("no");
        run.Source.Put(Some.Event(1, run.Time.GetUtcNow(), tags: "tlp:green"), Some.Domain(1));
        Assert.Equal(1, (await run.PushAsync()).Destinations[0].Tally.Rejected);

        run.Source.Put(Some.Event(1, run.Time.GetUtcNow().AddSeconds(1)), Some.Domain(1));
        await run.PushAsync();

        using var ledger = run.OpenLedger();
        Assert.Equal(0, ledger.Scalar("SELECT COUNT(*) FROM rejected"));
    }
}
