namespace MispGraphSync.Core.Ports;

/// <summary>The ledger's side of reading: the events it knows and the attributes they contribute.</summary>
public interface ISourceLedger
{
    /// <summary>Opens the source's record, or creates it.</summary>
    SourceRecord OpenSource(SourceInfo source);

    /// <summary>Starts an empty list of the source's events.</summary>
    void BeginListing(SourceRecord source);

    /// <summary>Adds one event to the list; ignores duplicates.</summary>
    void AddListed(EventHeader header);

    /// <summary>
    /// Records that a full read begins. Whatever was read before counts as read earlier, even where a clock was wrong.
    /// </summary>
    /// <param name="at">By the source's clock.</param>
    void BeginFullRead(DateTimeOffset at, string fingerprint);

    /// <summary>
    /// The listed events to read in full: the new ones, those with another timestamp or other metadata, those that changed within
    /// <paramref name="margin"/> of the last read, and those that were not read since <paramref name="since"/>.
    /// </summary>
    /// <param name="since">Null: it does not matter when an event was read.</param>
    IReadOnlyList<EventHeader> EventsToRead(DateTimeOffset? since, TimeSpan margin);

    /// <summary>
    /// The source's events in the ledger that are not listed, including aged ones, and those of <paramref name="others"/> that are
    /// neither listed nor in the ledger, without a timestamp.
    /// </summary>
    IReadOnlyList<EventHeader> EventsNotListed(IReadOnlyCollection<Guid> others);

    /// <param name="tag">Folded.</param>
    /// <param name="since">It must have been read since then; null: at any time.</param>
    bool KnowsCluster(string tag, DateTimeOffset? since);

    void WriteClusters(IReadOnlyList<ClusterDetail> clusters, DateTimeOffset readAt);

    /// <summary>Replaces one event. Nothing changes until the writer is completed.</summary>
    IEventWriter WriteEvent(MispEvent @event, DateTimeOffset readAt);

    /// <summary>Marks events that left the filters by age: their indicators stay but are not renewed.</summary>
    /// <returns>The number of newly aged events.</returns>
    int MarkAged(IReadOnlyCollection<Guid> events, DateTimeOffset now);

    /// <summary>Removes events and their attributes.</summary>
    void Withdraw(IReadOnlyCollection<Guid> events);

    /// <summary>Makes the next run read these events again, even if their timestamp is unchanged.</summary>
    void ReadAgainNextRun(IReadOnlyCollection<Guid> events);

    /// <summary>
    /// Records a complete read; <paramref name="isFull"/> is false when only changes were read. No full read is open after it.
    /// </summary>
    void CompleteRead(string fingerprint, DateTimeOffset readAt, bool isFull);

    // Scores and sightings of the source that was listed last. Each change marks the attribute's keys as changed.

    /// <summary>All events of the source, aged ones too.</summary>
    IReadOnlyCollection<EventHeader> KnownEvents();

    /// <summary>Starts an empty list of scores.</summary>
    void BeginScores();

    void AddScore(Guid attribute, int score);

    /// <summary>Keeps the scores of the list in place of those before.</summary>
    void CompleteScores(int? threshold, bool isConfidence);

    void ForgetScores();

    /// <summary>When the sightings were last read; null: never, or when other expirations counted.</summary>
    DateTimeOffset? SightingsReadAt(string expirations);

    /// <param name="isAll">Those that are not among them are gone.</param>
    void WriteSightings(IReadOnlyCollection<ReadSighting> sightings, bool isAll, string expirations, DateTimeOffset readAt);

    void ForgetSightings();

    /// <summary>Commits what was staged so far. Called whenever reading ends, also early.</summary>
    void EndReading();
}

/// <param name="Events">The number of the source's events in the ledger, including aged ones.</param>
public sealed record SourceRecord(long Id, string Name, string? Fingerprint, DateTimeOffset? FullReadAt, long Events)
{
    /// <summary>A full read that is not complete; null: none.</summary>
    public OpenFullRead? OpenRead { get; init; }
}

/// <param name="BegunAt">By the source's clock.</param>
public sealed record OpenFullRead(DateTimeOffset BegunAt, string Fingerprint);

/// <summary>Takes one event's sources and skipped attributes in the order they are read.</summary>
public interface IEventWriter : IDisposable
{
    void Add(IndicatorSource source);

    /// <summary>Stores the uuid, type, reason and a hash of the value, never the value.</summary>
    void AddSkipped(Guid attribute, string type, SkipReason reason, string value);

    /// <summary>Completes the event. Disposing without it undoes the writes.</summary>
    void Complete(MispEvent context);
}
