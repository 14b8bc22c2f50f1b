using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

/// <summary>Up to how many changed keys are planned one by one.</summary>
public sealed class DirtyKeysTests : IDisposable
{
    private readonly LedgerFile _ledger = LedgerFile.OpenInMemory();

    public void Dispose() => _ledger.Dispose();

    [Theory]
    [InlineData(0, 3, 3)]
    [InlineData(0, 4, 0)]
    [InlineData(39, 4, 4)]
    [InlineData(39, 5, 0)]
    [InlineData(80, 10, 10)]
    [InlineData(80, 11, 0)]
    public void Everything_is_planned_where_more_than_an_eighth_of_what_is_held_has_changed(int held, int marks, int dirty)
    {
        var destination = new DestinationLedger(_ledger, run: 1).OpenDestination(
            new DestinationInfo("graph", "graph", "tenant", ""), IndicatorShape.Combined, "settings");
        _ledger.Run("UPDATE destination SET plans_everything = 0, held = ?", held);
        var keys = new DirtyKeys(_ledger, few: 3);

        for (var i = 0; i < marks; i++) keys.Mark(Hash128.Of($"{i}"), null);

        Assert.Equal(dirty, _ledger.Scalar("SELECT COUNT(*) FROM dirty WHERE destination = ?", destination.Id));
        Assert.Equal(dirty == 0 ? 1 : 0, _ledger.Scalar("SELECT plans_everything FROM destination"));
    }
}
