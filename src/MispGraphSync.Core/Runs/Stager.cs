using System.Runtime.CompilerServices;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Runs;

/// <summary>
/// Reads a source into the ledger: lists what matches, reads in full what is new or changed, maps it, and finds out what has
/// aged or was withdrawn. Counts each attribute once.
/// </summary>
public sealed class Stager
{
    /// <summary>
    /// An event that changed so shortly before it was read may have changed again in the same second.
    /// </summary>
    private static readonly TimeSpan SameSecond = TimeSpan.FromSeconds(5);

    private const string NothingToReadFor = "Nothing was read, since no destination can be used.";

    private const string NotRead = "It was not read, since the run ended before.";

    private static readonly TimeSpan MostClockDifference = TimeSpan.FromHours(1);

    /// <summary>
    /// What was read earlier is read again. Longer than a full read lasts, however short the runs and the time to the next one are.
    /// </summary>
    private static readonly TimeSpan LongestFullRead = TimeSpan.FromDays(14);

    private readonly SourceToRead _read;
    private readonly ISource _source;
    private readonly ISourceLedger _ledger;
    private readonly StageOptions _options;
    private readonly IRunObserver _observer;
    private readonly TimeProvider _time;
    private readonly Dictionary<SkipReason, long> _skipped = [];
    private readonly List<(DestinationInfo Destination, Eligibility Takes, Dictionary<SkipReason, long> Skipped)> _destinations;
    private readonly HashSet<Guid> _unread = [];
    private readonly DateTimeOffset _today;
    private SourceRecord? _known;
    private string _fingerprint = "";
    private DateTimeOffset _openedAt;
    private long _events;
    private long _attributes;
    private long _mapped;
    private long _context;

    public Stager(SourceToRead read, ISourceLedger ledger, StageOptions options, IRunObserver observer, TimeProvider time)
    {
        (_read, _source, _ledger, _options, _observer, _time) = (read, read.Source, ledger, options, observer, time);
        _today = new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        _destinations = [.. options.Destinations.Select(one => (one.Destination, one.Takes, new Dictionary<SkipReason, long>()))];
        Report = new SourceReport { Name = _source.Info.Name, Kind = _source.Info.Kind, Error = NotRead };
    }

    /// <summary>What is known of the read so far.</summary>
    public SourceReport Report { get; private set; }

    /// <summary>The source has answered.</summary>
    public bool IsOpen { get; private set; }

    public bool IsFullReadDue { get; private set; }

    /// <summary>Events that were asked for and that the source does not list.</summary>
    public IReadOnlySet<Guid> Missing { get; private set; } = new HashSet<Guid>();

    /// <summary>
    /// The attributes of this run whose sources this destination does not take, by first reason.
    /// </summary>
    public IReadOnlyDictionary<SkipReason, long> SkippedAt(DestinationInfo destination) =>
        _destinations.First(one => one.Destination == destination).Skipped;

    /// <summary>Checks that the source answers. A failure is in the report with its outcome.</summary>
    public Task OpenAsync(RunControl control) => TryAsync(control, async () =>
    {
        var known = _known = _ledger.OpenSource(_source.Info);
        Report = Report with { EventsKnown = known.Events };
        var state = await _source.OpenAsync(control.Stop).ConfigureAwait(false);
        var now = _time.GetUtcNow();
        _openedAt = state.ServerTime;
        _fingerprint = $"{_read.Fingerprint}{(_options.ReadsClusters ? " clusters" : "")}\n{state.Fingerprint}{_options.Details}";
        // A full read in the future was recorded by a wrong clock.
        IsFullReadDue = _options.Full || known.FullReadAt is not { } last || last > now || last + _read.FullReadEvery <= now;
        if ((state.ServerTime - now).Duration() > MostClockDifference)
        {
            _observer.Warn(
                $"The clocks of this machine and of '{_source.Info.Name}' differ: it is {now.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC here and "
                + $"{state.ServerTime.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC there. Correct the wrong one (NTP).");
        }

        IsOpen = true;
        return Report with { Selection = $"{_read.Fingerprint}\n{state.Selection ?? state.Fingerprint}" };
    });

    /// <summary>
    /// Reads and stages. A failure before the first event is in the report with its outcome; one after it makes the read
    /// incomplete. Cancellation ends the read; what was staged is kept.
    /// </summary>
    public Task ReadAsync(RunControl control, HeldBefore held) => TryAsync(control, async () =>
    {
        control.Stop.ThrowIfCancellationRequested();
        var report = Report with { Error = null };
        return held.MayContinue
            ? await ReadAsync(report, held, control.Stop).ConfigureAwait(false)
            : report with { Error = NothingToReadFor };
    });

    private async Task TryAsync(RunControl control, Func<Task<SourceReport>> work)
    {
        try
        {
            Report = await work().ConfigureAwait(false);
        }
        catch (RunFailedException failure) when (_events > 0 && !failure.IsOfLedger)
        {
            // What was read may be sent. The rest is a gap, and while there is one nothing is deleted.
            Report = Failed() with { Error = null, Events = _events, Gaps = [.. _source.Gaps, failure.Message], Remedy = failure.Remedy };
        }
        catch (RunFailedException failure)
        {
            var isOwn = !failure.IsOfLedger && failure.Outcome is RunOutcome.Unreachable or RunOutcome.SignInFailed;
            Report = Failed() with { Error = failure.Message, Remedy = failure.Remedy, Outcome = failure.Outcome, EndsRun = !isOwn };
        }
        catch (OperationCanceledException) when (control.IsStopping)
        {
            Report = Failed() with { Error = "The read was cut short.", Outcome = control.Outcome, EndsRun = true };
        }
        finally
        {
            _ledger.EndReading();
        }
    }

    private SourceReport Failed() => Counted(Report with { Selection = null });

    private async Task<SourceReport> ReadAsync(SourceReport report, HeldBefore held, CancellationToken ct)
    {
        var now = _time.GetUtcNow();
        var everything = _known!.Fingerprint != _fingerprint || IsFullReadDue || _known.OpenRead is not null;
        _ledger.BeginListing(_known);
        var since = ReadSince(everything);
        var listed = 0L;
        var missing = _options.OnlyEvents.ToHashSet();
        await foreach (var header in _source.ListAsync(ct).ConfigureAwait(false))
        {
            if (_options.OnlyEvents.Count > 0 && !missing.Remove(header.Uuid)) continue;
            _ledger.AddListed(header);
            listed++;
        }

        Missing = missing;
        if (_options.ReadsClusters)
        {
            var known = everything ? since : null;
            _source.FetchClusters(tag => ContextMap.IsContext(tag) && !_ledger.KnowsCluster(ContextMap.Fold(tag), known));
        }

        var toRead = _ledger.EventsToRead(since, SameSecond);
        await foreach (var read in ReadAsync(toRead, ct).ConfigureAwait(false)) Stage(read);

        report = report with { Events = listed, EventsUnchanged = listed - toRead.Count };
        if (_source.IsListComplete && !_options.IsPartOfSource)
        {
            report = await RetireAsync(report, held, ct).ConfigureAwait(false);
            if (report.MayDelete)
            {
                _ledger.ReadAgainNextRun(_unread);
                _ledger.CompleteRead(_fingerprint, now, isFull: everything);
            }
        }

        IReadOnlyList<string> gaps = _source.Gaps;
        if (!_options.IsPartOfSource)
            gaps = [.. gaps, .. await new ReportStager(_read, _ledger, _observer, _time).ReadAsync(everything, ct).ConfigureAwait(false)];
        return Counted(report) with { Complete = gaps.Count == 0, Gaps = gaps };
    }

    // What was read since then need not be read again while it is unchanged. Null: that does not depend on when it was read.
    private DateTimeOffset? ReadSince(bool everything)
    {
        if (_options.IsPartOfSource) return DateTimeOffset.MaxValue;
        if (!everything) return null;
        var open = _options.Full ? null : _known!.OpenRead;
        var mayContinue = open?.Fingerprint == _fingerprint && open.BegunAt <= _openedAt && _openedAt < open.BegunAt + LongestFullRead;
        if (mayContinue) return open!.BegunAt;
        _ledger.BeginFullRead(_openedAt, _fingerprint);
        return _openedAt;
    }

    /// <summary>Adds that no source of the run lists these events.</summary>
    public void AddMissing(IEnumerable<Guid> events)
    {
        IReadOnlyList<string> gaps = [.. Report.Gaps, .. events.Select(uuid =>
            $"Event {uuid} is not listed: it does not exist, the key may not see it, or the filters exclude it.")];
        Report = Report with { Complete = Report.Complete && gaps.Count == 0, Gaps = gaps };
    }

    private async IAsyncEnumerable<ReadEvent> ReadAsync(IReadOnlyList<EventHeader> toRead, [EnumeratorCancellation] CancellationToken ct)
    {
        if (toRead.Count == 0) yield break;
        _unread.UnionWith(toRead.Select(header => header.Uuid));
        await foreach (var read in _source.FetchAsync(toRead, ct).ConfigureAwait(false))
        {
            yield return read;
            _observer.Reading(_source.Info, ++_events, toRead.Count);
        }
    }

    private async Task<SourceReport> RetireAsync(SourceReport report, HeldBefore held, CancellationToken ct)
    {
        var gone = _ledger.EventsNotListed(held.Events);
        if (gone.Count == 0) return report with { MayDelete = true };
        var gaps = _source.Gaps.Count;
        var found = await _source.LookUpAsync(gone, ct).ConfigureAwait(false);
        if (_source.Gaps.Count > gaps)
        {
            // They may be withdrawn: what is held is kept, and nothing more is made of them.
            _ledger.MarkAged([.. gone.Select(header => header.Uuid)], _time.GetUtcNow());
            return report;
        }

        var before = gone.ToDictionary(header => header.Uuid);
        // The last change of an event that has aged is read too, before it no longer renews anything.
        var changed = found.Where(header => header.IsChangedSince(before[header.Uuid])).ToList();
        await foreach (var read in ReadAsync(changed, ct).ConfigureAwait(false)) Stage(read);

        var aged = found.Select(header => header.Uuid).ToHashSet();
        var withdrawn = before.Keys.Where(uuid => !aged.Contains(uuid)).ToList();
        // Events that have only grown too old for a filter are no reason to doubt the read.
        var known = withdrawn.Count(uuid => before[uuid].Timestamp != default);
        // Events that listed indicators name are this source's where there is no other one.
        report = report with { IsEmptyRead = report.Events == 0 && (_options.IsOnlySource ? withdrawn.Count : known) > 0 };
        if (report.IsEmptyRead && held.Any && !_options.AcceptsEmptyRead) return report;
        var newlyAged = _ledger.MarkAged(aged, _time.GetUtcNow());
        _ledger.Withdraw(withdrawn);
        return report with { EventsAged = newlyAged, EventsWithdrawn = known, MayDelete = true };
    }

    private void Stage(ReadEvent read)
    {
        // Event-level notes are complete only after the last attribute; eligibility does not depend on them.
        var context = read.Event with { Matches = _options.FindMatches(read.Event, read.Items) };
        var facts = new EventFacts(context, _source.Info.Name, isAged: false);
        var notes = new EventNotes(facts.Tagging);
        var map = new MapContext(_source.Info.Name, read.Event.Uuid, _read.ToIdsOnly, _read.EnforceWarninglist, _options.ForRules);

        if (_options.ReadsClusters && read.Event.Clusters.Count > 0) _ledger.WriteClusters(read.Event.Clusters, read.ReadAt);
        using var writer = _ledger.WriteEvent(context, read.ReadAt);
        foreach (var item in read.Items)
        {
            notes.Add(item);
            _attributes += item.AttributeCount;
            var mapped = Mapper.Map(item, map);
            // Each reads its tags once, for all destinations.
            IndicatorSourceRow[] rows = [.. mapped.Sources.Select(one => new IndicatorSourceRow(one, facts))];
            foreach (var row in rows)
            {
                if (row.Source.NeedsRule is null || MayBeTakenByRule(row)) writer.Add(row.Source);
            }

            foreach (var attribute in mapped.Attributes) Count(attribute, rows, writer);
        }

        writer.Complete(context with { Actors = notes.Actors, Families = notes.Families, Campaigns = notes.Campaigns });
        _unread.Remove(read.Event.Uuid);
        if (_options.IsPartOfSource && !IsAsRecorded) _ledger.ReadAgainNextRun([read.Event.Uuid]);
    }

    // False: what this run makes of an event is not what the ledger takes it for.
    private bool IsAsRecorded => (_known!.OpenRead?.Fingerprint ?? _known.Fingerprint) == _fingerprint;

    private void Count(MappedAttribute attribute, IndicatorSourceRow[] rows, IEventWriter writer)
    {
        switch (attribute.Outcome)
        {
            case { IsMapped: false } when IsTakenByRule(attribute.Id, rows):
                _mapped++;
                break;
            case { IsContext: true }:
                _context++;
                break;
            case { SkipReason: { } skipped }:
                Skip(_skipped, skipped);
                writer.AddSkipped(attribute.Id, attribute.Attribute.Type, skipped, attribute.Attribute.Value);
                break;
            case { IsMapped: true } when SkipReasonOf(attribute.Id, rows) is { } reason:
                Skip(_skipped, reason);
                break;
            default:
                _mapped++;
                break;
        }
    }

    // Null when at least one destination takes at least one of the attribute's sources; else the first reason.
    private SkipReason? SkipReasonOf(Guid attribute, IndicatorSourceRow[] rows)
    {
        SkipReason? first = null;
        var isTaken = _destinations.Count == 0;
        foreach (var (_, takes, skipped) in _destinations)
        {
            SkipReason? here = null;
            var isTakenHere = false;
            for (var i = 0; i < rows.Length && !isTakenHere; i++)
            {
                if (rows[i].Source.Attribute != attribute) continue;
                var reason = takes.SkipReasonFor(rows[i]);
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

    private bool MayBeTakenByRule(IndicatorSourceRow row) => _destinations.Exists(one => one.Takes.MayTake(row))
        || _options.OtherPolicies.Any(policy => Eligibility.MayTake(policy, row, _today));

    private bool IsTakenByRule(Guid attribute, IndicatorSourceRow[] rows)
    {
        foreach (var row in rows)
        {
            if (row.Source.Attribute != attribute || row.Source.NeedsRule is null) continue;
            if (_destinations.Exists(one => one.Takes.SkipReasonFor(row) is null)) return true;
        }

        return false;
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
