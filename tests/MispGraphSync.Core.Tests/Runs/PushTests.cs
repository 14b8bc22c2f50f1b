using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

public sealed class PushTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task First_push_creates_each_indicator_once()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));
        _run.Source.Put(Some.Event(2), Some.Domain(2), Some.Domain(3));

        var report = await _run.PushAsync();

        Assert.Equal(new PlanCounts(3, 0, 0, 0), report.Destinations[0].Planned);
        Assert.Equal(3, _run.Destination.Held.Count);
        Assert.Equal((RunOutcome.Done, RunStatus.Completed), (report.Outcome, report.Status));
        Assert.Equal((4, 4, 3L), (report.Source.Attributes, report.Source.Mapped, report.Destinations[0].Held));
    }

    [Fact]
    public async Task Attributes_that_are_no_indicators_are_counted_by_their_reason()
    {
        _run.Source.Put(
            Some.Event(1), Some.Domain(1), Some.Attribute(2, "comment", "seen in May"), Some.Attribute(3, "md5", "no hash"),
            Some.Attribute(4, "no-type-of-misp", "x"), Some.Attribute(5, "md5", "no hash either"));

        var read = (await _run.PushAsync()).Source;

        Assert.Equal((5L, 1L, 1L), (read.Attributes, read.Mapped, read.Context));
        Assert.Equal(
            [(SkipReason.UnknownType, 1L), (SkipReason.InvalidHash, 2L)], read.Skipped.Select(one => (one.Key, one.Value)).Order());
    }

    [Fact]
    public async Task Second_push_sends_nothing()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));
        await _run.PushAsync();
        _run.Destination.Sent.Clear();

        var second = await _run.PushAsync();

        Assert.Empty(_run.Destination.Sent);
        Assert.Equal((1L, 2L, 0L), (second.Source.EventsUnchanged, second.Destinations[0].Unchanged, second.Destinations[0].Planned.Total));
        Assert.Equal(1, _run.Source.EventsRead);
    }

    [Fact]
    public async Task Event_without_a_timestamp_is_read_each_time()
    {
        var untimed = Some.Event(1) with { Timestamp = DateTimeOffset.UnixEpoch };
        _run.Source.Put(untimed, Some.Domain(1));
        await _run.PushAsync();
        await _run.PushAsync();
        _run.Source.Put(untimed, Some.Domain(2));

        var third = await _run.PushAsync();

        Assert.Equal((3, 0L), (_run.Source.EventsRead, third.Source.EventsUnchanged));
        Assert.Equal(new PlanCounts(1, 0, 0, 1), third.Destinations[0].Planned);
    }

    [Fact]
    public async Task Full_read_of_unchanged_events_sends_nothing()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));
        await _run.PushAsync();
        _run.Destination.Sent.Clear();

        await _run.PushAsync(TestRun.InFull);

        Assert.Equal(2, _run.Source.EventsRead);
        Assert.Empty(_run.Destination.Sent);
    }

    [Fact]
    public async Task Changed_event_updates_its_indicators_in_place()
    {
        _run.Source.Put(Some.Event(1, tags: "tlp:green"), Some.Domain(1), Some.Domain(2));
        await _run.PushAsync();
        var ids = _run.Destination.Held.Select(one => one.Id).ToHashSet();

        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow(), tags: "tlp:amber"), Some.Domain(1), Some.Domain(2));
        var report = await _run.PushAsync();

        Assert.Equal(new PlanCounts(0, 2, 0, 0), report.Destinations[0].Planned);
        Assert.Equal(ids, _run.Destination.Held.Select(one => one.Id).ToHashSet());
        Assert.All(_run.Destination.Held, one => Assert.Contains("Amber", one.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Removed_attribute_is_deleted_and_deletions_come_last()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));
        await _run.PushAsync();
        _run.Destination.Sent.Clear();

        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(2), Some.Domain(3));
        var report = await _run.PushAsync();

        Assert.Equal(new PlanCounts(1, 0, 0, 1), report.Destinations[0].Planned);
        Assert.Equal([(Operation.Create, 1), (Operation.Delete, 1)], _run.Destination.Sent);
        Assert.Equal(2, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Indicator_is_deleted_only_with_its_last_source()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        _run.Source.Put(Some.Event(2), Some.Domain(1));
        await _run.PushAsync();

        _run.Source.Remove(Some.Event(1));
        await _run.PushAsync();
        Assert.Single(_run.Destination.Held);

        _run.Source.Put(Some.Event(3), Some.Domain(9));
        _run.Source.Remove(Some.Event(2));
        await _run.PushAsync();
        Assert.Contains("d9.example", Assert.Single(_run.Destination.Held).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Immutable_change_is_a_deletion_and_a_creation()
    {
        _run.Source.Put(Some.Event(1, tags: "sentinel-threattype:Malware"), Some.Domain(1));
        await _run.PushAsync();
        var old = Assert.Single(_run.Destination.Held);
        _run.Destination.Sent.Clear();

        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow(), tags: "sentinel-threattype:C2"), Some.Domain(1));
        var report = await _run.PushAsync();

        Assert.Equal(new PlanCounts(0, 1, 0, 0), report.Destinations[0].Planned);
        Assert.Equal([(Operation.Delete, 1), (Operation.Create, 1)], _run.Destination.Sent);
        var now = Assert.Single(_run.Destination.Held);
        Assert.NotEqual(old.Id, now.Id);
        Assert.Equal(old.Key, now.Key);
    }

    [Fact]
    public async Task Dry_run_plans_the_same_and_leaves_no_trace()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));

        var dry = await _run.PlanAsync();
        Assert.Equal((2L, 2L), (dry.Destinations[0].Planned.Create, dry.Destinations[0].Tally.NotAttempted));
        Assert.Equal(2, _run.Steps.Count);
        Assert.Empty(_run.Destination.Sent);
        Assert.False(File.Exists(_run.LedgerPath));

        var real = await _run.PushAsync();
        Assert.Equal(2, real.Destinations[0].Tally.Accepted);
    }

    [Fact]
    public async Task Dry_run_does_not_change_the_ledger()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(1), Some.Domain(2));

        await _run.PlanAsync();
        var report = await _run.PushAsync();

        Assert.Equal(1, report.Destinations[0].Planned.Create);
    }

    [Fact]
    public async Task Failing_destination_does_not_stop_another()
    {
        _run.Destinations.Add(new FakeDestination("sentinel", IndicatorShape.Single));
        _run.Destination.OnRequest = (_, _) => throw new RunFailedException(RunOutcome.SignInFailed, "No.", "Ask.");
        _run.Source.Put(Some.Event(1), Some.Domain(1));

        var report = await _run.PushAsync();

        Assert.Equal(RunOutcome.SignInFailed, report.Outcome);
        Assert.Equal((RunStatus.Failed, 1L), (report.Destinations[0].Status, report.Destinations[0].Tally.NotAttempted));
        Assert.Equal((RunStatus.Completed, 1L), (report.Destinations[1].Status, report.Destinations[1].Tally.Accepted));

        _run.Destination.OnRequest = null;
        var again = await _run.PushAsync();
        Assert.Equal((1L, 0L), (again.Destinations[0].Tally.Accepted, again.Destinations[1].Planned.Total));
    }

    [Fact]
    public async Task Run_with_as_many_rejected_as_unanswered_steps_is_incomplete()
    {
        for (var i = 1; i <= 2; i++) _run.Source.Put(Some.Event(i), Some.Domain(i));
        _run.Destination.BatchSize = 1;
        _run.Destination.Answer = (_, step) => step.Value!.Contains("d1", StringComparison.Ordinal)
            ? new StepOutcome.Rejected("no")
            : new StepOutcome.Unknown("lost");

        var report = (await _run.PushAsync()).Destinations[0];

        Assert.Equal((1L, 1L), (report.Tally.Rejected, report.Tally.Unknown));
        Assert.NotEqual(RunOutcome.Done, report.Outcome);
    }

    [Fact]
    public async Task Run_stopped_within_a_batch_accounts_for_each_step()
    {
        _run.Source.Put(Some.Event(1), Some.Domains(1, 30));
        _run.Destination.BatchSize = 10;
        using var interrupt = new CancellationTokenSource();
        using var control = new RunControl(interrupt.Token, CancellationToken.None, CancellationToken.None);
        _run.OnStep = taken =>
        {
            if (taken == 15) interrupt.Cancel();
        };

        var ended = await _run.PushAsync(control: control);

        var tally = ended.Destinations[0].Tally;
        Assert.Equal((RunOutcome.Interrupted, 0, 10L, 20L), (ended.Outcome, ended.Imbalances.Count, tally.Accepted, tally.NotAttempted));
    }

    [Fact]
    public async Task Destination_not_in_a_run_gets_the_change_in_the_next()
    {
        var sentinel = new FakeDestination("sentinel", IndicatorShape.Single);
        _run.Destinations.Add(sentinel);
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();

        _run.Destinations.Remove(sentinel);
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(1), Some.Domain(2));
        await _run.PushAsync();
        _run.Destinations.Add(sentinel);
        await _run.PushAsync();

        Assert.Equal(2, sentinel.Held.Count);
    }

    [Fact]
    public async Task Partial_read_sends_what_it_has_and_deletes_nothing()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));
        await _run.PushAsync();

        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(2), Some.Domain(3));
        _run.Source.Gap = "page 2 was cut off";
        var partial =
            await _run.PushAsync(options => options with { MaxDelete = new DeletionLimit(100, IsPercent: true), AcceptChanges = true });
        Assert.Equal((RunOutcome.Incomplete, RunStatus.Partial), (partial.Outcome, partial.Status));
        Assert.Equal(3, _run.Destination.Held.Count);

        _run.Source.Gap = null;
        await _run.PushAsync();
        Assert.Equal(2, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Read_that_fails_before_the_first_event_changes_nothing()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();
        _run.Source.Failure = new RunFailedException(RunOutcome.Unreachable, "MISP is down.", "Start it.");

        var report = await _run.PushAsync();

        Assert.Equal(RunOutcome.Unreachable, report.Outcome);
        Assert.Equal("MISP is down.", report.Source.Error);
        Assert.Single(_run.Destination.Held);
    }

    [Fact]
    public async Task Read_that_fails_halfway_keeps_what_it_read()
    {
        for (var i = 1; i <= 4; i++) _run.Source.Put(Some.Event(i), Some.Domain(i));
        _run.Source.FailsAfter = 2;
        var partial = await _run.PushAsync();
        Assert.Equal((RunOutcome.Incomplete, 2), (partial.Outcome, _run.Destination.Held.Count));

        _run.Source.FailsAfter = null;
        await _run.PushAsync();
        Assert.Equal(4, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Run_over_one_event_updates_it_and_deletes_nothing()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        _run.Source.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(3));
        _run.Source.Remove(Some.Event(2));

        var report = await _run.PushAsync(options =>
            options with { Stage = options.Stage with { OnlyEvents = new HashSet<Guid> { Some.Uuid(1) } } });
        Assert.Equal(new PlanCounts(1, 0, 0, 0), report.Destinations[0].Planned);

        await _run.PushAsync();
        Assert.Contains("d3.example", Assert.Single(_run.Destination.Held).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_ledger_takes_over_existing_indicators_and_updates_those_that_differ()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));
        await _run.PushAsync();
        _run.Destination.Held[0] = _run.Destination.Held[0] with { Body = """{"content":"older","fixed":"WatchList"}""" };
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_run.LedgerPath)!)) File.Delete(file);

        var report = await _run.PushAsync();

        Assert.Equal((new PlanCounts(0, 1, 0, 0), 1L), (report.Destinations[0].Planned, report.Destinations[0].Unchanged));
        Assert.Equal(StepReasons.Adopted, Assert.Single(_run.Steps).Reason);
        Assert.Equal(2, _run.Destination.Held.Count);
        Assert.Empty(await RunAgainAsync());
    }

    private async Task<IReadOnlyList<(Operation Operation, int Items)>> RunAgainAsync()
    {
        _run.Destination.Sent.Clear();
        await _run.PushAsync();
        return _run.Destination.Sent;
    }
}
