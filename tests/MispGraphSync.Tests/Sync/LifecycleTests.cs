using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Sync;

public sealed class LifecycleTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Nothing_is_renewed_while_half_of_its_lifetime_is_left()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();

        _run.Time.Advance(TimeSpan.FromDays(14.9));

        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Everything_is_renewed_by_the_time_a_quarter_is_left()
    {
        _run.Source.Put(Some.Event(1), [.. Enumerable.Range(1, 40).Select(number => Some.Domain(number))]);
        await _run.PushAsync();

        _run.Time.Advance(TimeSpan.FromDays(22.6));
        var report = await _run.PushAsync();

        Assert.Equal(new PlanCounts(0, 0, 40, 0), report.Destinations[0].Planned);
        Assert.All(_run.Destination.Held, one => Assert.Equal(_run.Time.GetUtcNow().AddDays(30), one.Expires));
    }

    [Fact]
    public async Task Renewals_are_spread_over_days()
    {
        _run.Source.Put(Some.Event(1), [.. Enumerable.Range(1, 400).Select(number => Some.Domain(number))]);
        await _run.PushAsync();
        var renewed = new List<long>();
        _run.Time.Advance(TimeSpan.FromDays(15));

        for (var day = 0; day < 9; day++)
        {
            renewed.Add((await _run.PushAsync()).Destinations[0].Planned.Renew);
            _run.Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(400, renewed.Sum());
        Assert.All(renewed, day => Assert.InRange(day, 0, 90));
    }

    [Fact]
    public async Task An_event_that_grew_too_old_for_the_filters_is_not_renewed_and_runs_out()
    {
        var old = Some.Event(1);
        _run.Source.Put(old, Some.Domain(1));
        _run.Source.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();

        _run.Source.Remove(old);
        _run.Source.Aged.Add(old.Uuid);
        var report = await _run.PushAsync();
        Assert.Equal((1L, 0L, 0L), (report.Source.EventsAged, report.Source.EventsWithdrawn, report.Destinations[0].Planned.Total));

        _run.Time.Advance(TimeSpan.FromDays(23));
        Assert.Equal(new PlanCounts(0, 0, 1, 0), (await _run.PushAsync()).Destinations[0].Planned);

        _run.Time.Advance(TimeSpan.FromDays(8));
        var last = await _run.PushAsync();
        Assert.Equal((0L, 1L), (last.Destinations[0].Planned.Delete, last.Destinations[0].Held));
    }

    [Fact]
    public async Task An_aged_event_that_matches_again_is_renewed_again()
    {
        var old = Some.Event(1);
        _run.Source.Put(old, Some.Domain(1));
        _run.Source.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();
        _run.Source.Remove(old);
        _run.Source.Aged.Add(old.Uuid);
        await _run.PushAsync();

        _run.Source.Put(old, Some.Domain(1));
        _run.Time.Advance(TimeSpan.FromDays(23));

        Assert.Equal(2, (await _run.PushAsync()).Destinations[0].Planned.Renew);
    }

    [Fact]
    public async Task The_last_change_of_an_event_that_aged_is_read()
    {
        var old = Some.Event(1);
        _run.Source.Put(old, Some.Domain(1), Some.Domain(2));
        _run.Source.Put(Some.Event(2), Some.Domain(3));
        await _run.PushAsync();

        _run.Source.Remove(old);
        _run.Source.Aged.Add(old.Uuid);
        _run.Source.AgedAndChanged[old.Uuid] = new SourceEvent(old with { Timestamp = old.Timestamp.AddHours(1) }, [Some.Domain(2)]);
        var report = await _run.PushAsync();

        Assert.Equal((1L, 0L, 1L), (report.Source.EventsAged, report.Source.EventsWithdrawn, report.Destinations[0].Planned.Delete));
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
        _run.Time.Advance(TimeSpan.FromDays(23));
        Assert.Equal(new PlanCounts(0, 0, 1, 0), (await _run.PushAsync()).Destinations[0].Planned);
    }

    [Fact]
    public async Task An_aged_event_is_looked_up_in_each_run()
    {
        var (deleted, edited) = (Some.Event(1), Some.Event(2));
        _run.Source.Put(deleted, Some.Domain(1));
        _run.Source.Put(edited, Some.Domain(2), Some.Domain(3));
        _run.Source.Put(Some.Event(3), Some.Domain(4));
        await _run.PushAsync();
        foreach (var old in new[] { deleted, edited })
        {
            _run.Source.Remove(old);
            _run.Source.Aged.Add(old.Uuid);
        }
        Assert.Equal(2, (await _run.PushAsync()).Source.EventsAged);
        var quiet = await _run.PushAsync();
        Assert.Equal((0L, 0L), (quiet.Source.EventsAged, quiet.Destinations[0].Planned.Total));

        _run.Source.Aged.Remove(deleted.Uuid);
        _run.Source.AgedAndChanged[edited.Uuid] = new SourceEvent(edited with { Timestamp = edited.Timestamp.AddHours(1) }, [Some.Domain(3)]);
        var report = await _run.PushAsync();

        Assert.Equal((1L, 2L), (report.Source.EventsWithdrawn, report.Destinations[0].Planned.Delete));
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task A_tag_that_moves_no_timestamp_is_seen()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        _run.Source.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();
        var read = _run.Source.EventsRead;

        _run.Source.Put(Some.Event(1) with { Tags = [new MispTag("tlp:red", IsLocal: true)] }, Some.Domain(1));
        var report = await _run.PushAsync();

        Assert.Equal(read + 1, _run.Source.EventsRead);
        Assert.Equal(1, report.Destinations[0].Planned.Update + report.Destinations[0].Planned.Delete);
        await _run.PushAsync();
        Assert.Equal(read + 1, _run.Source.EventsRead);
    }

    [Fact]
    public async Task A_withdrawn_event_takes_its_indicators_with_it()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        _run.Source.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();

        _run.Source.Remove(Some.Event(1));
        var report = await _run.PushAsync();

        Assert.Equal((1L, 1L), (report.Source.EventsWithdrawn, report.Destinations[0].Planned.Delete));
        Assert.Equal(StepReasons.Withdrawn, Assert.Single(_run.Steps).Reason);
    }

    [Fact]
    public async Task What_expired_but_is_wanted_is_created_again()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();
        _run.Destination.Held.Clear();

        _run.Time.Advance(TimeSpan.FromDays(31));
        var report = await _run.PushAsync();

        Assert.Equal(new PlanCounts(1, 0, 0, 0), report.Destinations[0].Planned);
        Assert.Equal(1, report.Destinations[0].Held);
        Assert.Single(_run.Destination.Held);
    }

    [Fact]
    public async Task What_expired_and_is_unwanted_is_gone_without_a_request()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        _run.Source.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();
        _run.Source.Remove(Some.Event(1));
        _run.Destination.Sent.Clear();

        _run.Time.Advance(TimeSpan.FromDays(31));
        var report = await _run.PushAsync();

        Assert.Equal((0L, 1L), (report.Destinations[0].Planned.Delete, report.Destinations[0].Held));
        Assert.DoesNotContain(_run.Destination.Sent, sent => sent.Operation == Operation.Delete);
    }

    [Fact]
    public async Task A_run_renews_what_its_own_source_supports_and_nothing_else()
    {
        var feed = new FakeSource(_run.Time, "input:/feeds/one");
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        feed.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();
        await _run.PushFromAsync(feed);

        _run.Time.Advance(TimeSpan.FromDays(23));

        Assert.Equal(1, (await _run.PushAsync()).Destinations[0].Planned.Renew);
        Assert.Equal(1, (await _run.PushFromAsync(feed)).Destinations[0].Planned.Renew);
    }

    [Fact]
    public async Task A_run_withdraws_nothing_of_another_source()
    {
        var feed = new FakeSource(_run.Time, "input:/feeds/one");
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        feed.Put(Some.Event(2), Some.Domain(2));

        await _run.PushAsync();
        await _run.PushFromAsync(feed);
        await _run.PushAsync();

        Assert.Equal(2, _run.Destination.Held.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_ran_out_while_its_own_source_was_not_read_comes_back_with_it(bool keysLiveOnce)
    {
        (_run.Destination.Upserts, _run.Destination.IdsNotReusable) = (keysLiveOnce, keysLiveOnce);
        var feed = new FakeSource(_run.Time, "input:/feeds/one");
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        feed.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();
        await _run.PushFromAsync(feed);
        _run.Time.Advance(TimeSpan.FromDays(31));
        _run.Destination.Held.Clear();

        await _run.PushAsync();
        Assert.Single(_run.Destination.Held);
        await _run.PushFromAsync(feed);

        Assert.Equal(2, _run.Destination.Held.Count);
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task What_was_refused_for_good_is_held_back_beyond_its_expiry()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromDays(25));
        _run.Destination.Answer = (_, _) => new StepOutcome.Rejected("no");
        Assert.Equal(RunOutcome.Incomplete, (await _run.PushAsync()).Outcome);
        _run.Time.Advance(TimeSpan.FromDays(10));
        _run.Destination.Held.Clear();
        _run.Destination.Sent.Clear();

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Incomplete, 1L, 0), (report.Outcome, report.Destinations[0].Suppressed, _run.Destination.Sent.Count));
        _run.Destination.Answer = null;
        await _run.RetryAsync();
        Assert.Single(_run.Destination.Held);
    }

    [Fact]
    public async Task A_revoked_key_never_lives_again_but_its_next_generation_does()
    {
        _run.Destinations[0] = new FakeDestination("sentinel", IndicatorShape.Single) { IdsNotReusable = true, Upserts = true };
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        _run.Source.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();
        var first = _run.Destination.Held.Single(one => one.Body.Contains("d1.example", StringComparison.Ordinal)).Key;
        _run.Source.Remove(Some.Event(1));
        await _run.PushAsync();

        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();

        Assert.NotEqual(first, Assert.Single(_run.Steps).Key);
        Assert.Equal(1, _run.Steps[0].Generation);
    }

    [Fact]
    public void Modified_always_moves_on()
    {
        var sent = Some.Now.AddSeconds(5);

        Assert.Equal(sent.AddMilliseconds(1), Lifecycle.Modified(Some.Now, sent));
        Assert.Equal(Some.Now.AddHours(1), Lifecycle.Modified(Some.Now.AddHours(1), sent));
        Assert.Equal(Some.Now, Lifecycle.Modified(Some.Now, null));
    }
}
