using System.Runtime.CompilerServices;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Json;
using Serilog;

namespace MispGraphSync.Sources.File;

/// <param name="EnforceWarninglist">Has no effect on files; the log says so.</param>
internal sealed record SavedSourceOptions(FilterPlan Filters, bool EnforceWarninglist, TimeProvider Time, ILogger Log)
{
    /// <summary>In the ledger; null: after its path.</summary>
    public string? Name { get; init; }

    /// <summary>What names the path, for a remedy.</summary>
    public string Setting { get; init; } = "--input";
}

/// <summary>
/// Events in files. Filters are evaluated here as the server would. An event's time is the one in its own file: an index beside it may
/// be ahead of the file.
/// </summary>
internal sealed class SavedSource : ISource
{
    private readonly SavedSourceOptions _options;
    private readonly Func<ReadGaps, IReadOnlyList<EventFile>> _findFiles;
    private readonly EventFileReader _reader;
    private readonly ReadGaps _gaps = new();
    private readonly Dictionary<Guid, Found> _found = [];
    private readonly HashSet<(EventFile File, int Index)> _faulty = [];

    /// <param name="root">The file or folder, absolute.</param>
    /// <param name="findFiles">The files to read, in a fixed order.</param>
    public SavedSource(string kind, string root, SavedSourceOptions options, Func<ReadGaps, IReadOnlyList<EventFile>> findFiles)
    {
        Info = new SourceInfo(options.Name ?? "input:" + root, kind);
        (_options, _findFiles) = (options, findFiles);
        _reader = new EventFileReader(Info.Name, _gaps);
    }

    public SourceInfo Info { get; }
    public IReadOnlyList<string> Gaps => _gaps.Sentences;
    public bool IsListComplete => _gaps.NamesAllEvents;

    public Task<SourceState> OpenAsync(CancellationToken ct)
    {
        foreach (var note in _options.Filters.Notes.Concat(_options.Filters.LocalNotes)) _options.Log.Information("Filters: {Note}", note);
        if (_options.EnforceWarninglist)
            _options.Log.Information("misp.enforceWarninglist has no effect on {Source}: files have no warninglists", Info.Name);
        return Task.FromResult(new SourceState("files", _options.Filters.HasRelativeTime, _options.Time.GetUtcNow()));
    }

    public async IAsyncEnumerable<EventHeader> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var (now, read) = (_options.Time.GetUtcNow(), 0);
        var timeless = _options.Filters.WithoutRelativeTime();
        await foreach (var (file, item) in _reader.ReadAsync(_findFiles(_gaps), skipItems: !_options.Filters.NeedsItems, ct))
        {
            read++;
            if (item.IsSummary)
            {
                _gaps.Add([item.Event.Uuid], $"File {file.Name} holds event {item.Event.Uuid} without its attributes; export it whole.");
                continue;
            }

            var isFaulty = item.Fault is not null;
            if (isFaulty) ReportFault(file, item);
            Keep(new Found(file, item.Index, EventHeader.Of(item.Event))
            {
                HasItems = item.HasItems,
                // It is unknown whether an unreadable event matches, so it is not withdrawn.
                IsMatch = isFaulty || _options.Filters.Matches(item.Event, item.Items, now),
                MatchesTimeless = _options.Filters.HasRelativeTime && !isFaulty && timeless.Matches(item.Event, item.Items, now),
            });
        }
        if (read == 0 && Gaps.Count > 0)
        {
            throw new RunFailedException(
                RunOutcome.Unreachable,
                Gaps[0] + (Gaps.Count > 1 ? $" {Gaps.Count - 1} more could not be read either." : ""),
                $"Give {_options.Setting} a MISP feed's folder, or files of MISP events.");
        }

        _options.Log.Information("{Source}: {Read} events read, {Matching} match", Info.Name, read, _found.Values.Count(f => f.IsMatch));
        foreach (var found in _found.Values.Where(f => f.IsMatch)) yield return found.Header;
        // Unreadable events exist, so they are not withdrawn.
        foreach (var uuid in _gaps.Events.Where(uuid => !_found.ContainsKey(uuid)))
            yield return new EventHeader(uuid, null, DateTimeOffset.UnixEpoch);
    }

    public async IAsyncEnumerable<ReadEvent> FetchAsync(
        IReadOnlyCollection<EventHeader> events, [EnumeratorCancellation] CancellationToken ct)
    {
        var wanted = new Dictionary<(EventFile File, int Index), Guid>();
        foreach (var header in events)
        {
            if (_found.TryGetValue(header.Uuid, out var found)) wanted[(found.File, found.Index)] = header.Uuid;
            else if (!_gaps.Events.Contains(header.Uuid)) _gaps.Add([header.Uuid], $"Event {header.Uuid} is in no file.");
        }

        var files = wanted.Keys.Select(place => place.File).Distinct().ToArray();
        await foreach (var (file, item) in _reader.ReadAsync(files, skipItems: false, ct))
        {
            // The file may have changed since it was listed.
            if (!wanted.TryGetValue((file, item.Index), out var uuid) || uuid != item.Event.Uuid) continue;
            wanted.Remove((file, item.Index));
            if (item.Fault is not null) ReportFault(file, item);
            else yield return new ReadEvent(item.Event, item.Items, _options.Time.GetUtcNow());
        }
        foreach (var uuid in wanted.Values)
            _gaps.Add([uuid], $"Event {uuid} is not in its file any more: the file changed after the listing.");
    }

    public Task<IReadOnlyCollection<EventHeader>> LookUpAsync(IReadOnlyCollection<EventHeader> gone, CancellationToken ct) =>
        Task.FromResult<IReadOnlyCollection<EventHeader>>(
            [.. gone.Select(e => _found.GetValueOrDefault(e.Uuid)).OfType<Found>().Where(f => f.HasAged).Select(f => f.Header)]);

    /// <summary>Once for each event, whichever pass over the files finds it.</summary>
    private void ReportFault(EventFile file, MispJsonEvent item)
    {
        if (!_faulty.Add((file, item.Index))) return;
        var sentence = $"File {file.Name}: event {item.Event.Uuid} cannot be read: its {item.Fault}.";
        if (item.HasUuid || file.Uuid is not null) _gaps.Add([item.Event.Uuid], sentence);
        else _gaps.Add(sentence);
    }

    /// <summary>
    /// The newest copy of an event in several files is used; the first of equally new ones. An entry of an index, without attributes,
    /// never replaces the event.
    /// </summary>
    private void Keep(Found found)
    {
        var uuid = found.Header.Uuid;
        if (_found.TryGetValue(uuid, out var other))
        {
            var isBetter = found.HasItems == other.HasItems ? found.Header.Timestamp > other.Header.Timestamp : found.HasItems;
            var (kept, dropped) = isBetter ? (found, other) : (other, found);
            _options.Log.Warning("Event {Uuid} is in {Kept} and in {Dropped}; the first is newer or as new, and is used",
                uuid, kept.File.Name, dropped.File.Name);
            found = kept;
        }
        _found[uuid] = found;
    }

    private sealed record Found(EventFile File, int Index, EventHeader Header)
    {
        public required bool HasItems { get; init; }
        public required bool IsMatch { get; init; }

        /// <summary>It matches the filters without their relative time spans.</summary>
        public required bool MatchesTimeless { get; init; }

        public bool HasAged => MatchesTimeless && !IsMatch;
    }
}
