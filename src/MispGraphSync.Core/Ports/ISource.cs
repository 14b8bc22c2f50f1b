namespace MispGraphSync.Core.Ports;

/// <summary>
/// Where events come from. A run calls <see cref="OpenAsync"/> once, then <see cref="ListAsync"/>, then
/// <see cref="FetchAsync"/> for the events that are new or changed, then perhaps <see cref="LookUpAsync"/>.
/// What cannot be read is reported in <see cref="Gaps"/>; a source that gives nothing at all throws
/// <see cref="RunFailedException"/> with <see cref="RunOutcome.Unreachable"/> or <see cref="RunOutcome.SignInFailed"/>.
/// </summary>
public interface ISource
{
    SourceInfo Info { get; }

    /// <summary>
    /// Reasons why the read did not provably reach its end, one sentence each; empty after a complete read.
    /// While there is one, nothing is evicted.
    /// </summary>
    IReadOnlyList<string> Gaps { get; }

    /// <summary>
    /// False when the list may lack events: nothing is deleted then. When single events cannot be read, the list is complete and what
    /// is known of them stays.
    /// </summary>
    bool IsListComplete { get; }

    /// <summary>Null: the source says nothing of single attributes.</summary>
    IAttributeReports? Reports => null;

    /// <summary>Checks that the source answers, and returns what else shapes its answers besides the settings.</summary>
    Task<SourceState> OpenAsync(CancellationToken ct);

    /// <summary>Every event that matches the filters, each once, without attributes.</summary>
    IAsyncEnumerable<EventHeader> ListAsync(CancellationToken ct);

    /// <summary>
    /// The events in full, in any order. One that was asked for and does not come becomes a gap; when reading breaks down as a whole,
    /// <see cref="RunFailedException"/> is thrown.
    /// <see cref="ReadEvent.Items"/> can be enumerated, more than once, until the next event is asked for.
    /// </summary>
    IAsyncEnumerable<ReadEvent> FetchAsync(IReadOnlyCollection<EventHeader> events, CancellationToken ct);

    /// <summary>Makes fetches include, once each, the clusters of tags that are not known.</summary>
    void FetchClusters(Func<string, bool> isUnknown)
    {
    }

    /// <summary>
    /// Of these events, which no longer match, those that would match if relative time spans (such as <c>last: 5d</c>)
    /// were removed from the filters, as they are now: they have aged, all others are withdrawn. Where this adds a gap, nothing is
    /// known of any of them.
    /// </summary>
    Task<IReadOnlyCollection<EventHeader>> LookUpAsync(IReadOnlyCollection<EventHeader> gone, CancellationToken ct);
}

/// <summary>
/// <see cref="Name"/> is the source's name in the ledger: <c>misp.name</c>, or <c>input:</c> and the absolute path.
/// <see cref="Kind"/> is <c>misp</c>, <c>feed</c> or <c>file</c>. <see cref="EventLink"/> has <c>{0}</c> for an event's
/// UUID; null where there is nothing to link to.
/// </summary>
public sealed record SourceInfo(string Name, string Kind, string? EventLink = null);

/// <summary>
/// <see cref="Fingerprint"/> is text that changes when the same filters would give other attributes: enabled
/// warninglists, the key's user and role. <see cref="HasRelativeTime"/>: a filter uses a relative time span.
/// </summary>
public sealed record SourceState(string Fingerprint, bool HasRelativeTime, DateTimeOffset ServerTime)
{
    /// <summary>
    /// The part of the fingerprint that decides which events come at all, and so may make indicators look withdrawn: whose key it
    /// is, and the search defaults stored for that user. Not the versions of warninglists, nor permissions that a MISP upgrade
    /// adds: their change must not stop deletions. Null: the whole fingerprint.
    /// </summary>
    public string? Selection { get; init; }
}

/// <summary>Names one event of a source with the time of its last change.</summary>
/// <param name="Metadata">
/// A hash of what can change without moving the timestamp, such as local tags; null where the source has no such list.
/// </param>
public readonly record struct EventHeader(Guid Uuid, long? Id, DateTimeOffset Timestamp, Hash128? Metadata = null)
{
    public static EventHeader Of(MispEvent listed) => new(listed.Uuid, listed.Id, listed.Timestamp, MetadataOf(listed));

    /// <summary>Tags, distribution, published state, threat level, title and organisation; the order of tags does not count.</summary>
    public static Hash128 MetadataOf(MispEvent listed) => Hash128.Of(string.Join('\n', [
        listed.Info,
        $"{listed.Organisation} {listed.OrganisationUuid}",
        $"{listed.Distribution} {listed.SharingGroupId} {listed.Published} {listed.ThreatLevel}",
        .. listed.Tags.Select(tag => $"{tag.IsLocal} {tag.Name}").Order(StringComparer.Ordinal),
    ]));

    public bool IsChangedSince(EventHeader known) =>
        Timestamp != known.Timestamp || (Metadata is { } now && now != known.Metadata);
}

/// <summary>One event in full. <see cref="ReadAt"/> is by the source's own clock.</summary>
public sealed record ReadEvent(MispEvent Event, IEnumerable<EventItem> Items, DateTimeOffset ReadAt);
