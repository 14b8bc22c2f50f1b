using System.Runtime.CompilerServices;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Tests;

/// <summary>A source whose events a test sets: what is in <see cref="Events"/> matches the filters.</summary>
internal sealed class FakeSource(TimeProvider time, string name = "misp") : ISource
{
    private readonly List<string> _gaps = [];

    public Dictionary<Guid, SourceEvent> Events { get; } = [];

    /// <summary>Events that match all but the relative time spans.</summary>
    public HashSet<Guid> Aged { get; } = [];

    /// <summary>Of these, those that have changed since they were read.</summary>
    public Dictionary<Guid, SourceEvent> AgedAndChanged { get; } = [];

    public string Fingerprint { get; set; } = "role 5";

    /// <summary>The part that chooses events; null: the whole fingerprint.</summary>
    public string? Selection { get; set; }

    /// <summary>Thrown when the listing is asked for.</summary>
    public RunFailedException? Failure { get; set; }

    /// <summary>Thrown when the source is opened: it does not answer.</summary>
    public RunFailedException? Outage { get; set; }

    /// <summary>A sentence makes every read partial.</summary>
    public string? Gap { get; set; }

    /// <summary>A sentence: events that no longer match cannot be looked up.</summary>
    public string? LookUpGap { get; set; }

    /// <summary>How much its clock is ahead of ours.</summary>
    public TimeSpan ClockAhead { get; set; }

    /// <summary>Events that are listed and cannot be read.</summary>
    public HashSet<Guid> Unreadable { get; } = [];

    /// <summary>How many events were read in full, in all runs.</summary>
    public int EventsRead { get; private set; }

    /// <summary>The read fails after so many events; null: it does not.</summary>
    public int? FailsAfter { get; set; }

    /// <summary>Called with the number of events read, after each.</summary>
    public Action<int>? AfterEvent { get; set; }

    /// <summary>Null: it says nothing of single attributes.</summary>
    public FakeReports? Reported { get; set; }

    public IAttributeReports? Reports => Reported;

    public SourceInfo Info { get; } = new(name, "misp", "https://misp.example/events/view/{0}");

    public IReadOnlyList<string> Gaps => _gaps;

    public bool IsListComplete => Gap is null;

    public Task<SourceState> OpenAsync(CancellationToken ct)
    {
        _gaps.Clear();
        if (Outage is not null) throw Outage;
        if (Gap is not null) _gaps.Add(Gap);
        var now = time.GetUtcNow() + ClockAhead;
        return Task.FromResult(new SourceState(Fingerprint, HasRelativeTime: false, now) { Selection = Selection });
    }

    public async IAsyncEnumerable<EventHeader> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await Task.Yield();
        if (Failure is not null) throw Failure;
        foreach (var known in Events.Values) yield return EventHeader.Of(known.Event);
    }

    public async IAsyncEnumerable<ReadEvent> FetchAsync(
        IReadOnlyCollection<EventHeader> events, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.Yield();
        var read = 0;
        foreach (var header in events)
        {
            if (read++ == FailsAfter) throw new RunFailedException(RunOutcome.Unreachable, "MISP went away.");
            if (Unreadable.Contains(header.Uuid))
            {
                _gaps.Add($"Event {header.Uuid} cannot be read.");
                continue;
            }

            EventsRead++;
            var known = Events.GetValueOrDefault(header.Uuid) ?? AgedAndChanged[header.Uuid];
            yield return new ReadEvent(known.Event, known.Items, time.GetUtcNow());
            AfterEvent?.Invoke(read);
        }
    }

    public Task<IReadOnlyCollection<EventHeader>> LookUpAsync(IReadOnlyCollection<EventHeader> gone, CancellationToken ct)
    {
        if (LookUpGap is not null) _gaps.Add(LookUpGap);
        return Task.FromResult<IReadOnlyCollection<EventHeader>>([.. gone.Where(header => Aged.Contains(header.Uuid)).Select(header =>
            AgedAndChanged.TryGetValue(header.Uuid, out var changed) ? EventHeader.Of(changed.Event) : header)]);
    }

    /// <summary>Adds or replaces an event.</summary>
    public void Put(MispEvent @event, params EventItem[] items) => Events[@event.Uuid] = new SourceEvent(@event, items);

    public void Remove(MispEvent @event) => Events.Remove(@event.Uuid);
}

internal sealed record SourceEvent(MispEvent Event, IReadOnlyList<EventItem> Items);

/// <summary>What a source says of single attributes.</summary>
internal sealed class FakeReports : IAttributeReports
{
    public Dictionary<Guid, int> Scores { get; } = [];

    /// <summary>Null: the key may not see any.</summary>
    public List<ReadSighting>? Sightings { get; set; } = [];

    /// <summary>Thrown for both.</summary>
    public RunFailedException? Failure { get; set; }

    /// <summary>Since when sightings were asked for, in all runs.</summary>
    public List<DateTimeOffset?> Asked { get; } = [];

    public async IAsyncEnumerable<AttributeScore> ReadScoresAsync(
        IReadOnlyCollection<EventHeader> events, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.Yield();
        if (Failure is not null) throw Failure;
        foreach (var (attribute, score) in Scores) yield return new AttributeScore(attribute, score);
    }

    public Task<IReadOnlyList<ReadSighting>?> ReadSightingsAsync(DateTimeOffset? since, CancellationToken ct)
    {
        if (Failure is not null) throw Failure;
        Asked.Add(since);
        return Task.FromResult<IReadOnlyList<ReadSighting>?>(Sightings?.Where(one => since is null || one.At >= since).ToList());
    }
}
