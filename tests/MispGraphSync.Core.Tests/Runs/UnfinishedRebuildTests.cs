using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>A rebuild that ended early, or whose list did not show everything, is finished by a later run.</summary>
public sealed class UnfinishedRebuildTests : LostLedgerRuns
{
    [Fact]
    public async Task Later_generation_is_taken_over_where_the_list_shows_no_revoked_indicators()
    {
        await HoldLaterGenerationAsync();
        Assert.Equal(["d1.example", "d2.example"], Values());
        var sent = Service.Sent.Count;
        LoseLedger();

        var report = await WithTimeAsync(PushAsync());

        Assert.Equal(PlanCounts.None, report.Planned);
        Assert.Equal(["d1.example", "d2.example"], Values());
        Assert.Equal(sent, Service.Sent.Count);
    }

    [Fact]
    public async Task Revoked_key_is_created_again_beside_another_destination_that_sends()
    {
        var other = new FakeDestination("second", IndicatorShape.Single, scope: "2") { Upserts = true };
        Run.Destinations[0] = new FakeDestination("sentinel", IndicatorShape.Single) { Upserts = true, IdsNotReusable = true };
        Run.Destinations.Add(other);
        await LoseLedgerAfterRevocationAsync();
        var creations = 0;
        Service.OnRequest = (_, _) => creations++;

        var report = await WithTimeAsync(PushAsync(options => options with { MayHaveLostRecords = true }));

        Assert.Equal((RunOutcome.Done, 2), (report.Outcome, creations));
        Assert.Equal(["d1.example", "d2.example"], Values());
        Assert.Equal(2, other.Held.Count);
    }

    [Fact]
    public async Task Each_run_without_a_ledger_leaves_a_later_generation_alone()
    {
        await HoldLaterGenerationAsync();
        for (var i = 0; i < 8; i++)
        {
            LoseLedger();
            Run.Time.Advance(TimeSpan.FromHours(1));
            await WithTimeAsync(PushAsync(options => options with { HasNoLedger = true }));
        }

        Assert.Equal(["d1.example", "d2.example"], Values());
    }

    [Fact]
    public async Task Failure_before_the_creations_of_a_rebuild_doubles_nothing()
    {
        Put(1, 2, 3);
        await PushAsync();
        LoseLedger();
        Service.NotYetListed = 1;
        Service.BeforeSettling = () => throw new RunFailedException(RunOutcome.Unreachable, "503");
        Assert.Equal(RunOutcome.Unreachable, (await PushAsync()).Outcome);
        Service.BeforeSettling = null;

        await PushAsync();

        Assert.Equal(["d1.example", "d2.example", "d3.example"], Values());
    }

    [Fact]
    public async Task Stop_while_waiting_for_the_list_leaves_revoked_keys_to_the_next_run()
    {
        (Service.Upserts, Service.IdsNotReusable, Service.ListsRevoked) = (true, true, false);
        await LoseLedgerAfterRevocationAsync();

        using var deadline = new CancellationTokenSource();
        using var control = new RunControl(CancellationToken.None, deadline.Token, CancellationToken.None);
        Service.OnRequest = (_, _) => deadline.CancelAfter(TimeSpan.Zero);
        await Run.PushAsync(options => options with { MayHaveLostRecords = true }, control);
        Service.OnRequest = null;
        await WithTimeAsync(PushAsync());

        Assert.Equal(["d1.example", "d2.example"], Values());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Full_read_with_an_incomplete_list_doubles_nothing(int missing)
    {
        Put(1, 2, 3);
        await PushAsync();
        Run.Time.Advance(TimeSpan.FromHours(1));
        Service.NotYetListed = missing;

        await PushAsync(TestRun.InFull);

        Assert.Equal(["d1.example", "d2.example", "d3.example"], Values());
    }

    [Fact]
    public async Task Full_read_finds_revoked_keys_that_are_not_listed()
    {
        (Service.Upserts, Service.IdsNotReusable, Service.ListsRevoked) = (true, true, false);
        Put(1, 2);
        await PushAsync();
        Run.Time.Advance(TimeSpan.FromHours(1));
        // Another host revoked it.
        Service.Revoke(Service.Held[1]);

        await WithTimeAsync(PushAsync(TestRun.InFull));

        Assert.Equal(["d1.example", "d2.example"], Values());
    }

    [Fact]
    public async Task Creations_that_never_appear_in_the_list_are_tried_again_by_the_next_run()
    {
        (Service.Upserts, Service.IdsNotReusable, Service.ListsRevoked) = (true, true, false);
        Put(1);
        await PushAsync();
        LoseLedger();
        Put(1, 2);
        Service.Answer = (operation, step) => operation == Operation.Create ? new StepOutcome.Accepted(step.Id) : null;

        await WithTimeAsync(PushAsync());
        Assert.Contains("'graph' accepted 1 indicators and does not list them. The next run tries them again.", Run.Warnings);

        Service.Answer = null;
        await WithTimeAsync(PushAsync());
        Assert.Equal(["d1.example", "d2.example"], Values());
    }

    // d2.example was revoked and returned, where the list shows no revoked indicators.
    private async Task HoldLaterGenerationAsync()
    {
        (Service.Upserts, Service.IdsNotReusable, Service.ListsRevoked) = (true, true, false);
        foreach (var numbers in (int[][])[[1, 2], [1], [1, 2]])
        {
            Put(numbers);
            await PushAsync();
        }
    }
}
