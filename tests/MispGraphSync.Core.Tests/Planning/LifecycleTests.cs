using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public sealed class LifecycleTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Indicator_with_half_of_its_lifetime_left_is_not_renewed()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();

        _run.Time.Advance(TimeSpan.FromDays(14.9));

        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Indicator_with_a_quarter_of_its_lifetime_left_is_renewed()
    {
        _run.Source.Put(Some.Event(1), Some.Domains(1, 40));
        await _run.PushAsync();

        _run.Time.Advance(TimeSpan.FromDays(22.6));
        var report = await _run.PushAsync();

        Assert.Equal(new PlanCounts(0, 0, 40, 0), report.Destinations[0].Planned);
        Assert.All(_run.Destination.Held, one => Assert.Equal(_run.Time.GetUtcNow().AddDays(30), one.Expires));
    }

    [Fact]
    public async Task Indicator_is_renewed_from_its_time_of_renewal_on()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();
        var held = _run.Destination.Held.Single();
        var due = Lifecycle.RenewalOf(held.Expires, TimeSpan.FromDays(30), end: null, held.Key).ToUnixTimeMilliseconds();

        _run.Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(due - 1));
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);

        _run.Time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(due));
        Assert.Equal(new PlanCounts(0, 0, 1, 0), (await _run.PushAsync()).Destinations[0].Planned);
    }

    [Fact]
    public async Task Indicator_has_ended_in_the_moment_of_its_expiry()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        _run.Source.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();
        _run.Source.Remove(Some.Event(2));

        _run.Time.SetUtcNow(_run.Destination.Held[0].Expires);
        var report = await _run.PushAsync();

        // The wanted one is created again; the other one is forgotten without a request.
        Assert.Equal((new PlanCounts(1, 0, 0, 0), 1L), (report.Destinations[0].Planned, report.Destinations[0].Held));
    }

    [Fact]
    public async Task Renewals_are_spread_over_several_days()
    {
        _run.Source.Put(Some.Event(1), Some.Domains(1, 400));
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
    public async Task Aged_event_is_not_renewed_and_expires()
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
    public async Task Aged_event_that_matches_again_is_renewed()
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
    public async Task Last_change_of_an_aged_event_is_read()
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
    public async Task Aged_event_is_looked_up_in_each_run()
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
        _run.Source.AgedAndChanged[edited.Uuid] =
            new SourceEvent(edited with { Timestamp = edited.Timestamp.AddHours(1) }, [Some.Domain(3)]);
        var report = await _run.PushAsync();

        Assert.Equal((1L, 2L), (report.Source.EventsWithdrawn, report.Destinations[0].Planned.Delete));
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Tag_change_without_a_new_timestamp_is_noticed()
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
    public async Task Withdrawn_event_deletes_its_indicators()
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
    public async Task Expired_indicator_that_is_wanted_is_created_again()
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
    public async Task Expired_indicator_that_is_unwanted_needs_no_request()
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
    public async Task Run_renews_only_indicators_of_its_own_source()
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
    public async Task Run_withdraws_nothing_of_another_source()
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
    public async Task Indicator_that_expired_while_its_source_was_not_read_returns_with_the_source(bool keysLiveOnce)
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
    public async Task Permanently_rejected_indicator_is_suppressed_after_its_expiry()
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
    public async Task Revoked_key_is_not_reused_and_the_next_generation_is()
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
    public void Indicator_expires_a_lifetime_after_the_second_in_which_it_is_sent() => Assert.Equal(
        Some.Now.AddDays(30), Lifecycle.ExpiryOf(Some.Now.AddMilliseconds(999), TimeSpan.FromDays(30), end: null));

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000", 7.5)]
    [InlineData("00000000-0000-0000-0000-000080000000", 11.25)]
    [InlineData("00000000-0000-0000-0000-0000ffffffff", 15)]
    public void Indicator_is_renewed_with_a_quarter_to_a_half_of_its_lifetime_left_as_its_key_says(string key, double daysLeft) =>
        Assert.Equal(
            Some.Now.AddDays(-daysLeft), Lifecycle.RenewalOf(Some.Now, TimeSpan.FromDays(30), end: null, Guid.Parse(key)));

    [Theory]
    [InlineData(30, 0, 0)]
    [InlineData(30, 21_599, 0)]
    [InlineData(30, 21_600, 21_600)]
    [InlineData(1, 719, 0)]
    [InlineData(1, 720, 720)]
    public void Indicator_is_renewed_in_steps_of_six_hours_of_thirty_days(int days, int seconds, int later) => Assert.Equal(
        Some.Now.Date.AddDays(-days / 4.0).AddSeconds(later),
        Lifecycle.RenewalOf(
            Some.Now.AddHours(-Some.Now.Hour).AddSeconds(seconds), TimeSpan.FromDays(days), end: null, Guid.Empty).UtcDateTime);

    [Fact]
    public void Modified_time_always_grows()
    {
        var sent = Some.Now.AddSeconds(5);

        Assert.Equal(sent.AddMilliseconds(1), Lifecycle.Modified(Some.Now, sent));
        Assert.Equal(sent.AddMilliseconds(1), Lifecycle.Modified(sent, sent));
        Assert.Equal(Some.Now, Lifecycle.Modified(Some.Now.AddTicks(9), null));
        Assert.Equal(Some.Now.AddHours(1), Lifecycle.Modified(Some.Now.AddHours(1), sent));
        Assert.Equal(Some.Now, Lifecycle.Modified(Some.Now, null));
    }
}
