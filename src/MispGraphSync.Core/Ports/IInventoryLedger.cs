using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Ports;

/// <summary>
/// The ledger's side of comparing: what a destination was found to hold, and what that tells. None of it outlives the run.
/// </summary>
public interface IInventoryLedger
{
    /// <summary>Starts an empty inventory of a destination.</summary>
    void BeginInventory(DestinationState destination);

    /// <summary>Adds one that is there.</summary>
    void AddRemote(DestinationState destination, RemoteIndicator remote);

    /// <summary>Ends the list, so that it can be asked.</summary>
    void EndInventory(DestinationState destination);

    /// <summary>All that is there under the key, in the list's order, each of the service's ids once: a list of pages is no snapshot.</summary>
    IReadOnlyList<RemoteIndicator> FindRemote(DestinationState destination, Guid key);

    /// <summary>Whether somebody else holds the value that has this key.</summary>
    bool IsHeldByOther(DestinationState destination, Guid key);

    /// <summary>How many are there and live: neither revoked nor run out.</summary>
    long CountLiveRemote(DestinationState destination, DateTimeOffset now);

    /// <summary>By when the held indicator was last sent: the end of that run, or its start if it was killed.</summary>
    DateTimeOffset? LastSentAt(DestinationState destination, Hash128 observables);

    /// <summary>Whether that event says of what is watched that it is to be watched for.</summary>
    bool HasSource(DestinationState destination, Hash128 observables, Guid @event);

    void AddFinding(DestinationState destination, Finding finding);

    /// <summary>Adds what is there and live and was found to be nobody of ours.</summary>
    void AddForeignFindings(DestinationState destination, DateTimeOffset now);

    IReadOnlyDictionary<FindingKind, long> CountFindings(DestinationState destination);

    /// <summary>The findings by kind, read in pages. Null: all kinds.</summary>
    IEnumerable<Finding> ReadFindings(DestinationState destination, FindingKind? kind = null);
}
