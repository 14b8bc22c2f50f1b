using Xunit;

namespace MispGraphSync.Tests.Ledger;

public sealed class WriteAheadLogTests
{
    /// <summary>SQLite empties its log after 1,000 pages of 8 KiB, when no read is open.</summary>
    private const long Pages = 1_000 * 8_192;

    [Fact]
    public async Task Log_stays_small_however_many_requests_a_plan_has()
    {
        using var run = new TestRun();
        run.Destination.BatchSize = 1;
        run.Source.Put(Some.Event(0), [.. Enumerable.Range(0, 600).Select(i => Some.Domain(i))]);
        var largest = 0L;
        run.Destination.OnRequest = (_, _) => largest = Math.Max(largest, new FileInfo(run.LedgerPath + "-wal").Length);

        var report = await run.PushAsync();

        Assert.Equal(600, report.Destinations[0].Tally.Accepted);
        Assert.InRange(largest, 1, Pages + (Pages / 10));
    }
}
