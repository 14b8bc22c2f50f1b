using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>Destinations are asked to let us in before the source is read.</summary>
public sealed class SignInFirstTests : IDisposable
{
    private static readonly RunFailedException WrongSecret = new(RunOutcome.SignInFailed, "The secret is wrong.", "Correct it.");
    private static readonly RunFailedException Down = new(RunOutcome.Unreachable, "There is no answer.");

    private readonly TestRun _run = new();

    public SignInFirstTests() => _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Source_is_not_read_when_no_destination_lets_us_in()
    {
        _run.Destination.Refusal = WrongSecret;

        var report = await _run.PushAsync();

        Assert.Equal(0, _run.Source.EventsRead);
        Assert.Equal((RunOutcome.SignInFailed, RunStatus.Failed), (report.Outcome, report.Status));
        Assert.Same(WrongSecret, report.Destinations[0].Failure);
        Assert.Equal("Nothing was read, since no destination can be used.", report.Source.Error);
        _run.Destination.Refusal = null;
        Assert.Equal(2, (await _run.PushAsync()).Destinations[0].Tally.Accepted);
    }

    [Fact]
    public async Task Destination_that_refuses_does_not_stop_another()
    {
        _run.Destinations.Add(new FakeDestination("sentinel", IndicatorShape.Single));
        _run.Destination.Refusal = WrongSecret;

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.SignInFailed, 0L), (report.Destinations[0].Outcome, report.Destinations[0].Planned.Total));
        Assert.Equal((RunOutcome.Done, 2L), (report.Destinations[1].Outcome, report.Destinations[1].Tally.Accepted));
        Assert.Empty(_run.Destination.Held);
        _run.Destination.Refusal = null;
        Assert.Equal((2L, 0L), ((await _run.PushAsync()).Destinations[0].Tally.Accepted, report.Destinations[0].Tally.Accepted));
    }

    [Fact]
    public async Task Wrong_secret_is_reported_also_when_there_is_nothing_to_send()
    {
        await _run.PushAsync();
        _run.Destination.Refusal = WrongSecret;

        Assert.Equal(RunOutcome.SignInFailed, (await _run.PushAsync()).Outcome);
    }

    [Fact]
    public async Task Destination_that_is_down_is_tried_again_after_the_read()
    {
        await _run.PushAsync();
        _run.Source.Put(Some.Event(2), Some.Domain(3));
        _run.Destination.Refusal = Down;
        _run.Source.AfterEvent = _ => _run.Destination.Refusal = null;

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Done, 1L), (report.Outcome, report.Destinations[0].Tally.Accepted));
        Assert.Null(report.Destinations[0].Obstacle);
        Assert.Equal("'graph' does not answer: There is no answer. It is tried again after the read, if there is anything to send.",
            Assert.Single(_run.Warnings));
    }

    [Fact]
    public async Task Destination_that_is_down_does_no_harm_when_there_is_nothing_to_send()
    {
        await _run.PushAsync();
        _run.Destination.Refusal = Down;

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Done, 2L), (report.Outcome, report.Destinations[0].Unchanged));
    }

    [Fact]
    public async Task Plan_waits_fifteen_seconds_for_a_destination_that_does_not_answer()
    {
        await _run.PushAsync();
        _run.Source.Put(Some.Event(2), Some.Domain(3));
        var asked = new TaskCompletionSource();
        _run.Destination.OnPrepare = ct =>
        {
            asked.SetResult();
            return Task.Delay(Timeout.Infinite, ct);
        };
        var plan = _run.PlanAsync();
        await asked.Task;
        _run.Time.Advance(TimeSpan.FromSeconds(14));
        Assert.False(plan.IsCompleted);
        _run.Time.Advance(TimeSpan.FromSeconds(1));

        var report = (await plan).Destinations[0];

        Assert.Equal((RunOutcome.Done, 1L), (report.Outcome, report.Planned.Create));
        Assert.Equal("There was no answer within 15 seconds.", report.Obstacle?.Message);
    }

    [Fact]
    public async Task Plan_needs_no_sign_in_and_reports_what_a_push_would_meet()
    {
        await _run.PushAsync();
        _run.Source.Put(Some.Event(2), Some.Domain(3));
        _run.Destination.Refusal = WrongSecret;

        var plan = await _run.PlanAsync();

        Assert.Equal((RunOutcome.Done, 1L), (plan.Outcome, plan.Destinations[0].Planned.Create));
        Assert.Same(WrongSecret, plan.Destinations[0].Obstacle);
        Assert.Null(plan.Destinations[0].Failure);
    }
}
