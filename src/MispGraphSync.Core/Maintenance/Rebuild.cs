using System.Buffers;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Maintenance;

/// <summary>
/// Rebuilds what the ledger knows of one destination from the destination's own list: what is ours by its content is held, whether
/// MISP still has it or not. What others put there is counted and left alone.
/// </summary>
internal sealed class Rebuild(DestinationExecution execution, string instance)
{
    private const int TakenAtOnce = 500;

    private readonly IDestinationLedger _ledger = execution.Ledger;
    private readonly Ownership _ownership = new(instance, execution.State.Info);
    private readonly HashSet<Guid> _events = [];

    /// <summary>All that was listed, as the service counts it.</summary>
    public long Listed { get; private set; }

    /// <summary>Live and ours.</summary>
    public long Ours { get; private set; }

    /// <summary>Live, and neither ours nor an earlier app's.</summary>
    public long Others { get; private set; }

    /// <summary>Live and <see cref="RemoteIndicator.IsOfEarlierApp"/>.</summary>
    public CountedValues OfEarlierApp { get; } = new();

    /// <summary>Ours with a key that another one has too.</summary>
    public long Copies { get; private set; }

    /// <summary>Held before, and not listed any more.</summary>
    public long Gone { get; private set; }

    /// <summary>Ours and claimed by nothing that was read.</summary>
    public CountedValues Unclaimed { get; } = new();

    /// <summary>The MISP events that ours, and those of an earlier app, name as their sources.</summary>
    public IReadOnlyCollection<Guid> Events => _events;

    private DestinationState State => execution.State;

    /// <summary>Lists the destination to its end, and corrects what the ledger holds there.</summary>
    /// <exception cref="RunFailedException">The destination failed: nothing has changed.</exception>
    public async Task ListAsync()
    {
        await ReadAsync().ConfigureAwait(false);
        Gone = _ledger.ForgetUnlisted(State, execution.Now, State.IsOutdated);
        // Where sending again updates, a list may show one indicator under two ids.
        if (!execution.Destination.Capabilities.Upserts) Copies = _ledger.CountCopies(State, execution.Now);
    }

    /// <summary>Lists the destination to its end.</summary>
    public async Task ReadAsync()
    {
        _ledger.BeginInventory(State);
        await foreach (var remote in execution.ListAsync().ConfigureAwait(false))
        {
            Listed++;
            var there = _ownership.Prove(remote);
            if (there.ConflictsWith is { } taken) _ledger.AddHeldByOther(State, taken);
            if (there.Key is not null) _ledger.AddRemote(State, there);
            if (there.IsLive(execution.Now)) Count(there);
        }

        _ledger.EndInventory(State);
    }

    /// <summary>Holds what is ours and was claimed by no key of the plan.</summary>
    public void HoldUnclaimed()
    {
        foreach (var batch in _ledger.ReadUnclaimed(State, execution.Now).Select(Hold).Chunk(TakenAtOnce))
        {
            _ledger.RecordUnclaimed(State, batch);
        }
    }

    private void Count(RemoteIndicator there)
    {
        if (there.Generation is not null) Ours++;
        else if (there.IsOfEarlierApp) OfEarlierApp.Add(there.Label);
        else Others++;
        // An aged event must be known before what it is the source of is taken over.
        if (there.Generation is not null || there.IsOfEarlierApp) _events.UnionWith(there.Events);
    }

    private HeldIndicator Hold(RemoteIndicator there)
    {
        Unclaimed.Add(there.Label);
        var body = new ArrayBufferWriter<byte>(512);
        if (execution.Destination.Capabilities.IdsNotReusable) execution.Destination.TryWriteAgain(body, there);
        var key = there.Key!.Value;
        return HeldIndicator.Listed(Hash128.Of(key), key, there.Id, there.Label, there.EndsAt(execution.Now)) with
        {
            Generation = there.Generation!.Value,
            ListedSince = there.Created,
            Modified = there.Modified ?? DateTimeOffset.UnixEpoch,
            Hashes = new ItemHashes(Hash128.Unknown, there.ImmutableHash == default ? Hash128.Unknown : there.ImmutableHash),
            Body = body.WrittenMemory,
        };
    }
}
