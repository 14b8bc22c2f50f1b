using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Sending;

/// <summary>The intents of requests that are in flight at the same time are committed together.</summary>
public sealed class SharedCommitTests : IDisposable
{
    private const int Parallel = 3;
    private const int Values = 14;

    private readonly TestRun _run = new();

    public SharedCommitTests()
    {
        (Service.BatchSize, Service.ParallelRequests) = (2, Parallel);
        _run.Source.Put(Some.Event(1), Some.Domains(1, Values));
    }

    private FakeDestination Service => _run.Destination;

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task First_request_finds_the_intents_of_those_in_flight()
    {
        var found = new List<long>();
        Service.OnRequest = (_, _) => found.Add(Intents);

        await _run.PushAsync();

        Assert.Equal(Parallel, found[0]);
        Assert.All(found, count => Assert.InRange(count, 1, 2 * Parallel));
        Assert.Equal(Values, Service.Held.Count);
    }

    [Fact]
    public async Task Intent_whose_request_is_not_sent_is_given_back()
    {
        using var stop = new CancellationTokenSource();
        using var control = new RunControl(stop.Token, CancellationToken.None, CancellationToken.None);
        Service.OnRequest = (_, _) => stop.Cancel();

        var report = await _run.PushAsync(control: control);

        Assert.Equal(RunOutcome.Interrupted, report.Outcome);
        var tally = report.Destinations[0].Tally;
        Assert.Equal((Service.Held.Count, Values - Service.Held.Count), ((int)tally.Accepted, (int)tally.NotAttempted));
        Assert.InRange(Service.Held.Count, 2, 2 * Parallel);
        Service.OnRequest = null;
        await CompleteAsync();
        Assert.Equal(0, Service.Reconciled);
    }

    [Fact]
    public async Task Intents_of_creations_without_room_are_given_back()
    {
        Service.Upserts = true;
        var room = 3;
        Service.Answer = (operation, _) => operation != Operation.Create || room-- > 0
            ? null
            : new StepOutcome.Rejected("full", IsTransient: true, NoRoom: true);

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Incomplete, 3L), (report.Outcome, report.Destinations[0].Tally.Accepted));
        Assert.Equal(Values, report.Destinations[0].Tally.Total);
        using (var ledger = _run.OpenLedger()) Assert.Equal(0, ledger.Scalar("SELECT count(*) FROM intent"));
        Service.Answer = null;
        await CompleteAsync();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Kill_at_any_request_loses_and_doubles_nothing(bool upserts, bool idsNotReusable)
    {
        for (var killed = 1; killed <= (Values / 2) + 1; killed++)
        {
            using var run = new TestRun();
            var service = run.Destination;
            (service.BatchSize, service.ParallelRequests, service.Upserts, service.IdsNotReusable) = (2, Parallel, upserts, idsNotReusable);
            run.Source.Put(Some.Event(1), Some.Domains(1, Values));
            var request = 0;
            service.OnRequest = (operation, steps) =>
            {
                if (++request < killed) return;
                if (request == killed && killed % 2 == 0)
                {
                    foreach (var step in steps) service.Apply(operation, step);
                }

                throw new InvalidOperationException("killed");
            };
            await Record.ExceptionAsync(() => run.PushAsync());
            service.OnRequest = null;

            Assert.Equal(RunOutcome.Done, (await run.PushAsync()).Outcome);

            Assert.Equal(Values, service.Held.Select(one => one.Value).Distinct().Count());
            Assert.Equal(Values, service.Held.Count);
            Assert.Equal(0, (await run.PushAsync()).Destinations[0].Planned.Total);
        }
    }

    [Fact]
    public async Task Rejected_and_lost_requests_among_others_are_found()
    {
        Service.Answer = (_, step) =>
            step.Value!.Contains("d3.", StringComparison.Ordinal) ? new StepOutcome.Rejected("bad", WholeBatch: true)
            : step.Value.Contains("d9.", StringComparison.Ordinal) ? new StepOutcome.Unknown("lost")
            : null;

        var tally = (await _run.PushAsync()).Destinations[0].Tally;

        Assert.Equal((Values - 2, Values), ((int)tally.Accepted, (int)tally.Total));
    }

    private long Intents => _run.AtWork!.Scalar("SELECT count(*) FROM intent");

    private async Task CompleteAsync()
    {
        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal(Values, Service.Held.Select(one => one.Value).Distinct().Count());
        Assert.Equal(Values, Service.Held.Count);
    }
}
