namespace MispGraphSync.Core.Ports;

/// <summary>The ledger's side of removing all that is held at a destination.</summary>
public interface IPurgeLedger
{
    /// <summary>How many are held there and have not run out.</summary>
    long CountLiveHeld(DestinationState destination, DateTimeOffset now);

    /// <summary>Forgets what has run out: it is gone without a request.</summary>
    void ForgetExpired(DestinationState destination, DateTimeOffset now);

    /// <summary>All that is held, in key order and in pages, so that outcomes can be recorded meanwhile.</summary>
    IEnumerable<HeldIndicator> ReadHeld(DestinationState destination);

    /// <summary>Says that the next push plans every key there, not only the changed ones.</summary>
    void PlanEverythingNext(DestinationState destination);
}
