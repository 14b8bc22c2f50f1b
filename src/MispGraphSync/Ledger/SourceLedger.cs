using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>
/// What was read, into SQLite. Events are written in transactions of many, each event whole or not at all.
/// </summary>
internal sealed class SourceLedger(LedgerFile file) : ISourceLedger
{
    private const int RowsPerTransaction = 50_000;
    private const int EventsPerTransaction = 500;

    private readonly DirtyKeys _dirty = new(file);
    private SourceRecord? _source;
    private bool _isOpen;
    private int _rows;
    private int _events;

    public SourceRecord OpenSource(SourceInfo source)
    {
        lock (file.Gate)
        {
            file.InTransaction(() => file.Statement("INSERT INTO source (name, link) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET link = ?2 WHERE link IS NOT ?2")
                .Bind(1, source.Name).Bind(2, source.EventLink).Run());
            var query = file.Statement("SELECT id, fingerprint, full_read_at, (SELECT COUNT(*) FROM event WHERE source = s.id) FROM source s WHERE name = ?").Bind(1, source.Name);
            query.Read();
            _source = new SourceRecord(query.Long(0), source.Name, query.TextOrNull(1), query.TimeOrNull(2), query.Long(3));
            query.Reset();
            return _source;
        }
    }

    public void BeginListing(SourceRecord source)
    {
        lock (file.Gate)
        {
            _source = source;
            file.Run("CREATE TEMP TABLE IF NOT EXISTS listed (uuid BLOB PRIMARY KEY, misp_id INTEGER, timestamp INTEGER NOT NULL, "
                + "metadata BLOB) WITHOUT ROWID");
            file.Run("DELETE FROM listed");
            BeginMany();
        }
    }

    public void AddListed(EventHeader header)
    {
        lock (file.Gate)
        {
            file.Statement("INSERT OR IGNORE INTO listed VALUES (?, ?, ?, ?)")
                .Bind(1, header.Uuid).Bind(2, header.Id).Bind(3, header.Timestamp).Bind(4, header.Metadata).Run();
        }
    }

    public IReadOnlyList<EventHeader> EventsToRead(bool everything, TimeSpan doubt)
    {
        lock (file.Gate)
        {
            Revive();
            var query = file.Statement(everything
                ? "SELECT uuid, misp_id, timestamp, metadata FROM listed ORDER BY misp_id, uuid"
                : """
                  SELECT l.uuid, l.misp_id, l.timestamp, l.metadata FROM listed l
                  LEFT JOIN event e ON e.source = ?1 AND e.uuid = l.uuid
                  WHERE e.id IS NULL OR e.timestamp <> l.timestamp OR e.read_at - l.timestamp < ?2
                     OR (l.metadata IS NOT NULL AND l.metadata IS NOT e.metadata)
                     -- Without a time of its last change nothing tells whether it changed.
                     OR l.timestamp = 0
                  ORDER BY l.misp_id, l.uuid
                  """);
            if (!everything) query.Bind(1, _source!.Id).Bind(2, (long)doubt.TotalMilliseconds);
            var headers = Headers(query);
            // Loading far more than there is: an index kept up row by row costs more than one built at the end.
            if (headers.Count > 500 && headers.Count > _source!.Events) IndicatorSourceIndexes.Drop(file);
            return headers;
        }
    }

    public IReadOnlyList<EventHeader> EventsNotListed()
    {
        lock (file.Gate)
        {
            return Headers(file.Statement(
                """
                SELECT uuid, misp_id, timestamp, metadata FROM event
                WHERE source = ? AND uuid NOT IN (SELECT uuid FROM listed)
                ORDER BY misp_id, uuid
                """).Bind(1, _source!.Id));
        }
    }

    public IEventWriter WriteEvent(MispEvent @event, DateTimeOffset readAt)
    {
        lock (file.Gate)
        {
            BeginMany();
            return new EventWriter(file, _dirty, _source!.Id, @event, readAt, Written);
        }
    }

    public int MarkAged(IReadOnlyCollection<Guid> events, DateTimeOffset now)
    {
        lock (file.Gate)
        {
            BeginMany();
            var young = Find(events).Where(one => !one.IsAged).ToList();
            foreach (var (id, _) in young)
            {
                file.Statement("UPDATE event SET aged_at = ? WHERE id = ?").Bind(1, now).Bind(2, id).Run();
                _dirty.MarkEvent(id);
            }

            return young.Count;
        }
    }

    public void Withdraw(IReadOnlyCollection<Guid> events)
    {
        lock (file.Gate)
        {
            BeginMany();
            foreach (var (id, _) in Find(events))
            {
                _dirty.MarkEvent(id);
                Remove(id);
            }
        }
    }

    public void ReadAgainNextRun(IReadOnlyCollection<Guid> events)
    {
        lock (file.Gate)
        {
            BeginMany();
            foreach (var (id, _) in Find(events)) file.Statement("UPDATE event SET timestamp = -1 WHERE id = ?").Bind(1, id).Run();
        }
    }

    public void CompleteRead(string fingerprint, DateTimeOffset readAt, bool isFull)
    {
        lock (file.Gate)
        {
            BeginMany();
            file.Statement("UPDATE source SET fingerprint = ?, read_at = ?, full_read_at = COALESCE(?, full_read_at) WHERE id = ?")
                .Bind(1, fingerprint).Bind(2, readAt).Bind(3, isFull ? readAt : (DateTimeOffset?)null).Bind(4, _source!.Id).Run();
            if (isFull) ForgetFinishedEvents();
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

    // An aged event that matches again is as good as new, without being read again.
    private void Revive()
    {
        var back = new List<long>();
        var query = file.Statement("SELECT e.id FROM event e JOIN listed l ON l.uuid = e.uuid WHERE e.source = ? AND e.aged_at IS NOT NULL").Bind(1, _source!.Id);
        while (query.Read()) back.Add(query.Long(0));
        foreach (var id in back)
        {
            file.Statement("UPDATE event SET aged_at = NULL WHERE id = ?").Bind(1, id).Run();
            _dirty.MarkEvent(id);
        }
    }

    // Aged events are kept until no destination holds anything of theirs.
    private void ForgetFinishedEvents()
    {
        var finished = new List<long>();
        var query = file.Statement(
            """
            SELECT e.id FROM event e WHERE e.source = ? AND e.aged_at IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM support s CROSS JOIN destination d CROSS JOIN held h
                WHERE s.event = e.id AND h.destination = d.id AND h.observables IN (s.combination, s.single))
            """).Bind(1, _source!.Id);
        while (query.Read()) finished.Add(query.Long(0));
        foreach (var id in finished) Remove(id);
    }

    private void Remove(long id)
    {
        file.Statement("DELETE FROM support WHERE event = ?").Bind(1, id).Run();
        file.Statement("DELETE FROM skipped WHERE event = ?").Bind(1, id).Run();
        file.Statement("DELETE FROM event WHERE id = ?").Bind(1, id).Run();
    }

    private List<(long Id, bool IsAged)> Find(IReadOnlyCollection<Guid> events)
    {
        var found = new List<(long, bool)>(events.Count);
        var query = file.Statement("SELECT id, aged_at IS NOT NULL FROM event WHERE source = ? AND uuid = ?");
        foreach (var uuid in events)
        {
            query.Bind(1, _source!.Id).Bind(2, uuid);
            while (query.Read()) found.Add((query.Long(0), query.Flag(1)));
        }

        return found;
    }

    private static List<EventHeader> Headers(Statement query)
    {
        var headers = new List<EventHeader>();
        while (query.Read())
        {
            headers.Add(new EventHeader(
                query.Guid(0), query.IsNull(1) ? null : query.Long(1), query.Time(2), query.IsNull(3) ? null : query.Hash(3)));
        }

        return headers;
    }

    private void BeginMany()
    {
        if (_isOpen) return;
        file.Begin();
        _isOpen = true;
    }

    private void Written(int rows)
    {
        _rows += rows;
        if (_rows < RowsPerTransaction && ++_events < EventsPerTransaction) return;
        EndReading();
    }
}
