using System.Buffers;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>An indicator as it should be at a destination: as last sent, or as it would be created.</summary>
/// <param name="Value">The canonical text.</param>
/// <param name="IsWanted">False when all its sources have aged: it may expire.</param>
/// <param name="Body">The JSON item of a creation.</param>
public sealed record ExpectedItem(
    Indicator Indicator, ItemIdentity Identity, string Value, bool IsWanted, ItemHashes Hashes, ReadOnlyMemory<byte> Body)
{
    /// <summary>
    /// The same item with other bookkeeping dates (created, modified, last reported). They move without being sent, or the
    /// service keeps its own, so what they alone make differ is no difference.
    /// </summary>
    public ReadOnlyMemory<byte> WithOtherDates(IDestination destination)
    {
        var day = TimeSpan.FromDays(1);
        var identity = Identity with { Created = Identity.Created - day, Modified = Identity.Modified + day };
        return Write(destination, Indicator with { LastReported = Indicator.LastReported + day }, identity, StepAction.Create);
    }

    /// <summary>The item of an update: an update cannot repair what it does not carry.</summary>
    public ReadOnlyMemory<byte> AsUpdate(IDestination destination, string? id) =>
        Write(destination, Indicator, Identity with { Id = Identity.Id ?? id ?? "" }, StepAction.Update);

    private static ReadOnlyMemory<byte> Write(IDestination destination, Indicator indicator, ItemIdentity identity, StepAction action)
    {
        var body = new ArrayBufferWriter<byte>(768);
        destination.WriteItem(body, indicator, identity, action);
        return body.WrittenMemory;
    }
}
