using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Ports;

/// <summary>The ledger's side of reading: which events it knows, and what they support.</summary>
public interface ISourceLedger
{
    /// <summary>The source as the ledger knows it, made if it is new.</summary>
    SourceRecord OpenSource(SourceInfo source);

    /// <summary>Starts a fresh list of what the source has now.</summary>
    void BeginListing(SourceRecord source);

    /// <summary>Adds one event to the list; one that is there already is ignored.</summary>
    void AddListed(EventHeader header);

    /// <summary>
    /// Of the listed events, those to be read in full: all of them, or the new ones, those whose time differs, and those that
    /// changed within <paramref name="doubt"/> of the last read.
    /// </summary>
    IReadOnlyList<EventHeader> EventsToRead(bool everything, TimeSpan doubt);

    /// <summary>The source's events in the ledger that the list does not hold, aged ones too.</summary>
    IReadOnlyList<EventHeader> EventsNotListed();

    /// <summary>Replaces what the ledger holds of one event. Nothing is changed until the writer is completed.</summary>
    IEventWriter WriteEvent(MispEvent @event, DateTimeOffset readAt);

    /// <summary>Its supports stay but renew nothing.</summary>
    /// <returns>How many had not aged before.</returns>
    int MarkAged(IReadOnlyCollection<Guid> events, DateTimeOffset now);

    /// <summary>Its supports go.</summary>
    void Withdraw(IReadOnlyCollection<Guid> events);

    /// <summary>These could not be read this time: the next run reads them, although their time may not have changed.</summary>
    void ReadAgainNextRun(IReadOnlyCollection<Guid> events);

    /// <summary>Remembers a complete read; <paramref name="isFull"/> is false when only changes were read.</summary>
    void CompleteRead(string fingerprint, DateTimeOffset readAt, bool isFull);

    /// <summary>Commits what was staged so far. Called whenever reading ends, also early.</summary>
    void EndReading();
}

/// <param name="Events">How many events of the source the ledger holds, aged ones included.</param>
public sealed record SourceRecord(long Id, string Name, string? Fingerprint, DateTimeOffset? FullReadAt, long Events);

/// <summary>Takes one event's supports and skipped attributes in the order they are read.</summary>
public interface IEventWriter : IDisposable
{
    void Add(IndicatorSource support);

    /// <summary>Kept as uuid, type, reason and a hash of the value, never the value.</summary>
    void AddSkipped(Guid attribute, string type, SkipReason reason, string value);

    /// <summary>Ends the event. Without it, disposing undoes what was written.</summary>
    void Complete(EventContext context);
}
