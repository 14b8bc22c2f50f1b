using MispGraphSync.Core.Mapping;

namespace MispGraphSync.Ledger;

/// <summary>Stages what was read. Many events share a transaction; each event is written whole or not at all.</summary>
internal sealed partial class SourceLedger(LedgerFile file) : ISourceLedger
{
    private const int RowsPerTransaction = 50_000;
    private const int EventsPerTransaction = 500;
    private const int FewEvents = 500;

    private readonly DirtyKeys _dirty = new(file);
    private readonly BlobWriter _blob = new();
    private SourceRecord? _source;
    private bool _isOpen;
    private int _rows;
    private int _events;

    public SourceRecord OpenSource(SourceInfo source)
    {
        file.Write(
            "INSERT INTO source (name, link) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET link = ?2 WHERE link IS NOT ?2",
            source.Name, source.EventLink);
        return _source = file.First(
            "SELECT id, name, fingerprint, full_read_at, (SELECT COUNT(*) FROM event WHERE source = s.id), full_read_begun, "
            + "full_read_fingerprint FROM source s WHERE name = ?",
            static row => new SourceRecord(row.Long(0), row.Text(1), row.TextOrNull(2), row.TimeOrNull(3), row.Long(4))
            {
                OpenRead = row.TimeOrNull(5) is { } begun ? new OpenFullRead(begun, row.Text(6)) : null,
            },
            source.Name)!;
    }

    public void BeginListing(SourceRecord source)
    {
        lock (file.Gate)
        {
            _source = source;
            file.Run("DELETE FROM listed");
            BeginTransaction();
        }
    }

    public void AddListed(EventHeader header) =>
        file.Run("INSERT OR IGNORE INTO listed VALUES (?, ?, ?, ?)", header.Uuid, header.Id, header.Timestamp, header.Metadata);

    public void BeginFullRead(DateTimeOffset at, string fingerprint)
    {
        lock (file.Gate)
        {
            BeginTransaction();
            file.Run(
                "UPDATE source SET full_read_begun = ?, full_read_fingerprint = ? WHERE id = ?", at, fingerprint, _source!.Id);
            file.Run("UPDATE event SET read_at = ?2 - 1 WHERE source = ?1 AND read_at >= ?2", _source!.Id, at);
            file.Run("UPDATE cluster SET read_at = ?1 - 1 WHERE read_at >= ?1", at);
        }
    }

    public IReadOnlyList<EventHeader> EventsToRead(DateTimeOffset? since, TimeSpan margin)
    {
        lock (file.Gate)
        {
            Revive();
            var headers = file.All(
                """
                SELECT l.uuid, l.misp_id, l.timestamp, l.metadata FROM listed l
                LEFT JOIN event e ON e.source = ?1 AND e.uuid = l.uuid
                WHERE e.id IS NULL OR e.timestamp <> l.timestamp OR e.read_at - l.timestamp < ?2 OR e.read_at < ?3
                   OR (l.metadata IS NOT NULL AND l.metadata IS NOT e.metadata)
                   -- Without the time of the last change, a change cannot be excluded.
                   OR l.timestamp = 0
                ORDER BY l.misp_id, l.uuid
                """,
                ReadHeader, _source!.Id, (long)margin.TotalMilliseconds, since);
            // For a load much larger than the ledger, an index built at the end costs less than one kept up row by row.
            if (headers.Count > FewEvents && headers.Count > _source!.Events) Tables.DropKeyIndexes(file);
            return headers;
        }
    }

    public IReadOnlyList<EventHeader> EventsNotListed(IReadOnlyCollection<Guid> others) =>
    [
        .. file.All(
            """
            SELECT uuid, misp_id, timestamp, metadata FROM event
            WHERE source = ? AND uuid NOT IN (SELECT uuid FROM listed)
            ORDER BY misp_id, uuid
            """,
            ReadHeader, _source!.Id),
        .. others.Where(uuid => !file.Any("SELECT 1 FROM listed WHERE uuid = ?", uuid)
            && !file.Any("SELECT 1 FROM event WHERE source = ? AND uuid = ?", _source!.Id, uuid))
            .Select(uuid => new EventHeader(uuid, null, default)),
    ];

    public bool KnowsCluster(string tag, DateTimeOffset? since) =>
        file.Any("SELECT 1 FROM cluster WHERE tag = ? AND read_at >= COALESCE(?, read_at)", tag, since);

    public void WriteClusters(IReadOnlyList<ClusterDetail> clusters, DateTimeOffset readAt)
    {
        lock (file.Gate)
        {
            BeginTransaction();
            var isChanged = false;
            foreach (var cluster in clusters)
            {
                _blob.Clear();
                ClusterRecord.Write(_blob, cluster);
                var tag = ContextMap.Fold(cluster.Tag);
                isChanged |= !file.Any("SELECT 1 FROM cluster WHERE tag = ? AND detail = ?", tag, _blob.Written);
                file.Run("INSERT OR REPLACE INTO cluster VALUES (?, ?, ?)", tag, readAt, _blob.Written);
            }

            if (isChanged) file.Run($"UPDATE destination SET plans_everything = 1 WHERE form = {(int)IndicatorShape.Context}");
        }
    }

    public IEventWriter WriteEvent(MispEvent @event, DateTimeOffset readAt)
    {
        lock (file.Gate)
        {
            BeginTransaction();
            return new EventWriter(file, _dirty, _source!.Id, @event, readAt, Written);
        }
    }

    public int MarkAged(IReadOnlyCollection<Guid> events, DateTimeOffset now)
    {
        var aged = 0;
        ForEach(events, "SELECT id FROM event WHERE source = ? AND uuid = ? AND aged_at IS NULL", id =>
        {
            file.Run("UPDATE event SET aged_at = ? WHERE id = ?", now, id);
            _dirty.MarkEvent(id);
            aged++;
        });
        return aged;
    }

    public void Withdraw(IReadOnlyCollection<Guid> events) => ForEach(events, "SELECT id FROM event WHERE source = ? AND uuid = ?", id =>
    {
        _dirty.MarkEvent(id);
        Remove(id);
    });

    public void ReadAgainNextRun(IReadOnlyCollection<Guid> events) => ForEach(
        events, "SELECT id FROM event WHERE source = ? AND uuid = ?", id => file.Run("UPDATE event SET timestamp = -1 WHERE id = ?", id));

    public void CompleteRead(string fingerprint, DateTimeOffset readAt, bool isFull)
    {
        lock (file.Gate)
        {
            BeginTransaction();
            file.Run(
                "UPDATE source SET fingerprint = ?, read_at = ?, full_read_at = COALESCE(?, full_read_at), full_read_begun = NULL, "
                + "full_read_fingerprint = NULL, gap = 0 WHERE id = ?",
                fingerprint, readAt, isFull ? readAt : (DateTimeOffset?)null, _source!.Id);
            if (isFull) RemoveFinishedEvents(readAt);
        }
    }

    public void EndReading()
    {
        lock (file.Gate)
        {
            if (!_isOpen) return;
            _isOpen = false;
            _rows = _events = 0;
            try
            {
                file.Commit();
            }
            catch
            {
                file.Rollback();
                throw;
            }
        }
    }

    // An aged event that matches again is active again, without being read.
    private void Revive()
    {
        const string Aged = "SELECT e.id FROM event e JOIN listed l ON l.uuid = e.uuid WHERE e.source = ? AND e.aged_at IS NOT NULL";
        foreach (var id in file.All(Aged, static row => row.Long(0), _source!.Id))
        {
            file.Run("UPDATE event SET aged_at = NULL WHERE id = ?", id);
            _dirty.MarkEvent(id);
        }
    }

    // Aged events stay until no destination holds any of their indicators. For those that aged in this read, only the plan shows
    // that: a new ledger holds nothing before.
    private void RemoveFinishedEvents(DateTimeOffset readAt)
    {
        const string Finished =
            """
            SELECT e.id FROM event e WHERE e.source = ? AND e.aged_at < ? AND NOT EXISTS (
                SELECT 1 FROM support s CROSS JOIN destination d CROSS JOIN held h
                WHERE s.event = e.id AND h.destination = d.id AND h.observables IN (s.combination, s.single))
            """;
        // What a destination holds may still have to be taken from its list.
        if (file.Any("SELECT 1 FROM destination WHERE takes_over OR in_doubt")) return;
        foreach (var id in file.All(Finished, static row => row.Long(0), _source!.Id, readAt)) Remove(id);
    }

    private void Remove(long id)
    {
        _dirty.MarkContext(id);
        file.Run("DELETE FROM support WHERE event = ?", id);
        file.Run("DELETE FROM skipped WHERE event = ?", id);
        file.Run("DELETE FROM event WHERE id = ?", id);
    }

    private void ForEach(IReadOnlyCollection<Guid> events, string find, Action<long> work)
    {
        lock (file.Gate)
        {
            BeginTransaction();
            foreach (var uuid in events)
            {
                foreach (var id in file.All(find, static row => row.Long(0), _source!.Id, uuid)) work(id);
            }
        }
    }

    private static EventHeader ReadHeader(Statement row) =>
        new(row.Guid(0), row.IsNull(1) ? null : row.Long(1), row.Time(2), row.HashOrNull(3));

    private void BeginTransaction()
    {
        if (_isOpen) return;
        file.Begin();
        _isOpen = true;
    }

    private void Written(int rows)
    {
        _rows += rows;
        if (_rows >= RowsPerTransaction || ++_events >= EventsPerTransaction) EndReading();
    }
}
