using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Sending;

/// <summary>What becomes of a batch when the ledger, the reconciliation or the run ends in the middle of it.</summary>
public sealed class BatchSenderTests : IDisposable
{
    private readonly TestRun _run = new();

    public BatchSenderTests() => _run.Source.Put(Some.Event(1), Some.Domains(1, 4));

    private FakeDestination Service => _run.Destination;

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Outcomes_that_the_ledger_cannot_take_are_unknown_and_rejections_stay(bool upserts)
    {
        Service.Upserts = upserts;
        Service.Answer = (_, step) => IsFirst(step) ? new StepOutcome.Rejected("bad") : null;
        Service.OnRequest = (_, _) => RefuseToWrite("INSERT ON held");

        var report = (await _run.PushAsync()).Destinations[0];

        Assert.Equal((0L, 3L, 1L, 0L), (report.Tally.Accepted, report.Tally.Unknown, report.Tally.Rejected, report.Tally.NotAttempted));
        Assert.Contains("The ledger is damaged (full)", report.Error, StringComparison.Ordinal);
        Assert.Equal((RunOutcome.InvalidInput, 1), (report.Outcome, Service.Sent.Count));
        Service.Answer = null;
        await CompleteAsync();
    }

    [Fact]
    public async Task Batch_rejected_whole_that_the_ledger_cannot_take_was_not_attempted()
    {
        Service.Answer = (_, _) => new StepOutcome.Rejected("bad", WholeBatch: true);
        Service.OnRequest = (_, _) => RefuseToWrite("DELETE ON intent");

        var report = (await _run.PushAsync()).Destinations[0];

        Assert.Equal((0L, 4L), (report.Tally.Rejected, report.Tally.NotAttempted));
        Assert.Equal((RunOutcome.InvalidInput, 1), (report.Outcome, Service.Sent.Count));
        Service.Answer = null;
        await CompleteAsync();
    }

    [Fact]
    public async Task Creation_found_after_a_lost_response_is_accepted_with_its_id_and_not_sent_again()
    {
        Service.Answer = LoseAfterCreation;
        Service.Reconcile = keys => new ReconcileResult(
            Service.Held.Where(one => keys.Contains(one.Key)).ToDictionary(one => one.Key, one => one.Id));

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Done, 4L), (report.Outcome, report.Destinations[0].Tally.Accepted));
        Assert.Single(Service.Sent);
        using var ledger = _run.OpenLedger();
        var ids = ledger.All("SELECT id FROM held ORDER BY id", static row => row.Text(0));
        Assert.Equal(Service.Held.Select(one => one.Id).Order(StringComparer.Ordinal), ids);
    }

    [Fact]
    public async Task Failure_of_the_reconciliation_ends_the_destination_and_the_next_run_reconciles()
    {
        Service.Answer = (_, _) => new StepOutcome.Unknown("lost");
        Service.Reconcile = _ => throw new RunFailedException(RunOutcome.Unreachable, "No list.", "Wait.");

        var report = (await _run.PushAsync()).Destinations[0];

        Assert.Equal((RunOutcome.Unreachable, "No list."), (report.Outcome, report.Error));
        Assert.Equal((4L, 1), (report.Tally.Unknown, Service.Sent.Count));
        (Service.Answer, Service.Reconcile) = (null, null);
        await CompleteAsync();
        Assert.Equal(2, Service.Reconciled);
    }

    [Fact]
    public async Task Creation_without_a_response_is_left_to_the_next_run_when_the_run_is_to_stop()
    {
        using var stop = new CancellationTokenSource();
        using var control = new RunControl(stop.Token, CancellationToken.None, CancellationToken.None);
        Service.Answer = LoseAfterCreation;
        Service.OnRequest = (_, _) => stop.Cancel();

        var report = (await _run.PushAsync(control: control)).Destinations[0];

        Assert.Equal((RunOutcome.Interrupted, 4L), (report.Outcome, report.Tally.Unknown));
        Assert.Equal((1, 0), (Service.Sent.Count, Service.Reconciled));
        Service.Answer = null;
        await CompleteAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_that_is_cut_off_is_unknown_unless_it_cannot_have_been_sent(bool mayHaveHappened)
    {
        using var abort = new CancellationTokenSource();
        using var control = new RunControl(CancellationToken.None, CancellationToken.None, abort.Token);
        Service.OnRequest = (_, _) =>
        {
            abort.Cancel();
            throw mayHaveHappened
                ? new OperationCanceledException()
                : new RequestNotSentException(mayHaveHappened: false, abort.Token);
        };

        var report = (await _run.PushAsync(control: control)).Destinations[0];

        Assert.Equal(RunOutcome.Interrupted, report.Outcome);
        Assert.Equal(mayHaveHappened ? (4L, 0L) : (0L, 4L), (report.Tally.Unknown, report.Tally.NotAttempted));
        await CompleteAsync();
        Assert.Equal(mayHaveHappened ? 1 : 0, Service.Reconciled);
    }

    private static bool IsFirst(PlanStep step) => step.Value!.Contains("d1.", StringComparison.Ordinal);

    private StepOutcome LoseAfterCreation(Operation operation, PlanStep step)
    {
        Service.Apply(operation, step);
        return new StepOutcome.Unknown("lost");
    }

    // For the rest of the run.
    private void RefuseToWrite(string what) => _run.AtWork!.Run(
        $"CREATE TEMP TRIGGER IF NOT EXISTS broken BEFORE {what} BEGIN SELECT RAISE(ABORT, 'full'); END");

    private async Task CompleteAsync()
    {
        Service.OnRequest = null;
        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal(4, Service.Held.Select(one => one.Value).Distinct().Count());
        Assert.Equal(4, Service.Held.Count);
    }
}
