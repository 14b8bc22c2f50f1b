using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Sending;

public sealed class LostResponseTests : IDisposable
{
    private readonly TestRun _run = new();

    public LostResponseTests() => _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2), Some.Domain(3));

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Creation_with_a_lost_response_is_reconciled_and_sent_again()
    {
        LoseAnswers(Operation.Create, times: 1);

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Done, 3L, 1), (report.Outcome, report.Destinations[0].Tally.Accepted, _run.Destination.Reconciled));
        Assert.Equal(3, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Creation_that_stays_unconfirmed_is_reconciled_by_the_next_run()
    {
        LoseAnswers(Operation.Create, times: 100);
        var lost = await _run.PushAsync();
        Assert.Equal((RunOutcome.Unreachable, 3L), (lost.Outcome, lost.Destinations[0].Tally.Unknown));

        _run.Destination.Answer = null;
        var report = await _run.PushAsync();

        Assert.Equal(RunOutcome.Done, report.Outcome);
        Assert.Equal(3, _run.Destination.Held.Count);
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Run_killed_after_its_request_leaves_exactly_one_indicator()
    {
        await PushAndKillAsync();
        Assert.Equal(3, _run.Destination.Held.Count);

        await _run.PushAsync();

        Assert.Equal(3, _run.Destination.Held.Count);
        Assert.Equal(3, _run.Destination.Held.Select(one => one.Key).Distinct().Count());
    }

    [Theory]
    [InlineData("retry")]
    [InlineData("repair")]
    public async Task Verb_that_reconciles_a_killed_run_sends_its_creations_again(string verb)
    {
        await PushAndKillAsync();

        if (verb == "retry") Assert.Equal(3, (await _run.RetryAsync()).Destinations[0].Tally.Accepted);
        else Assert.Equal(3, (await _run.VerifyAsync(repairs: true)).Repair!.Tally.Accepted);

        Assert.Equal(3, _run.Destination.Held.Count);
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Creations_of_a_killed_run_stay_while_MISP_is_out_of_reach()
    {
        await PushAndKillAsync();
        _run.Source.Failure = new RunFailedException(RunOutcome.Unreachable, "MISP is down.");

        await _run.PushAsync();
        Assert.Equal(3, _run.Destination.Held.Count);

        _run.Source.Failure = null;
        await _run.PushAsync();
        Assert.Equal(3, _run.Destination.Held.Count);
    }

    // The process ends between the response and its record in the ledger.
    private async Task PushAndKillAsync()
    {
        _run.Destination.OnRequest = (operation, steps) =>
        {
            foreach (var step in steps) _run.Destination.Apply(operation, step);
            throw new InvalidOperationException("killed");
        };
        await Assert.ThrowsAnyAsync<Exception>(() => _run.PushAsync());
        _run.Destination.OnRequest = null;
    }

    [Fact]
    public async Task Deletion_with_a_lost_response_is_sent_again()
    {
        await _run.PushAsync();
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(1));
        LoseAnswers(Operation.Delete, times: 1);

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Done, 2L, 1), (report.Outcome, report.Destinations[0].Tally.Accepted, _run.Destination.Held.Count));
    }

    [Fact]
    public async Task Unconfirmed_update_that_MISP_reverted_is_corrected()
    {
        await _run.PushAsync();
        var before = _run.Destination.Held.Select(one => one.Body).Order().ToList();
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow(), tags: "tlp:green"), Some.Domain(1), Some.Domain(2), Some.Domain(3));
        LoseAnswers(Operation.Update, times: 100);
        await _run.PushAsync();

        _run.Destination.Answer = null;
        _run.Time.Advance(TimeSpan.FromMinutes(1));
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(1), Some.Domain(2), Some.Domain(3));
        await _run.PushAsync();

        Assert.Equal(before, _run.Destination.Held.Select(one => one.Body).Order());
    }

    [Fact]
    public async Task Upserting_service_gets_the_same_again_and_unwanted_ones_are_removed()
    {
        var sentinel = new FakeDestination("sentinel", IndicatorShape.Single) { Upserts = true, IdsNotReusable = true };
        _run.Destinations[0] = sentinel;
        LoseAnswers(Operation.Create, times: 100);
        await _run.PushAsync();
        Assert.Equal(3, sentinel.Held.Count);

        sentinel.Answer = null;
        _run.Time.Advance(TimeSpan.FromMinutes(1));
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(1));
        await _run.PushAsync();

        Assert.Contains("d1.example", Assert.Single(sentinel.Held).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unconfirmed_batch_is_sent_again_as_a_whole()
    {
        _run.Destination.Upserts = true;
        _run.Destination.Answer = LostBeforeArrival;
        await _run.PushAsync();

        _run.Destination.Answer = null;
        var bodies = new List<int>();
        _run.Destination.OnRequest = (_, steps) => bodies.AddRange(steps.Select(step => step.Body.Length));
        await _run.PushAsync();

        Assert.Equal(3, bodies.Count(length => length > 2));
        Assert.DoesNotContain(bodies, length => length == 0);
    }

    [Fact]
    public async Task Lost_update_and_lost_deletion_leave_nothing_behind()
    {
        _run.Destination.Upserts = true;
        await _run.PushAsync();
        _run.Destination.Answer = LostAfterArrival;
        _run.Source.Put(Some.Event(1, Some.Now.AddMinutes(1), tags: "tlp:green"), Some.Domain(1), Some.Domain(2), Some.Domain(3));
        await _run.PushAsync();
        _run.Source.Put(Some.Event(1, Some.Now.AddMinutes(2)));
        await _run.PushAsync();
        Assert.Empty(_run.Destination.Held);

        _run.Destination.Answer = null;
        await _run.PushAsync();

        Assert.Empty(_run.Destination.Held);
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Recreated_indicator_with_a_lost_response_is_deleted_by_key()
    {
        _run.Destination.Upserts = true;
        await _run.PushAsync();
        // All expired and are sent again; the responses with their ids are lost.
        _run.Time.Advance(TimeSpan.FromDays(31));
        _run.Destination.Held.Clear();
        _run.Destination.Answer = LostAfterArrival;
        await _run.PushAsync();
        Assert.Equal(3, _run.Destination.Held.Count);

        _run.Destination.Answer = (operation, _) => operation == Operation.Create ? new StepOutcome.Rejected("no") : null;
        _run.Source.Put(Some.Event(1, Some.Now.AddDays(31)));
        await _run.PushAsync(options => options with { AcceptChanges = true, MaxDelete = new DeletionLimit(100, IsPercent: true) });

        Assert.Empty(_run.Destination.Held);
    }

    [Fact]
    public async Task Lost_response_followed_by_a_refusal_is_reconciled_by_the_next_run()
    {
        _run.Destination.Upserts = true;
        var asked = 0;
        _run.Destination.Answer = LostAfterArrival;
        _run.Destination.OnRequest = (_, _) =>
        {
            if (++asked == 2) throw new RunFailedException(RunOutcome.SignInFailed, "no longer allowed");
        };
        var refused = await _run.PushAsync();
        Assert.Equal((RunOutcome.SignInFailed, 3L), (refused.Outcome, refused.Destinations[0].Tally.Unknown));

        // MISP withdraws everything before the next run: unconfirmed creations must be deleted too.
        (_run.Destination.Answer, _run.Destination.OnRequest) = (null, null);
        _run.Source.Put(Some.Event(1, Some.Now.AddMinutes(1)));
        await _run.PushAsync(options => options with { AcceptChanges = true, MaxDelete = new DeletionLimit(100, IsPercent: true) });

        Assert.Empty(_run.Destination.Held);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sent_request_that_could_not_be_logged_is_reconciled_by_the_next_run(bool upserts)
    {
        _run.Destination.Upserts = upserts;
        _run.Destination.OnRequest = (operation, steps) =>
        {
            foreach (var step in steps) _run.Destination.Apply(operation, step);
            throw new RunFailedException(RunOutcome.InvalidInput, "The request log cannot be written.") { MayHaveHappened = true };
        };
        var unlogged = await _run.PushAsync();
        Assert.Equal((RunOutcome.InvalidInput, 3L), (unlogged.Outcome, unlogged.Destinations[0].Tally.Unknown));

        _run.Destination.OnRequest = null;
        await _run.PushAsync();

        Assert.Equal((3, 3), (_run.Destination.Held.Count, _run.Destination.Held.Select(one => one.Key).Distinct().Count()));
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 0)]
    public async Task Request_cancelled_while_waiting_is_counted_as_not_attempted_or_unknown(bool mayHaveHappened, int unknown)
    {
        _run.Destination.Upserts = true;
        using var stop = new CancellationTokenSource();
        _run.Destination.OnRequest = (_, _) =>
        {
            stop.Cancel();
            throw new RequestNotSentException(mayHaveHappened, stop.Token);
        };
        using var control = new RunControl(stop.Token, CancellationToken.None, CancellationToken.None);

        var stopped = await _run.PushAsync(control: control);

        var tally = stopped.Destinations[0].Tally;
        Assert.Equal((RunOutcome.Interrupted, 0, unknown, 3 - unknown),
            (stopped.Outcome, stopped.Imbalances.Count, (int)tally.Unknown, (int)tally.NotAttempted));
        _run.Destination.OnRequest = null;
        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal(3, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Dry_run_reconciles_nothing()
    {
        LoseAnswers(Operation.Create, times: 100);
        await _run.PushAsync();
        var reconciled = _run.Destination.Reconciled;

        await _run.PlanAsync();

        Assert.Equal(reconciled, _run.Destination.Reconciled);
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    [InlineData(true, true, false)]
    public async Task Indicator_with_an_unconfirmed_and_then_refused_deletion_returns_when_wanted(
        bool upserts, bool keysLiveOnce, bool isTransient)
    {
        (_run.Destination.Upserts, _run.Destination.IdsNotReusable) = (upserts, keysLiveOnce);
        await PushAsync(1, null, Some.Domain(1), Some.Domain(2));
        await PushAsync(1, LostAfterArrival, Some.Domain(2));
        Assert.Single(_run.Destination.Held);
        await PushAsync(1, (_, _) => new StepOutcome.Rejected("no", isTransient), Some.Domain(2));

        var last = await PushAsync(1, null, Some.Domain(1), Some.Domain(2));

        Assert.Equal(RunOutcome.Done, last.Outcome);
        Assert.Equal(2, _run.Destination.Held.Select(one => one.Value).Distinct().Count());
        Assert.Equal(2, _run.Destination.Held.Count);
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deletion_that_was_lost_and_then_refused_suppresses_nothing(bool upserts)
    {
        _run.Destination.Upserts = upserts;
        await PushAsync(1, null, Some.Domain(1), Some.Domain(2));
        var asked = 0;
        await PushAsync(1, (operation, step) =>
            asked++ == 0 ? LostAfterArrival(operation, step) : new StepOutcome.Rejected("no"), Some.Domain(2));
        Assert.Single(_run.Destination.Held);

        var last = await PushAsync(1, null, Some.Domain(1), Some.Domain(2));

        Assert.Equal((RunOutcome.Done, 2), (last.Outcome, _run.Destination.Held.Select(one => one.Value).Distinct().Count()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60 * 24 * 31)]
    public async Task Indicator_that_may_have_been_revoked_returns_under_another_key(int minutesLater)
    {
        (_run.Destination.Upserts, _run.Destination.IdsNotReusable) = (true, true);
        await PushAsync(1, null, Some.Domain(1));
        var before = Assert.Single(_run.Destination.Held).Key;
        await PushAsync(1, LostAfterArrival);
        Assert.Empty(_run.Destination.Held);

        var last = await PushAsync(minutesLater, null, Some.Domain(1));

        Assert.Equal(RunOutcome.Done, last.Outcome);
        Assert.NotEqual(before, Assert.Single(_run.Destination.Held).Key);
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Unconfirmed_creation_of_a_killed_run_is_deleted_with_what_was_kept_of_it()
    {
        (_run.Destination.Upserts, _run.Destination.IdsNotReusable) = (true, true);
        _run.Destination.OnRequest = (operation, steps) =>
        {
            foreach (var step in steps) _run.Destination.Apply(operation, step);
            throw new InvalidOperationException("killed");
        };
        await Assert.ThrowsAnyAsync<Exception>(() => _run.PushAsync());
        var kept = _run.Destination.Held.Select(one => $"kept of {one.Value}").Order().ToList();
        _run.Destination.OnRequest = null;

        await PushAsync(1, null);

        Assert.NotEmpty(kept);
        Assert.Equal(kept, _run.Steps.Where(step => step.Action == StepAction.Delete)
            .Select(step => Encoding.UTF8.GetString(step.Body.Span)).Order());
        Assert.Empty(_run.Destination.Held);
    }

    [Fact]
    public async Task Repeatedly_lost_responses_around_a_deletion_leave_nothing_behind()
    {
        (_run.Destination.Upserts, _run.Destination.IdsNotReusable) = (true, true);
        await PushAsync(1, null, Some.Domain(1), Some.Domain(2));
        await PushAsync(1, LostAfterArrival, Some.Domain(2));
        await PushAsync(2, LostBeforeArrival, Some.Domain(1), Some.Domain(2));
        await PushAsync(3, (operation, step) =>
            operation == Operation.Delete ? null : LostAfterArrival(operation, step), Some.Domain(1), Some.Domain(2));

        var last = await PushAsync(4, null, Some.Domain(1), Some.Domain(2));

        Assert.Equal(RunOutcome.Done, last.Outcome);
        Assert.Equal(2, _run.Destination.Held.Select(one => one.Value).Distinct().Count());
        Assert.Equal(2, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Batch_that_was_lost_and_then_refused_leaves_nothing_untracked()
    {
        _run.Destination.Upserts = true;
        var asked = 0;
        _run.Destination.OnRequest = (_, _) => asked++;
        await PushAsync(1, LostThenRefused, Some.Domains(1, 3));
        Assert.Equal(3, _run.Destination.Held.Count);

        await PushAsync(1, null);

        Assert.Empty(_run.Destination.Held);

        StepOutcome? LostThenRefused(Operation operation, PlanStep step) =>
            asked == 1 ? LostAfterArrival(operation, step) : new StepOutcome.Rejected("bad request", WholeBatch: true);
    }

    [Theory]
    [InlineData(true, Operation.Create, 1)]
    [InlineData(true, Operation.Delete, 0)]
    [InlineData(false, Operation.Create, 0)]
    public async Task Open_request_keeps_only_what_a_deletion_may_need(bool keysLiveOnce, Operation operation, long kept)
    {
        (_run.Destination.Upserts, _run.Destination.IdsNotReusable) = (keysLiveOnce, keysLiveOnce);
        var found = new Dictionary<Operation, long>();
        _run.Destination.OnRequest = (sent, _) => found[sent] =
            _run.AtWork!.Scalar("SELECT count(*) FROM intent WHERE instr(steps, CAST('kept of' AS BLOB)) > 0");
        await _run.PushAsync();

        await PushAsync(1, null, Some.Domain(1));

        Assert.Equal(kept, found[operation]);
    }

    [Fact]
    public async Task Sent_step_that_may_have_succeeded_is_never_counted_as_not_attempted()
    {
        _run.Destination.Upserts = true;
        using var stop = new CancellationTokenSource();
        using var control = new RunControl(stop.Token, CancellationToken.None, CancellationToken.None);
        var asked = 0;
        _run.Destination.OnRequest = (_, _) =>
        {
            if (++asked == 2) stop.Cancel();
        };
        _run.Destination.Answer = (operation, step) =>
            asked == 1 ? LostAfterArrival(operation, step) : new StepOutcome.Rejected("bad request", WholeBatch: true);

        var report = await _run.PushAsync(control: control);

        Assert.Equal(new StepTally(0, 0, 3, 0), report.Destinations[0].Tally);
        Assert.Equal(3, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Push_of_one_event_sends_again_what_may_not_have_arrived()
    {
        var service = _run.Destinations[0] = new FakeDestination("sentinel", IndicatorShape.Single) { Upserts = true };
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));
        await _run.PushAsync();
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(1), Some.Domain(2), Some.Domain(3));
        service.Answer = LostBeforeArrival;
        await _run.PushAsync();
        service.Answer = null;

        var report = await _run.PushAsync(options => options with
        {
            Stage = options.Stage with { OnlyEvents = new HashSet<Guid> { Some.Uuid(1) } },
        });

        Assert.Equal((RunOutcome.Done, 3), (report.Outcome, service.Held.Count));
    }

    private static StepOutcome LostBeforeArrival(Operation operation, PlanStep step) => new StepOutcome.Unknown("lost before it arrived");

    private StepOutcome LostAfterArrival(Operation operation, PlanStep step)
    {
        _run.Destination.Apply(operation, step);
        return new StepOutcome.Unknown("lost after it arrived");
    }

    private Task<RunReport> PushAsync(int minutesLater, Func<Operation, PlanStep, StepOutcome?>? answer, params EventItem[] items)
    {
        _run.Time.Advance(TimeSpan.FromMinutes(minutesLater));
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), items);
        _run.Destination.Answer = answer;
        return _run.PushAsync(options => options with { AcceptChanges = true, MaxDelete = new DeletionLimit(100, IsPercent: true) });
    }

    private void LoseAnswers(Operation operation, int times)
    {
        var left = times;
        _run.Destination.Answer = (asked, step) =>
        {
            if (asked != operation || left <= 0) return null;
            if (step == _run.Steps[^1]) left--;
            _run.Destination.Apply(asked, step);
            return new StepOutcome.Unknown("the answer was cut off");
        };
    }
}
