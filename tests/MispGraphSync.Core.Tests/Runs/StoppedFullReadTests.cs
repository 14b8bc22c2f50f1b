using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Runs;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>A full read of ten events that takes longer than a run may: unless a test says otherwise, it is stopped after six.</summary>
public sealed class StoppedFullReadTests : IDisposable
{
    private readonly TestRun _run = new();

    public StoppedFullReadTests()
    {
        for (var i = 1; i <= 10; i++) _run.Source.Put(Some.Event(i), Some.Domain(i));
    }

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Next_run_reads_the_other_events_and_sends_all()
    {
        await StopAsync(_run.Source);
        Assert.Empty(_run.Destination.Held);

        Assert.Equal(4, await ReadAsync());
        Assert.Equal(10, _run.Destination.Held.Count);
        Assert.Equal(0, await ReadAsync());
    }

    [Fact]
    public async Task Runs_that_are_all_too_short_come_to_an_end()
    {
        for (var i = 1; i <= 3; i++)
        {
            await StopAsync(_run.Source, after: 3);
            Assert.Equal(i * 3, _run.Source.EventsRead);
        }

        Assert.Equal(1, await ReadAsync());
        Assert.Equal(10, _run.Destination.Held.Count);
    }

    [Theory]
    [InlineData("timestamp")]
    [InlineData("metadata")]
    public async Task Event_that_changed_since_it_was_read_is_read_again(string what)
    {
        await StopAsync(_run.Source);
        var changed = what == "timestamp" ? Some.Event(2, _run.Time.GetUtcNow()) : Some.Event(2, tags: "tlp:green");
        _run.Source.Put(changed, Some.Domain(22));
        _run.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(5, await ReadAsync());
        Assert.Contains(_run.Destination.Held, one => one.Value.Contains("d22.example", StringComparison.Ordinal));
        Assert.DoesNotContain(_run.Destination.Held, one => one.Value.Contains("d2.example", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Event_that_is_gone_since_it_was_read_is_not_sent()
    {
        await StopAsync(_run.Source);
        _run.Source.Remove(Some.Event(2));

        Assert.Equal(4, await ReadAsync());
        Assert.Equal(9, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Event_that_changed_in_the_second_of_its_read_is_read_again()
    {
        _run.Source.Put(Some.Event(2, _run.Time.GetUtcNow()), Some.Domain(2));
        await StopAsync(_run.Source);
        _run.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(5, await ReadAsync());
    }

    [Fact]
    public async Task Event_that_could_not_be_read_is_read_by_the_next_run()
    {
        _run.Source.Unreadable.Add(Some.Uuid(3));
        await StopAsync(_run.Source);
        Assert.Equal(5, _run.Source.EventsRead);
        _run.Source.Unreadable.Clear();

        Assert.Equal(5, await ReadAsync());
        Assert.Equal(10, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Full_read_whose_list_is_incomplete_reads_no_event_twice()
    {
        _run.Source.Gap = "The list ended early.";
        Assert.Equal(10, await ReadAsync());
        Assert.Equal(0, await ReadAsync());
        _run.Source.Gap = null;

        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal(10, _run.Source.EventsRead);
    }

    [Fact]
    public async Task Events_read_before_the_settings_changed_are_read_again()
    {
        await _run.PushAsync();
        _run.Filters = "others";
        var before = _run.Source.EventsRead;
        // The clock has not moved since they were read.
        await StopAsync(_run.Source);
        Assert.Equal(6, _run.Source.EventsRead - before);

        Assert.Equal(4, await ReadAsync());
    }

    [Theory]
    [InlineData("filters")]
    [InlineData("rights")]
    public async Task Change_of_the_settings_starts_from_the_first_event(string what)
    {
        await StopAsync(_run.Source);
        if (what == "filters") _run.Filters = "others";
        else _run.Source.Fingerprint = "role 6";

        Assert.Equal(10, await ReadAsync());
        Assert.Equal(0, await ReadAsync());
    }

    [Fact]
    public async Task Settings_that_are_changed_back_start_from_the_first_event()
    {
        await _run.PushAsync();
        _run.Filters = "others";
        await StopAsync(_run.Source);
        _run.Filters = "all";

        Assert.Equal(10, await ReadAsync());
        Assert.Equal(0, await ReadAsync());
    }

    [Fact]
    public async Task Full_option_starts_from_the_first_event_and_the_next_run_continues()
    {
        await StopAsync(_run.Source);
        await StopAsync(_run.Source, TestRun.InFull);
        Assert.Equal(12, _run.Source.EventsRead);

        Assert.Equal(4, await ReadAsync());
    }

    [Fact]
    public async Task Full_read_that_was_asked_for_continues_without_the_option()
    {
        await _run.PushAsync();
        await StopAsync(_run.Source, TestRun.InFull);

        Assert.Equal(4, await ReadAsync());
        Assert.Equal(0, await ReadAsync());
    }

    [Fact]
    public async Task Next_full_read_that_is_due_reads_everything()
    {
        await StopAsync(_run.Source);
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromDays(7));

        var before = _run.Source.EventsRead;
        await StopAsync(_run.Source);
        Assert.Equal(6, _run.Source.EventsRead - before);
        Assert.Equal(4, await ReadAsync());
        Assert.Equal(0, await ReadAsync());
        _run.Time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(10, await ReadAsync());
    }

    [Theory]
    [InlineData(8, 4)]
    [InlineData(13, 4)]
    [InlineData(14, 10)]
    public async Task Full_read_that_began_long_ago_starts_from_the_first_event(int days, int read)
    {
        await StopAsync(_run.Source);
        _run.Time.Advance(TimeSpan.FromDays(days));

        Assert.Equal(read, await ReadAsync());
    }

    [Fact]
    public async Task Full_read_that_began_in_the_future_starts_from_the_first_event()
    {
        _run.Source.ClockAhead = TimeSpan.FromMinutes(50);
        await StopAsync(_run.Source);
        _run.Source.ClockAhead = TimeSpan.Zero;
        await StopAsync(_run.Source);
        Assert.Equal(12, _run.Source.EventsRead);

        Assert.Equal(4, await ReadAsync());
    }

    [Fact]
    public async Task Ledger_that_may_be_an_old_copy_starts_from_the_first_event()
    {
        await _run.PushAsync();
        await StopAsync(_run.Source, TestRun.InFull);
        using (var ledger = _run.OpenLedger()) new DestinationLedger(ledger, 1).MarkOutdated();

        Assert.Equal(10, await ReadAsync());
    }

    [Fact]
    public async Task Plan_continues_nothing()
    {
        await StopAsync(_run.Source);
        var before = _run.Source.EventsRead;
        await _run.PlanAsync();
        Assert.Equal(4, _run.Source.EventsRead - before);
        await _run.PlanAsync(TestRun.InFull);

        Assert.Equal(4, await ReadAsync());
    }

    [Fact]
    public async Task Run_over_some_events_begins_no_full_read_and_completes_none()
    {
        Assert.Equal(1, await ReadAsync(Only(1)));
        await StopAsync(_run.Source);
        Assert.Equal(7, _run.Source.EventsRead);
        Assert.Equal(1, await ReadAsync(Only(2)));

        Assert.Equal(4, await ReadAsync());
        Assert.Equal(0, await ReadAsync(Only(11)));
        Assert.Equal(1, await ReadAsync(Only(1)));
        Assert.Equal(0, await ReadAsync());
    }

    [Theory]
    [InlineData(true, 5)]
    [InlineData(false, 1)]
    public async Task Event_read_under_other_settings_is_read_again(bool isStopped, int read)
    {
        if (isStopped) await StopAsync(_run.Source);
        else await _run.PushAsync();
        _run.Filters = "others";
        await _run.PushAsync(Only(2));
        _run.Filters = "all";

        Assert.Equal(read, await ReadAsync());
        Assert.Equal(0, await ReadAsync());
    }

    [Fact]
    public async Task Each_source_continues_its_own()
    {
        var second = new FakeSource(_run.Time, "osint");
        for (var i = 11; i <= 20; i++) second.Put(Some.Event(i), Some.Domain(i));
        _run.Sources.Add(second);
        await StopAsync(second);
        Assert.Equal((10, 6), (_run.Source.EventsRead, second.EventsRead));

        Assert.Equal(0, await ReadAsync());
        Assert.Equal((10, 10, 20), (_run.Source.EventsRead, second.EventsRead, _run.Destination.Held.Count));
    }

    [Fact]
    public async Task Run_that_completes_it_reads_all_sightings()
    {
        var reports = _run.Source.Reported = new FakeReports();
        _run.Reports = new ReportOptions { ReadsSightings = true, Expirations = "own" };
        await _run.PushAsync();
        await StopAsync(_run.Source, TestRun.InFull);
        Assert.Single(reports.Asked);

        await _run.PushAsync();
        await _run.PushAsync();

        Assert.Equal([null, null, Some.Now.AddDays(-1)], reports.Asked);
    }

    private static Func<PushOptions, PushOptions> Only(int number) =>
        options => options with { Stage = options.Stage with { OnlyEvents = new HashSet<Guid> { Some.Uuid(number) } } };

    // Of the first source.
    private async Task<int> ReadAsync(Func<PushOptions, PushOptions>? with = null)
    {
        var before = _run.Source.EventsRead;
        await _run.PushAsync(with);
        return _run.Source.EventsRead - before;
    }

    private Task StopAsync(FakeSource source, int after) => StopAsync(source, with: null, after);

    private async Task StopAsync(FakeSource source, Func<PushOptions, PushOptions>? with = null, int after = 6)
    {
        using var deadline = new CancellationTokenSource();
        using var control = new RunControl(CancellationToken.None, deadline.Token, CancellationToken.None);
        source.AfterEvent = read =>
        {
            if (read < after) return;
            deadline.Cancel();
            throw new OperationCanceledException(deadline.Token);
        };

        var report = await _run.PushAsync(with, control);

        source.AfterEvent = null;
        Assert.Equal((RunOutcome.OutOfTime, 0L), (report.Outcome, report.Destinations[0].Planned.Total));
    }
}
