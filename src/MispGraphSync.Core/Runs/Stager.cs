using System.Runtime.CompilerServices;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Runs;

/// <summary>
/// Reads a source into the ledger: lists what matches, reads in full what is new or changed, maps it, and finds out what has
/// aged or was withdrawn. Counts each attribute once.
/// </summary>
public sealed class Stager(ISource source, ISourceLedger ledger, StageOptions options, IRunObserver observer, TimeProvider time)
{
    /// <summary>
    /// An event that changed so shortly before it was read may have changed again in the same second.
    /// </summary>
    private static readonly TimeSpan SameSecond = TimeSpan.FromSeconds(5);

    private const string NothingToReadFor = "Nothing was read, since no destination can be used.";

    private static readonly TimeSpan MostClockDifference = TimeSpan.FromHours(1);

    private readonly Dictionary<SkipReason, long> _skipped = [];
    private readonly List<(DestinationInfo Destination, Eligibility Takes, Dictionary<SkipReason, long> Skipped)> _destinations =
        [.. options.Destinations.Select(one => (one.Destination, one.Takes, new Dictionary<SkipReason, long>()))];
    private readonly HashSet<Guid> _unread = [];
    private long _events;
    private long _attributes;
    private long _mapped;
    private long _context;

    /// <summary>
    /// The attributes of this run whose sources this destination does not take, by first reason.
    /// </summary>
    public IReadOnlyDictionary<SkipReason, long> SkippedAt(DestinationInfo destination) =>
        _destinations.First(one => one.Destination == destination).Skipped;

    /// <summary>
    /// Reads and stages. A failure before the first event is in the report with its outcome; one after it makes the read
    /// incomplete. Cancellation ends the read; what was staged is kept.
    /// </summary>
    /// <param name="prepare">Called once the source has answered, before it is read: whether a full read is due.</param>
    public async Task<SourceReport> StageAsync(RunControl control, Func<bool, Task<HeldBefore>> prepare)
    {
        var known = ledger.OpenSource(source.Info);
        var report = new SourceReport { Name = source.Info.Name, Kind = source.Info.Kind };
        try
        {
            return await StageAsync(known, report, prepare, control.Stop).ConfigureAwait(false);
        }
        catch (RunFailedException failure) when (_events > 0 && !failure.IsOfLedger)
        {
            // What was read may be sent. The rest is a gap, and while there is one nothing is deleted.
            return Counted(report) with { Events = _events, Gaps = [.. source.Gaps, failure.Message], Remedy = failure.Remedy };
        }
        catch (RunFailedException failure)
        {
            return Counted(report) with { Error = failure.Message, Remedy = failure.Remedy, Outcome = failure.Outcome };
        }
        catch (OperationCanceledException) when (control.IsStopping)
        {
            return Counted(report) with { Error = "The read was cut short.", Outcome = control.Outcome };
        }
        finally
        {
            ledger.EndReading();
        }
    }

    private async Task<SourceReport> StageAsync(
        SourceRecord known, SourceReport report, Func<bool, Task<HeldBefore>> prepare, CancellationToken ct)
    {
        var state = await source.OpenAsync(ct).ConfigureAwait(false);
        var fingerprint = $"{options.Fingerprint}\n{state.Fingerprint}";
        var now = time.GetUtcNow();
        // A full read in the future was recorded by a wrong clock.
        var isDue = options.Full || known.FullReadAt is not { } last || last > now || last + options.FullReadEvery <= now;
        var everything = known.Fingerprint != fingerprint || isDue;
        if ((state.ServerTime - now).Duration() > MostClockDifference)
        {
            observer.Warn(
                $"The clocks of this machine and of '{source.Info.Name}' differ: it is {now.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC here and "
                + $"{state.ServerTime.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC there. Correct the wrong one (NTP).");
        }

        report = report with { Selection = $"{options.Fingerprint}\n{state.Selection ?? state.Fingerprint}", EventsKnown = known.Events };

        var held = await prepare(isDue).ConfigureAwait(false);
        ct.ThrowIfCancellationRequested();
        if (!held.MayContinue) return report with { Error = NothingToReadFor };
        ledger.BeginListing(known);
        var listed = 0L;
        var missing = options.OnlyEvents.ToHashSet();
        await foreach (var header in source.ListAsync(ct).ConfigureAwait(false))
        {
            if (options.OnlyEvents.Count > 0 && !missing.Remove(header.Uuid)) continue;
            ledger.AddListed(header);
            listed++;
        }

        var toRead = ledger.EventsToRead(everything || options.OnlyEvents.Count > 0, SameSecond);
        await foreach (var read in ReadAsync(toRead, ct).ConfigureAwait(false)) Stage(read);

        report = report with { Events = listed, EventsUnchanged = listed - toRead.Count };
        if (source.IsListComplete && !options.IsPartOfSource)
        {
            report = await RetireAsync(report, held, ct).ConfigureAwait(false);
            if (report.MayDelete)
            {
                ledger.ReadAgainNextRun(_unread);
                ledger.CompleteRead(fingerprint, now, isFull: everything);
            }
        }

        IReadOnlyList<string> gaps = [.. source.Gaps, .. missing.Select(uuid =>
            $"Event {uuid} is not listed: it does not exist, the key may not see it, or the filters exclude it.")];
        return Counted(report) with { Complete = gaps.Count == 0, Gaps = gaps };
    }

    private async IAsyncEnumerable<ReadEvent> ReadAsync(IReadOnlyList<EventHeader> toRead, [EnumeratorCancellation] CancellationToken ct)
    {
        if (toRead.Count == 0) yield break;
        _unread.UnionWith(toRead.Select(header => header.Uuid));
        await foreach (var read in source.FetchAsync(toRead, ct).ConfigureAwait(false))
        {
            yield return read;
            observer.Reading(source.Info, ++_events, toRead.Count);
        }
    }

    private async Task<SourceReport> RetireAsync(SourceReport report, HeldBefore held, CancellationToken ct)
    {
        var gone = ledger.EventsNotListed(held.Events);
        if (gone.Count == 0) return report with { MayDelete = true };
        var gaps = source.Gaps.Count;
        var found = await source.LookUpAsync(gone, ct).ConfigureAwait(false);
        if (source.Gaps.Count > gaps) return report;
        var before = gone.ToDictionary(header => header.Uuid);
        // The last change of an event that has aged is read too, before it no longer renews anything.
        var changed = found.Where(header => header.IsChangedSince(before[header.Uuid])).ToList();
        await foreach (var read in ReadAsync(changed, ct).ConfigureAwait(false)) Stage(read);

        var aged = found.Select(header => header.Uuid).ToHashSet();
        var withdrawn = before.Keys.Where(uuid => !aged.Contains(uuid)).ToList();
        // Events that have only grown too old for a filter are no reason to doubt the read.
        report = report with { IsEmptyRead = report.Events == 0 && withdrawn.Count > 0 };
        if (report.IsEmptyRead && held.Any && !options.AcceptsEmptyRead) return report;
        var newlyAged = ledger.MarkAged(aged, time.GetUtcNow());
        ledger.Withdraw(withdrawn);
        var known = withdrawn.Count(uuid => before[uuid].Timestamp != default);
        return report with { EventsAged = newlyAged, EventsWithdrawn = known, MayDelete = true };
    }

    private void Stage(ReadEvent read)
    {
        var notes = new EventNotes();
        // Event-level notes are complete only after the last attribute; eligibility does not depend on them.
        var facts = new EventFacts(read.Event, source.Info.Name, isAged: false);
        var map = new MapContext(source.Info.Name, read.Event.Uuid, options.ToIdsOnly, options.EnforceWarninglist);

        using var writer = ledger.WriteEvent(read.Event, read.ReadAt);
        foreach (var item in read.Items)
        {
            notes.Add(item);
            _attributes += item.AttributeCount;
            var mapped = Mapper.Map(item, map);
            foreach (var reference in mapped.Sources) writer.Add(reference);
            foreach (var attribute in mapped.Attributes) Count(attribute, mapped.Sources, facts, writer);
        }

        writer.Complete(read.Event with { Actors = notes.Actors, Families = notes.Families, Campaigns = notes.Campaigns });
        _unread.Remove(read.Event.Uuid);
    }

    private void Count(MappedAttribute attribute, IReadOnlyList<IndicatorSource> sources, EventFacts facts, IEventWriter writer)
    {
        switch (attribute.Outcome)
        {
            case { IsContext: true }:
                _context++;
                break;
            case { SkipReason: { } skipped }:
                Skip(_skipped, skipped);
                writer.AddSkipped(attribute.Id, attribute.Attribute.Type, skipped, attribute.Attribute.Value);
                break;
            case { IsMapped: true } when SkipReasonOf(attribute.Id, sources, facts) is { } reason:
                Skip(_skipped, reason);
                break;
            default:
                _mapped++;
                break;
        }
    }

    // Null when at least one destination takes at least one of the attribute's sources; else the first reason.
    private SkipReason? SkipReasonOf(Guid attribute, IReadOnlyList<IndicatorSource> sources, EventFacts facts)
    {
        SkipReason? first = null;
        var isTaken = _destinations.Count == 0;
        foreach (var (_, takes, skipped) in _destinations)
        {
            SkipReason? here = null;
            var isTakenHere = false;
            for (var i = 0; i < sources.Count && !isTakenHere; i++)
            {
                if (sources[i].Attribute != attribute) continue;
                var reason = takes.SkipReasonFor(new IndicatorSourceRow(sources[i], facts));
                isTakenHere = reason is null;
                // That one part has no field says nothing where another part was refused for what it is.
                var counts = here is null or SkipReason.NoFieldHere || (reason is not SkipReason.NoFieldHere && reason < here);
                if (counts) here = reason ?? here;
            }

            isTaken |= isTakenHere;
            if (isTakenHere || here is not { } refused) continue;
            Skip(skipped, refused);
            first = first is null || refused < first ? refused : first;
        }

        return isTaken ? null : first;
    }

    private static void Skip(Dictionary<SkipReason, long> counts, SkipReason reason) =>
        counts[reason] = counts.GetValueOrDefault(reason) + 1;

    private SourceReport Counted(SourceReport report) => report with
    {
        Attributes = _attributes,
        Mapped = _mapped,
        Context = _context,
        Skipped = new SortedDictionary<SkipReason, long>(_skipped),
    };
}

/// <summary>What a run reads, and how it chooses attributes.</summary>
public sealed record StageOptions
{
    public required IReadOnlyList<(DestinationInfo Destination, Eligibility Takes)> Destinations { get; init; }

    public bool ToIdsOnly { get; init; } = true;

    public bool EnforceWarninglist { get; init; } = true;

    /// <summary>Read everything in full, whatever is known.</summary>
    public bool Full { get; init; }

    public TimeSpan FullReadEvery { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Text that changes when the settings would give other sources: filters, switches, mapping version.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Only these events; empty = all.</summary>
    public IReadOnlySet<Guid> OnlyEvents { get; init; } = new HashSet<Guid>();

    /// <summary>A run over some events only: it withdraws nothing and remembers no complete read.</summary>
    public bool IsPartOfSource => OnlyEvents.Count > 0;

    /// <summary>False: when the source has no event at all, what is known of it stays as it is.</summary>
    public bool AcceptsEmptyRead { get; init; }
}

/// <summary>What the destinations hold before the source is read.</summary>
/// <param name="Any">Anything of ours.</param>
/// <param name="Events">Events that listed indicators name, whether the ledger knows them or not.</param>
public sealed record HeldBefore(bool Any, IReadOnlyCollection<Guid> Events)
{
    /// <summary>False: every destination has failed already, so that nothing is read.</summary>
    public bool MayContinue { get; init; } = true;
}
