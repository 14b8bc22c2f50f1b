using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

public sealed class PurgeTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Purge_removes_only_ours_and_a_push_recreates_it()
    {
        await PushAsync(700);
        _run.Destination.Held.Add(new FakeIndicator("x-1", Guid.NewGuid(), "theirs", "{}", _run.Time.GetUtcNow().AddDays(1)));

        var report = await _run.PurgeAsync();
        Assert.Equal((RunOutcome.Done, new PlanCounts(0, 0, 0, 700), 700L, 0L),
            (report.Outcome, report.Destinations[0].Planned, report.Destinations[0].Tally.Accepted, report.Destinations[0].Held));
        Assert.Equal("x-1", Assert.Single(_run.Destination.Held).Id);
        // The ledger knows what is there: only the first push, with a new one, listed it.
        Assert.Equal((("graph", new PlanCounts(0, 0, 0, 700)), 1), (_run.Plans[^1], _run.Destination.Listed));
        Assert.All(_run.Steps, step => Assert.Equal((StepAction.Delete, StepReasons.Purged), (step.Action, step.Reason)));

        var push = await _run.PushAsync();
        Assert.Equal(new PlanCounts(700, 0, 0, 0), push.Destinations[0].Planned);
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Second_purge_finds_and_asks_nothing()
    {
        await PushAsync(3);
        await _run.PurgeAsync();
        _run.Destination.Sent.Clear();

        var report = await _run.PurgeAsync(confirm: (_, _) => throw new InvalidOperationException("asked"));

        Assert.Equal((RunOutcome.Done, 0L), (report.Outcome, report.Destinations[0].Planned.Total));
        Assert.Empty(_run.Destination.Sent);
    }

    [Fact]
    public async Task Rejected_deletion_stays_in_the_ledger_until_the_next_purge()
    {
        await PushAsync(5);
        var stubborn = _run.Destination.Held[2].Id;
        _run.Destination.Answer = (_, step) => step.Id == stubborn ? new StepOutcome.Rejected("no") : null;

        var report = await _run.PurgeAsync();
        Assert.Equal((RunOutcome.Incomplete, 4L, 1L, 1L),
            (report.Outcome, report.Destinations[0].Tally.Accepted, report.Destinations[0].Tally.Rejected, report.Destinations[0].Held));

        _run.Destination.Answer = null;
        Assert.Equal(1, (await _run.PurgeAsync()).Destinations[0].Tally.Accepted);
        Assert.Empty(_run.Destination.Held);
    }

    [Fact]
    public async Task Purge_states_the_number_and_a_no_keeps_everything()
    {
        await PushAsync(3);
        _run.Destination.Sent.Clear();
        var asked = 0L;

        var report = await _run.PurgeAsync(confirm: (_, count) =>
        {
            asked = count;
            return false;
        });

        Assert.Equal((RunOutcome.Done, 3L, 3L), (report.Outcome, asked, report.Destinations[0].Held));
        Assert.Empty(_run.Destination.Sent);
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Dry_run_of_purge_counts_and_sends_nothing()
    {
        await PushAsync(3);
        _run.Destination.Sent.Clear();

        var report = await _run.PurgeAsync(isDryRun: true);

        Assert.Equal((3L, 3L), (report.Destinations[0].Planned.Delete, report.Destinations[0].Tally.NotAttempted));
        Assert.Empty(_run.Destination.Sent);
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Expired_indicator_is_purged_without_a_request()
    {
        await PushAsync(2);
        _run.Time.Advance(TimeSpan.FromDays(20));
        _run.Source.Put(Some.Event(2), Some.Domain(9));
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromDays(25));
        var live = _run.Destination.Held.Count(one => one.Expires > _run.Time.GetUtcNow());

        var report = await _run.PurgeAsync();

        Assert.Equal((live, 0L), ((int)report.Destinations[0].Tally.Accepted, report.Destinations[0].Held));
    }

    [Fact]
    public async Task Purged_indicator_returns_under_a_new_key_where_ids_are_not_reusable()
    {
        _run.Destinations[0] = new FakeDestination("sentinel", IndicatorShape.Single) { Upserts = true, IdsNotReusable = true };
        await PushAsync(2);
        var old = _run.Destination.Held.Select(one => one.Key).ToHashSet();

        await _run.PurgeAsync();
        await _run.PushAsync();

        Assert.Equal(2, _run.Destination.Held.Count);
        Assert.All(_run.Destination.Held, one => Assert.DoesNotContain(one.Key, old));
    }

    [Fact]
    public async Task Interrupted_purge_continues_and_a_push_leaves_exactly_one_of_each()
    {
        _run.Destination.BatchSize = 2;
        await PushAsync(6);
        var requests = 0;
        _run.Destination.OnRequest = (operation, steps) =>
        {
            if (++requests < 2) return;
            foreach (var step in steps) _run.Destination.Apply(operation, step);
            throw new InvalidOperationException("killed");
        };
        await Assert.ThrowsAnyAsync<Exception>(() => _run.PurgeAsync());
        Assert.Equal(2, _run.Destination.Held.Count);

        _run.Destination.OnRequest = null;
        await _run.PushAsync();

        Assert.Equal(6, _run.Destination.Held.Count);
        Assert.Equal(6, _run.Destination.Held.Select(one => one.Key).Distinct().Count());
    }

    [Fact]
    public async Task Failing_destination_does_not_stop_the_purge_of_another()
    {
        _run.Destinations.Add(new FakeDestination("sentinel", IndicatorShape.Single));
        await PushAsync(2);
        _run.Destination.OnRequest = (_, _) => throw new RunFailedException(RunOutcome.SignInFailed, "No.", "Ask.");

        var report = await _run.PurgeAsync();

        Assert.Equal(
            (RunOutcome.SignInFailed, 2L, 0L), (report.Outcome, report.Destinations[0].Tally.NotAttempted, report.Destinations[1].Held));
    }

    private async Task PushAsync(int domains)
    {
        _run.Source.Put(Some.Event(1), Some.Domains(1, domains));
        await _run.PushAsync();
    }

    [Fact]
    public async Task Destination_of_a_new_ledger_that_refuses_or_cannot_be_listed_is_not_asked_about()
    {
        _run.Destination.ListObstacle = "its name";
        _run.Destinations.Add(new FakeDestination("sentinel", IndicatorShape.Single)
        {
            Refusal = new RunFailedException(RunOutcome.SignInFailed, "The secret is wrong."),
        });

        var report = await _run.PurgeAsync(confirm: (_, _) => throw new InvalidOperationException("asked"));

        Assert.Equal([RunOutcome.Incomplete, RunOutcome.SignInFailed], report.Destinations.Select(one => one.Outcome));
        Assert.Equal([0, 0], _run.Destinations.Select(one => one.Listed));
        Assert.Equal(
            ["'graph' cannot be listed without its name, and the ledger is new. What the ledger does not know stays there."],
            _run.Warnings);
    }

    [Fact]
    public async Task What_the_ledger_knows_is_removed_where_the_list_fails()
    {
        var service = _run.Destinations[0] = new FakeDestination("sentinel", IndicatorShape.Single) { Upserts = true };
        await PushAsync(2);
        using (var ledger = _run.OpenLedger()) ledger.Run("UPDATE destination SET in_doubt = 1");
        service.ListFailsAfter = 0;

        var report = (await _run.PurgeAsync()).Destinations[0];

        Assert.Equal((RunOutcome.Incomplete, 2L, 0), (report.Outcome, report.Deleted, service.Held.Count));
    }

    [Fact]
    public async Task Dry_run_of_purge_signs_in_nowhere_and_reconciles_nothing()
    {
        await PushAsync(1);
        _run.Source.Put(Some.Event(2), Some.Domain(2));
        _run.Destination.OnRequest = (_, _) => throw new InvalidOperationException("killed");
        await Assert.ThrowsAnyAsync<Exception>(() => _run.PushAsync());
        _run.Destination.OnRequest = null;
        var asked = 0;
        _run.Destination.OnPrepare = _ => Task.FromResult(asked++);

        await _run.PurgeAsync(isDryRun: true);
        Assert.Equal((0, 0), (asked, _run.Destination.Reconciled));

        await _run.PurgeAsync();
        Assert.Equal((true, 1), (asked > 0, _run.Destination.Reconciled));
        Assert.Empty(_run.Destination.Held);
    }
}
