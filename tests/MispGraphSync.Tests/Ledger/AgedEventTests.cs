using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

public sealed class AgedEventTests
{
    /// <summary>A new ledger holds nothing before the plan, which finds the aged event's indicators at the destination.</summary>
    [Fact]
    public void Event_that_ages_in_a_full_read_stays_until_the_next_one()
    {
        using var file = LedgerFile.OpenInMemory();
        var ledger = new SourceLedger(file);
        ledger.BeginListing(ledger.OpenSource(new SourceInfo("misp", "misp")));
        using (var writer = ledger.WriteEvent(Some.Event(1), Some.Now)) writer.Complete(Some.Event(1));

        ledger.MarkAged([Some.Event(1).Uuid], Some.Now.AddSeconds(1));
        ledger.CompleteRead("same", Some.Now, isFull: true);

        Assert.Equal(1, file.Scalar("SELECT COUNT(*) FROM event"));
        ledger.CompleteRead("same", Some.Now.AddDays(7), isFull: true);
        Assert.Equal(0, file.Scalar("SELECT COUNT(*) FROM event"));
    }
}
