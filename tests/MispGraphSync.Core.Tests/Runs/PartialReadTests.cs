using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>What is deleted when not everything could be read.</summary>
public sealed class PartialReadTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Unreadable_event_keeps_its_indicators_and_deletions_of_others_pass()
    {
        await HoldAsync(4);
        Change(1);
        _run.Source.Unreadable.Add(Some.Uuid(1));
        _run.Source.Remove(Some.Event(2));
        Change(3);

        var report = await _run.PushAsync();

        Assert.Equal(
            (RunOutcome.Incomplete, RunStatus.Partial, 2L), (report.Outcome, report.Status, report.Destinations[0].Planned.Delete));
        Assert.Equal(["d1.example", "d4.example"], Names());
        _run.Source.Unreadable.Clear();
        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal(["d4.example"], Names());
    }

    [Fact]
    public async Task Value_supported_by_an_unread_event_is_kept()
    {
        _run.Source.Put(Some.Event(1), Some.Attribute(1, "domain", "both.example"));
        _run.Source.Put(Some.Event(2), Some.Attribute(2, "domain", "both.example"), Some.Domain(9));
        await _run.PushAsync();
        Change(1);
        _run.Source.Unreadable.Add(Some.Uuid(1));
        _run.Source.Remove(Some.Event(2));

        await _run.PushAsync();

        Assert.Equal(["both.example"], Names());
    }

    [Fact]
    public async Task Event_unreadable_in_a_full_read_is_read_by_the_next_run()
    {
        await HoldAsync(3);
        _run.Source.Unreadable.Add(Some.Uuid(2));
        await _run.PushAsync(TestRun.InFull);
        _run.Source.Unreadable.Clear();
        var before = _run.Source.EventsRead;

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Done, 1), (report.Outcome, _run.Source.EventsRead - before));
        Assert.Equal(0, report.Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Incomplete_list_deletes_nothing()
    {
        await HoldAsync(3);
        _run.Source.Remove(Some.Event(1));
        Change(2);
        _run.Source.Gap = "The list ended early.";

        Assert.Equal(RunOutcome.Incomplete, (await _run.PushAsync()).Outcome);
        Assert.Equal(3, _run.Destination.Held.Count);

        _run.Source.Gap = null;
        await _run.PushAsync(options => options with { MaxDelete = new DeletionLimit(100, IsPercent: true) });
        Assert.Equal(["d3.example"], Names());
    }

    [Fact]
    public async Task Failed_read_deletes_nothing()
    {
        await HoldAsync(3);
        _run.Source.Remove(Some.Event(1));
        Change(2);
        Change(3);
        _run.Source.FailsAfter = 1;

        await _run.PushAsync();

        Assert.Equal(3, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Stopped_read_deletes_nothing_and_counts_what_it_read()
    {
        await HoldAsync(3);
        for (var i = 1; i <= 3; i++) Change(i);
        using var stop = new CancellationTokenSource();
        using var control = new RunControl(stop.Token, CancellationToken.None, CancellationToken.None);
        _run.Source.AfterEvent = _ =>
        {
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        };

        var report = await _run.PushAsync(control: control);

        Assert.Equal((RunOutcome.Interrupted, "The read was cut short."), (report.Outcome, report.Source.Error));
        Assert.Equal((0, 0L), (report.Imbalances.Count, report.Destinations[0].Planned.Total));
        Assert.Equal(3, _run.Destination.Held.Count);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 2)]
    public async Task Unchanged_event_is_read_again_a_week_after_the_last_full_read(int seconds, int read)
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();

        _run.Time.Advance(TimeSpan.FromDays(7) + TimeSpan.FromSeconds(seconds));
        await _run.PushAsync();

        Assert.Equal(read, _run.Source.EventsRead);
    }

    [Theory]
    [InlineData(60, 0)]
    [InlineData(-60, 0)]
    [InlineData(61, 1)]
    [InlineData(-61, 1)]
    public async Task Clock_of_the_source_that_differs_by_more_than_an_hour_is_a_warning(int minutes, int warnings)
    {
        _run.Source.ClockAhead = TimeSpan.FromMinutes(minutes);

        await _run.PushAsync();

        Assert.Equal(warnings, _run.Warnings.Count);
        Assert.All(_run.Warnings, text => Assert.Contains(
            $"it is 2026-01-15 12:00:00 UTC here and {Some.Now.AddMinutes(minutes):yyyy-MM-dd HH:mm:ss} UTC there", text,
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task Requested_event_that_is_missing_is_named()
    {
        await HoldAsync(2);
        var asked = new HashSet<Guid> { Some.Uuid(1), Some.Uuid(7) };

        var report = await _run.PushAsync(options => options with { Stage = options.Stage with { OnlyEvents = asked } });

        Assert.Equal(RunOutcome.Incomplete, report.Outcome);
        Assert.Contains(Some.Uuid(7).ToString(), Assert.Single(report.Source.Gaps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Partial_read_does_not_evict()
    {
        var service = _run.Destinations[0] = new FakeDestination("defender", IndicatorShape.Single) { Upserts = true, Capacity = 3 };
        await HoldAsync(3);
        _run.Source.Put(Some.Event(8, _run.Time.GetUtcNow(), ThreatLevel.High), Some.Domain(8));
        _run.Source.Put(Some.Event(9), Some.Domain(9));
        _run.Source.Unreadable.Add(Some.Uuid(9));

        await _run.PushAsync();

        Assert.Equal(["d1.example", "d2.example", "d3.example"], Names());
        _run.Source.Unreadable.Clear();
        await _run.PushAsync();
        Assert.Contains("d8.example", Names());
        Assert.Equal(3, service.Held.Count);
    }

    [Fact]
    public async Task Event_that_cannot_be_looked_up_creates_and_renews_nothing_and_its_indicators_are_kept()
    {
        _run.Destination.Policy = new DestinationPolicy { ExcludeTypes = ["hostname"] };
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Attribute(11, "hostname", "u1.example"));
        _run.Source.Put(Some.Event(2), Some.Domain(2), Some.Attribute(12, "hostname", "u2.example"));
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromDays(27));
        _run.Destination.Policy = new DestinationPolicy();
        _run.Source.Remove(Some.Event(2));
        _run.Source.LookUpGap = "1 events could not be looked up.";

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Incomplete, new PlanCounts(1, 0, 1, 0)), (report.Outcome, report.Destinations[0].Planned));
        Assert.Equal(["d1.example", "d2.example", "u1.example"], Names());

        _run.Source.LookUpGap = null;
        _run.Source.Put(Some.Event(2), Some.Domain(2), Some.Attribute(12, "hostname", "u2.example"));
        Assert.Equal(new PlanCounts(1, 0, 1, 0), (await _run.PushAsync()).Destinations[0].Planned);

        _run.Source.LookUpGap = "1 events could not be looked up.";
        _run.Source.Remove(Some.Event(1));
        await _run.PushAsync();
        _run.Source.LookUpGap = null;
        Assert.Equal(2, (await _run.PushAsync()).Destinations[0].Planned.Delete);
        Assert.Equal(["d2.example", "u2.example"], Names());
    }

    [Fact]
    public async Task Indicators_of_others_leave_less_room_in_each_run()
    {
        var service = _run.Destinations[0] = new FakeDestination("defender", IndicatorShape.Single)
        {
            Upserts = true,
            HasSharedNamespace = true,
            Capacity = 10,
            CapacityForAll = 5,
        };
        service.Others.AddRange(["a", "b", "c"]);
        await HoldAsync(1);
        for (var i = 2; i <= 4; i++) _run.Source.Put(Some.Event(i), Some.Domain(i));

        await _run.PushAsync();

        Assert.Equal(2, service.Held.Count);
    }

    private async Task HoldAsync(int count)
    {
        for (var i = 1; i <= count; i++) _run.Source.Put(Some.Event(i), Some.Domain(i));
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromMinutes(1));
    }

    // The event has lost its attribute.
    private void Change(int number) => _run.Source.Put(Some.Event(number, _run.Time.GetUtcNow()));

    private List<string> Names() =>
        [.. _run.Destination.Held.Select(one => one.Value.Split("Value = ")[1].TrimEnd('}', ' ')).Order(StringComparer.Ordinal)];
}
