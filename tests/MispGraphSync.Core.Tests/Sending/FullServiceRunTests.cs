using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Sending;

/// <summary>A tenant that is at its capacity.</summary>
public sealed class FullServiceRunTests : IDisposable
{
    private readonly TestRun _run = new();
    private int _room = 10;
    private bool _refusesWhole;

    public FullServiceRunTests()
    {
        _run.Destinations[0] = new FakeDestination("defender", IndicatorShape.Single)
        {
            Upserts = true,
            HasSharedNamespace = true,
            BatchSize = 50
        };
        Service.Answer = Answer;
        Service.OnRequest = (operation, steps) =>
            _refusesWhole = operation == Operation.Create && IsWhole && steps.Count(IsNew) > _room - Service.Held.Count;
    }

    private FakeDestination Service => _run.Destination;

    private bool IsWhole { get; set; }

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Full_service_gets_what_has_room_and_the_rest_waits(bool refusesWhole)
    {
        IsWhole = refusesWhole;
        Put(1, 100);

        var report = await PushAsync();

        Assert.Equal((RunOutcome.Incomplete, 10, 10L), (report.Outcome, Service.Held.Count, report.Tally.Accepted));
        Assert.Contains(_run.Warnings, warning => warning.Contains("is full", StringComparison.Ordinal));
        Assert.True(Service.Sent.Count < 20);
    }

    [Fact]
    public async Task Full_service_is_tried_with_one_indicator_in_each_run()
    {
        Put(1, 100);
        await PushAsync();
        for (var day = 0; day < 8; day++)
        {
            Service.Sent.Clear();
            var report = await PushAsync();
            Assert.Equal((RunOutcome.Incomplete, 1), (report.Outcome, Service.Sent.Sum(one => one.Items)));
        }

        _room = 1_000;
        Assert.Equal(RunOutcome.Done, (await PushAsync()).Outcome);
        Assert.Equal(100, Service.Held.Count);
    }

    [Fact]
    public async Task Full_service_gets_updates_and_deletions()
    {
        Put(1, 30);
        await PushAsync();
        _run.Time.Advance(TimeSpan.FromMinutes(1));
        var held = Service.Held.Select(one => Number(one.Value)).Order().ToList();
        foreach (var gone in held.Take(4)) _run.Source.Remove(Some.Event(gone));
        _run.Source.Put(Some.Event(held[5], _run.Time.GetUtcNow(), ThreatLevel.High), Some.Domain(held[5]));

        var report = await PushAsync();

        Assert.Equal((10, 4L), (Service.Held.Count, report.Deleted));
        Assert.Contains(Service.Held, one => one.Body.Contains("High", StringComparison.Ordinal));
        Assert.Equal(RunOutcome.Incomplete, report.Outcome);
    }

    [Fact]
    public async Task Full_service_gets_no_replacements()
    {
        _room = 40;
        Put(1, 40);
        await PushAsync();
        Service.FixedPart = _ => "Block";
        Service.Policy = new DestinationPolicy { DefaultThreatType = ThreatType.Botnet };
        // Another tool uses each freed slot.
        Service.OnRequest = (operation, _) => _room = operation == Operation.Delete ? Service.Held.Count - 1 : _room;
        Service.Answer = (operation, step) => operation != Operation.Create ? null
            : Service.Held.Count < _room ? null : new StepOutcome.Rejected("Max limit reached", IsTransient: true, NoRoom: true);

        for (var run = 0; run < 4; run++) await PushAsync(acceptsChanges: true);

        Assert.Equal(39, Service.Held.Count);
    }

    private static bool IsNew(PlanStep step) => step.Action == StepAction.Create;

    private StepOutcome? Answer(Operation operation, PlanStep step)
    {
        if (operation != Operation.Create || !IsNew(step)) return null;
        if (_refusesWhole) return new StepOutcome.Rejected("Max limit reached", IsTransient: true, WholeBatch: true, NoRoom: true);
        return Service.Held.Count < _room ? null : new StepOutcome.Rejected("Max limit reached", IsTransient: true, NoRoom: true);
    }

    private static int Number(string value) =>
        int.Parse(value.Split("Value = d")[1].Split('.')[0], System.Globalization.CultureInfo.InvariantCulture);

    private void Put(int first, int last)
    {
        for (var i = first; i <= last; i++) _run.Source.Put(Some.Event(i), Some.Domain(i));
    }

    private async Task<DestinationReport> PushAsync(bool acceptsChanges = false)
    {
        var report = await _run.PushAsync(options => options with { AcceptChanges = acceptsChanges });
        Assert.Empty(report.Imbalances);
        return report.Destinations[0];
    }
}
