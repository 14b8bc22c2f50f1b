using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

/// <summary>A destination where sending a value takes it over from another tool.</summary>
public sealed class HeldByOtherTests : IDisposable
{
    private readonly TestRun _run = new();

    public HeldByOtherTests()
    {
        _run.Destinations[0] = new FakeDestination("defender", IndicatorShape.Single) { Upserts = true, HasSharedNamespace = true };
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2), Some.Domain(3));
    }

    private FakeDestination Defender => _run.Destination;

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Values_held_by_others_are_skipped_and_counted()
    {
        Defender.Others.Add(Theirs(2));

        var report = (await _run.PushAsync()).Destinations[0];

        Assert.Equal((RunOutcome.Done, 2L, 1L), (report.Outcome, report.Planned.Create, report.Skipped[SkipReason.HeldByOther]));
        Assert.DoesNotContain(Defender.Held, one => one.Value == Theirs(2));
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
        Assert.Equal(1, Defender.Listed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Value_that_another_tool_created_after_a_lost_response_is_not_adopted(bool killed)
    {
        if (killed) Defender.OnRequest = (_, _) => throw new InvalidOperationException("killed");
        else Defender.Answer = (_, _) => new StepOutcome.Unknown("lost before it arrived");
        if (killed) await Assert.ThrowsAnyAsync<Exception>(() => _run.PushAsync());
        else Assert.Equal(RunOutcome.Unreachable, (await _run.PushAsync()).Outcome);
        (Defender.Answer, Defender.OnRequest) = (null, null);
        Defender.Others.Add(Theirs(2));

        var report = (await _run.PushAsync()).Destinations[0];

        Assert.Equal((RunOutcome.Done, 1L), (report.Outcome, report.Skipped[SkipReason.HeldByOther]));
        Assert.Equal(2, Defender.Held.Count);
        Assert.DoesNotContain(Defender.Held, one => one.Value == Theirs(2));
    }

    [Fact]
    public async Task Deletion_with_a_lost_response_is_closed_without_a_list()
    {
        await _run.PushAsync();
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(1), Some.Domain(2));
        Defender.Answer = (_, _) => new StepOutcome.Unknown("lost before it arrived");
        Assert.Equal(RunOutcome.Unreachable, (await _run.PushAsync()).Outcome);
        Defender.Answer = null;

        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);

        Assert.Equal((2, 1), (Defender.Held.Count, Defender.Listed));
    }

    [Fact]
    public async Task Value_released_by_others_is_created_a_day_later()
    {
        Defender.Others.Add(Theirs(2));
        await _run.PushAsync();
        Defender.Others.Clear();

        _run.Time.Advance(TimeSpan.FromDays(1));
        var report = (await _run.PushAsync()).Destinations[0];

        Assert.Equal((1L, 3), (report.Planned.Create, Defender.Held.Count));
    }

    [Fact]
    public async Task Only_creations_list_the_destination()
    {
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromMinutes(1));
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow(), tags: "tlp:green"), Some.Domain(1), Some.Domain(2), Some.Domain(3));

        var report = (await _run.PushAsync()).Destinations[0];

        Assert.Equal((3L, 1), (report.Planned.Update, Defender.Listed));
    }

    [Fact]
    public async Task Replacement_at_an_upserting_service_is_a_deletion_and_a_creation()
    {
        await _run.PushAsync();
        Defender.Sent.Clear();
        Defender.FixedPart = _ => "another action";
        Defender.Policy = new DestinationPolicy { DefaultConfidence = 51 };

        var report = (await _run.PushAsync()).Destinations[0];

        Assert.Equal((3L, 0L, 3L, 3), (report.Planned.Update, report.Planned.Delete, report.Tally.Accepted, Defender.Held.Count));
        // One alone first, for the service may reject the new form.
        Assert.Equal([(Operation.Delete, 1), (Operation.Create, 1), (Operation.Delete, 2), (Operation.Create, 2)], Defender.Sent);
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Theory]
    [InlineData(Operation.Delete, 0)]
    [InlineData(Operation.Create, 0)]
    [InlineData(Operation.Create, 3)]
    public async Task Interrupted_replacement_is_finished_by_the_next_run(Operation dies, int done)
    {
        await _run.PushAsync();
        Defender.FixedPart = _ => "another action";
        Defender.Policy = new DestinationPolicy { DefaultConfidence = 51 };
        Defender.OnRequest = (operation, steps) =>
        {
            if (operation != dies) return;
            foreach (var step in steps.Take(done)) Defender.Apply(operation, step);
            throw new InvalidOperationException("killed");
        };
        await Assert.ThrowsAnyAsync<Exception>(() => _run.PushAsync());

        Defender.OnRequest = null;
        await _run.PushAsync();

        Assert.Equal(3, Defender.Held.Count);
        Assert.Equal(3, Defender.Held.Select(one => one.Key).Distinct().Count());
        Assert.All(Defender.Held, one => Assert.Contains(" 51 ", one.Body, StringComparison.Ordinal));
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    private string Theirs(int number) => Defender.Canonical([new Observable.DomainName($"d{number}.example")]);
}
