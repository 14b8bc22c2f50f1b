using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

/// <summary>
/// A ledger with damaged pages or wrong values in its columns: a push works, or fails with a sentence; it never deletes more at the
/// destination than a run may without asking.
/// </summary>
public class LedgerFuzzTests
{
    private const int Indicators = 60;

    /// <summary>A run may delete this many whatever the limit is.</summary>
    private const int Allowance = 20;

    [Fact]
    public Task Damaged_ledger_is_reported_or_harmless() => Fuzzing.EachAsync(40, async (_, random) =>
    {
        using var run = new TestRun();
        run.Source.Put(Some.Event(1), Some.Domains(1, Indicators / 2));
        run.Source.Put(Some.Event(2), Some.Domains(1 + (Indicators / 2), Indicators / 2));
        await run.PushAsync();
        run.Source.Put(Some.Event(2, Some.Now), Some.Domains(1 + (Indicators / 2), Indicators / 2));
        var isLoss = LedgerDamage.Of(run.LedgerPath, random);

        for (var times = 0; times < 2; times++)
        {
            try
            {
                var report = await run.PushAsync();
                foreach (var error in report.Destinations.Select(one => one.Error).Append(report.Source.Error).OfType<string>())
                    Assert.NotEmpty(error);
            }
            catch (RunFailedException failure)
            {
                Assert.NotEmpty(failure.Message);
                Assert.NotEqual(RunOutcome.Bug, failure.Outcome);
            }
        }

        if (!isLoss) Assert.InRange(run.Destination.Held.Count, Indicators - Allowance, int.MaxValue);
    });
}
