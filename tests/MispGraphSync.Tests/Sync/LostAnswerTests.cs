using MispGraphSync.Core.Sync;
using Xunit;

namespace MispGraphSync.Tests.Sync;

public sealed class LostAnswerTests : IDisposable
{
    private readonly TestRun _run = new();

    public LostAnswerTests() => _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2), Some.Domain(3));

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_creation_whose_answer_was_lost_is_settled_and_sent_again()
    {
        LoseAnswers(Operation.Create, times: 1);

        var report = await _run.PushAsync();

        Assert.Equal((ExitCode.Ok, 3L, 1), (report.ExitCode, report.Destinations[0].Tally.Accepted, _run.Destination.Settled));
        Assert.Equal(3, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task A_creation_that_stays_lost_is_settled_by_the_next_run()
    {
        LoseAnswers(Operation.Create, times: 100);
        var lost = await _run.PushAsync();
        Assert.Equal((ExitCode.OutOfReach, 3L), (lost.ExitCode, lost.Destinations[0].Tally.Unknown));

        _run.Destination.Answer = null;
        var report = await _run.PushAsync();

        Assert.Equal(ExitCode.Ok, report.ExitCode);
        Assert.Equal(3, _run.Destination.Held.Count);
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task A_run_that_died_after_its_request_leaves_exactly_one()
    {
        // The process is gone between the service's answer and the record of it.
        _run.Destination.OnRequest = (operation, steps) =>
        {
            foreach (var step in steps) _run.Destination.Apply(operation, step);
            throw new InvalidOperationException("killed");
        };
        await Assert.ThrowsAnyAsync<Exception>(() => _run.PushAsync());
        Assert.Equal(3, _run.Destination.Held.Count);

        _run.Destination.OnRequest = null;
        await _run.PushAsync();

        Assert.Equal(3, _run.Destination.Held.Count);
        Assert.Equal(3, _run.Destination.Held.Select(one => one.Key).Distinct().Count());
    }

    [Fact]
    public async Task A_deletion_whose_answer_was_lost_is_sent_again()
    {
        await _run.PushAsync();
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(1));
        LoseAnswers(Operation.Delete, times: 1);

        var report = await _run.PushAsync();

        Assert.Equal((ExitCode.Ok, 2L, 1), (report.ExitCode, report.Destinations[0].Tally.Accepted, _run.Destination.Held.Count));
    }

    [Fact]
    public async Task An_update_lost_and_taken_back_in_MISP_is_still_put_right()
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
    public async Task An_upserting_service_gets_the_same_again_and_what_became_unwanted_is_removed()
    {
        var sentinel = _run.Destinations[0] = new FakeDestination("sentinel", IndicatorForm.Single) { Upserts = true, KeysLiveOnce = true };
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
    public async Task What_was_lost_goes_out_again_as_it_was()
    {
        _run.Destination.Upserts = true;
        _run.Destination.Answer = (_, _) => new StepOutcome.Unknown("lost before it arrived");
        await _run.PushAsync();

        _run.Destination.Answer = null;
        var bodies = new List<int>();
        _run.Destination.OnRequest = (_, steps) => bodies.AddRange(steps.Select(step => step.Body.Length));
        await _run.PushAsync();

        Assert.Equal(3, bodies.Count(length => length > 2));
        Assert.DoesNotContain(bodies, length => length == 0);
    }

    [Fact]
    public async Task A_lost_change_and_a_lost_deletion_of_it_leave_nothing_behind()
    {
        _run.Destination.Upserts = true;
        await _run.PushAsync();
        _run.Destination.Answer = (operation, step) =>
        {
            _run.Destination.Apply(operation, step);
            return new StepOutcome.Unknown("lost after it arrived");
        };
        _run.Source.Put(Some.Event(1, Some.Now.AddMinutes(1), tags: "tlp:green"), Some.Domain(1), Some.Domain(2), Some.Domain(3));
        await _run.PushAsync();
        _run.Source.Put(Some.Event(1, Some.Now.AddMinutes(2)));
        await _run.PushAsync();
        Assert.Empty(_run.Destination.Held);

        // The change is repeated first, and what it makes anew has another id than the deletion knows.
        _run.Destination.Answer = null;
        await _run.PushAsync();

        Assert.Empty(_run.Destination.Held);
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task An_id_learnt_while_settling_is_not_forgotten_for_an_older_one()
    {
        _run.Destination.Upserts = true;
        await _run.PushAsync();
        _run.Source.Put(Some.Event(1, Some.Now.AddMinutes(1), tags: "tlp:green"), Some.Domain(1), Some.Domain(2), Some.Domain(3));
        _run.Destination.OnRequest = (_, _) => throw new InvalidOperationException("killed");
        await Assert.ThrowsAnyAsync<Exception>(() => _run.PushAsync());
        // Gone there, as when it runs out; and settling it is refused once, which leaves a second request open.
        _run.Destination.Held.Clear();
        _run.Destination.OnRequest = (_, _) => throw new RunFailedException(ExitCode.SignIn, "no longer allowed");
        await _run.PushAsync();

        // Repeated twice: made anew by the first, turned down by the second. MISP wants it no longer.
        var asked = 0;
        _run.Destination.OnRequest = (_, _) => asked++;
        _run.Destination.Answer = (operation, _) => operation == Operation.Create && asked == 2 ? new StepOutcome.Rejected("no") : null;
        _run.Source.Put(Some.Event(1, Some.Now.AddMinutes(2)));
        await _run.PushAsync();

        Assert.Empty(_run.Destination.Held);
    }

    [Fact]
    public async Task What_was_made_anew_unheard_is_found_by_its_key_when_it_has_to_go()
    {
        _run.Destination.Upserts = true;
        await _run.PushAsync();
        // All ran out, and is sent again; nobody hears which ids it got.
        _run.Time.Advance(TimeSpan.FromDays(31));
        _run.Destination.Held.Clear();
        _run.Destination.Answer = (operation, step) =>
        {
            _run.Destination.Apply(operation, step);
            return new StepOutcome.Unknown("lost after it arrived");
        };
        await _run.PushAsync();
        Assert.Equal(3, _run.Destination.Held.Count);

        _run.Destination.Answer = (operation, _) => operation == Operation.Create ? new StepOutcome.Rejected("no") : null;
        _run.Source.Put(Some.Event(1, Some.Now.AddDays(31)));
        await _run.PushAsync(options => options with { AcceptChanges = true, MaxDelete = new DeletionLimit(100, IsPercent: true) });

        Assert.Empty(_run.Destination.Held);
    }

    [Fact]
    public async Task A_loss_that_is_followed_by_a_refusal_of_all_is_still_settled_by_the_next_run()
    {
        _run.Destination.Upserts = true;
        var asked = 0;
        _run.Destination.Answer = (operation, step) =>
        {
            _run.Destination.Apply(operation, step);
            return new StepOutcome.Unknown("lost after it arrived");
        };
        _run.Destination.OnRequest = (_, _) =>
        {
            if (++asked == 2) throw new RunFailedException(ExitCode.SignIn, "no longer allowed");
        };
        var refused = await _run.PushAsync();
        Assert.Equal((ExitCode.SignIn, 3L), (refused.ExitCode, refused.Destinations[0].Tally.Unknown));

        // MISP withdraws everything before the next run: what got through unheard must go too.
        (_run.Destination.Answer, _run.Destination.OnRequest) = (null, null);
        _run.Source.Put(Some.Event(1, Some.Now.AddMinutes(1)));
        await _run.PushAsync(options => options with { AcceptChanges = true, MaxDelete = new DeletionLimit(100, IsPercent: true) });

        Assert.Empty(_run.Destination.Held);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_went_out_and_could_not_be_logged_is_settled_by_the_next_run(bool upserts)
    {
        _run.Destination.Upserts = upserts;
        _run.Destination.OnRequest = (operation, steps) =>
        {
            foreach (var step in steps) _run.Destination.Apply(operation, step);
            throw new RunFailedException(ExitCode.Usage, "The request log cannot be written.") { MayHaveHappened = true };
        };
        var unlogged = await _run.PushAsync();
        Assert.Equal((ExitCode.Usage, 3L), (unlogged.ExitCode, unlogged.Destinations[0].Tally.Unknown));

        _run.Destination.OnRequest = null;
        await _run.PushAsync();

        Assert.Equal((3, 3), (_run.Destination.Held.Count, _run.Destination.Held.Select(one => one.Key).Distinct().Count()));
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 0)]
    public async Task A_request_given_up_while_it_waited_counts_as_what_it_is(bool mayHaveHappened, int unknown)
    {
        _run.Destination.Upserts = true;
        using var stop = new CancellationTokenSource();
        _run.Destination.OnRequest = (_, _) =>
        {
            stop.Cancel();
            throw new RequestStoppedException(mayHaveHappened, stop.Token);
        };
        using var control = new RunControl(stop.Token, CancellationToken.None, CancellationToken.None);

        var stopped = await _run.PushAsync(control: control);

        var tally = stopped.Destinations[0].Tally;
        Assert.Equal((ExitCode.Interrupted, 0, unknown, 3 - unknown), (stopped.ExitCode, stopped.Imbalances.Count, (int)tally.Unknown, (int)tally.NotAttempted));
        _run.Destination.OnRequest = null;
        Assert.Equal(ExitCode.Ok, (await _run.PushAsync()).ExitCode);
        Assert.Equal(3, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task A_dry_run_settles_nothing()
    {
        LoseAnswers(Operation.Create, times: 100);
        await _run.PushAsync();
        var settled = _run.Destination.Settled;

        await _run.PlanAsync();

        Assert.Equal(settled, _run.Destination.Settled);
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
