using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Sending;

public sealed class BadRecordTests : IDisposable
{
    private readonly TestRun _run = new();

    public BadRecordTests() => _run.Source.Put(Some.Event(1), Some.Domains(1, 100));

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Named_bad_record_is_removed_from_the_batch_and_the_rest_is_sent()
    {
        _run.Destination.Answer = (_, step) => Is(step, 7) ? new StepOutcome.Rejected("description is too long") : null;

        var report = await _run.PushAsync();

        Assert.Equal(new StepTally(99, 1, 0, 0), report.Destinations[0].Tally);
        Assert.Equal((RunOutcome.Incomplete, RunStatus.CompletedWithErrors), (report.Outcome, report.Status));
    }

    [Fact]
    public async Task Record_that_fails_its_batch_is_found_by_bisection()
    {
        _run.Destination.OnRequest = (_, steps) => _run.Destination.Answer = (_, _) =>
            steps.Any(step => Is(step, 42)) ? new StepOutcome.Rejected("400 bad request", WholeBatch: true) : null;

        var report = await _run.PushAsync();

        Assert.Equal(new StepTally(99, 1, 0, 0), report.Destinations[0].Tally);
        Assert.Equal(99, _run.Destination.Held.Count);
        Assert.InRange(_run.Destination.Sent.Count, 2, 15);
    }

    [Fact]
    public async Task Rejected_indicator_is_suppressed_until_it_changes()
    {
        _run.Destination.Answer = (_, step) => Is(step, 7) ? new StepOutcome.Rejected("no") : null;
        await _run.PushAsync();
        _run.Destination.Sent.Clear();

        var second = await _run.PushAsync(TestRun.InFull);
        Assert.Empty(_run.Destination.Sent);
        Assert.Equal((1L, RunOutcome.Done), (second.Destinations[0].Suppressed, second.Outcome));

        _run.Destination.Answer = null;
        _run.Time.Advance(TimeSpan.FromMinutes(1));
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow(), tags: "tlp:green"), Some.Domains(1, 100));
        await _run.PushAsync();
        Assert.Equal(100, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Transient_rejection_is_tried_in_five_runs()
    {
        _run.Destination.Answer = (_, step) => Is(step, 7) ? new StepOutcome.Rejected("busy", IsTransient: true) : null;
        var tries = 0;
        for (var i = 0; i < 8; i++) tries += (int)(await _run.PushAsync()).Destinations[0].Tally.Rejected;

        Assert.Equal(RejectedIndicator.MaxAttempts, tries);
    }

    [Fact]
    public async Task Service_that_rejects_twenty_in_a_row_is_given_up()
    {
        _run.Destination.Answer = (_, _) => new StepOutcome.Rejected("400 no", WholeBatch: true);

        var report = await _run.PushAsync();

        Assert.InRange(_run.Destination.Sent.Count, 20, 60);
        Assert.Equal((20L, 80L), (report.Destinations[0].Tally.Rejected, report.Destinations[0].Tally.NotAttempted));
        Assert.Contains("rejects every request", report.Destinations[0].Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejected_deletion_is_tried_again()
    {
        await _run.PushAsync();
        _run.Destination.Answer = (operation, step) => operation == Operation.Delete ? new StepOutcome.Rejected("busy") : null;
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domains(2, 99));
        await _run.PushAsync();

        _run.Destination.Answer = null;
        await _run.PushAsync();

        Assert.Equal(99, _run.Destination.Held.Count);
    }

    private static bool Is(PlanStep step, int number) => step.Value?.Contains($"= d{number}.example ", StringComparison.Ordinal) == true;
}
