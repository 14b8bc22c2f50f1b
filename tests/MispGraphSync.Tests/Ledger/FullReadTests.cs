using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

public sealed class FullReadTests : IDisposable
{
    private const string Actor = "misp-galaxy:threat-actor=\"Wren\"";

    private readonly LedgerFile _file = LedgerFile.OpenInMemory();
    private readonly SourceLedger _ledger;

    public FullReadTests()
    {
        _ledger = new SourceLedger(_file);
        _ledger.BeginListing(Open());
    }

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(3600)]
    public void Full_read_knows_no_cluster_that_was_read_before_it_whatever_the_clock_was(int seconds)
    {
        Write(Some.Now.AddSeconds(seconds));
        Assert.True(Knows(since: null));

        _ledger.BeginFullRead(Some.Now, "same");

        Assert.False(Knows(Some.Now));
        Write(Some.Now);
        Assert.True(Knows(Some.Now));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3600)]
    public void Full_read_reads_events_that_a_wrong_clock_read_after_its_begin(int seconds)
    {
        using (var writer = _ledger.WriteEvent(Some.Event(1), Some.Now.AddSeconds(seconds))) writer.Complete(Some.Event(1));
        _ledger.AddListed(EventHeader.Of(Some.Event(1)));

        _ledger.BeginFullRead(Some.Now, "same");

        Assert.Single(_ledger.EventsToRead(Some.Now, TimeSpan.FromSeconds(5)));
        Assert.Empty(_ledger.EventsToRead(since: null, TimeSpan.FromSeconds(5)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Complete_read_closes_the_full_read(bool isFull)
    {
        _ledger.BeginFullRead(Some.Now, "same");
        Assert.Equal(new OpenFullRead(Some.Now, "same"), Open().OpenRead);

        _ledger.CompleteRead("same", Some.Now, isFull);

        Assert.Null(Open().OpenRead);
    }

    private SourceRecord Open() => _ledger.OpenSource(new SourceInfo("misp", "misp"));

    private void Write(DateTimeOffset at) => _ledger.WriteClusters([new ClusterDetail { Tag = Actor, Value = "Wren" }], at);

    private bool Knows(DateTimeOffset? since) => _ledger.KnowsCluster(ContextMap.Fold(Actor), since);
}
