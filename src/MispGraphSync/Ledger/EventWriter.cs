using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>
/// Writes one event: rows that are as they were stay untouched, so that reading an unchanged event again costs no writes,
/// and only keys that changed are planned again.
/// </summary>
internal sealed class EventWriter : IEventWriter
{
    /// <summary>Events with more rows are rewritten whole: comparing them would hold them in memory.</summary>
    private const int MostComparedRows = 100_000;

    private readonly LedgerFile _file;
    private readonly DirtyKeys _dirty;
    private readonly Action<int> _written;
    private readonly long _source;
    private readonly MispEvent _event;
    private readonly DateTimeOffset _readAt;
    private readonly BlobWriter _blob = new();
    private readonly Statement _insertSupport;
    private readonly Statement _insertSkipped;
    private readonly Dictionary<(Guid Attribute, int Part), KnownRow> _known = [];
    private readonly long _id;
    private readonly bool _isNew;
    private long _next;
    private long _skipped;
    private int _rows;
    private bool _isComplete;

    public EventWriter(LedgerFile file, DirtyKeys dirty, long source, MispEvent @event, DateTimeOffset readAt, Action<int> written)
    {
        _file = file;
        _dirty = dirty;
        _source = source;
        _event = @event;
        _readAt = readAt;
        _written = written;
        _insertSupport = file.Statement("INSERT INTO support (event, seq, attribute, part, combination, single, detail) VALUES (?, ?, ?, ?, ?, ?, ?)");
        _insertSkipped = file.Statement("INSERT OR REPLACE INTO skipped (event, seq, attribute, type, reason, value_hash) VALUES (?, ?, ?, ?, ?, ?)");
        file.Statement("SAVEPOINT event").Run();
        (_id, _isNew) = FindOrMake();
        if (!_isNew) LoadKnown();
    }

    public void Add(IndicatorSource support)
    {
        lock (_file.Gate)
        {
            var (combination, single) = ObservableKey.Of(support);
            _blob.Clear();
            IndicatorSourceRecord.Write(_blob, support);
            if (_known.Remove((support.Attribute, support.Part), out var known))
            {
                Replace(known, combination, single);
                return;
            }

            _insertSupport
                .Bind(1, _id).Bind(2, _next++).Bind(3, support.Attribute).Bind(4, support.Part)
                .Bind(5, combination).Bind(6, single).Bind(7, _blob.Written).Run();
            _dirty.Mark(combination, single);
            _rows++;
        }
    }

    public void AddSkipped(Guid attribute, string type, SkipReason reason, string value)
    {
        lock (_file.Gate)
        {
            var hash = Hash128.Of(value);
            if (!_isNew && IsSkippedAlready(attribute, reason, hash))
            {
                _skipped++;
                return;
            }

            _insertSkipped
                .Bind(1, _id).Bind(2, _skipped++).Bind(3, attribute).Bind(4, type).Bind(5, reason.Slug()).Bind(6, hash).Run();
            _rows++;
        }
    }

    public void Complete(EventContext context)
    {
        lock (_file.Gate)
        {
            RemoveGone();
            _blob.Clear();
            var content = EventRecord.Write(_blob, context);
            var hash = Hash128.Of(_blob.Written[..content]);
            if (!_isNew && HasChanged(hash)) _dirty.MarkEvent(_id);
            _file.Statement("UPDATE event SET misp_id = ?, timestamp = ?, read_at = ?, aged_at = NULL, context_hash = ?, context = ?, "
                + "metadata = ? WHERE id = ?")
                .Bind(1, _event.Id).Bind(2, _event.Timestamp).Bind(3, _readAt).Bind(4, hash).Bind(5, _blob.Written)
                .Bind(6, EventHeader.MetadataOf(_event)).Bind(7, _id).Run();
            _file.Statement("RELEASE event").Run();
            _isComplete = true;
            _written(_rows);
        }
    }

    public void Dispose()
    {
        if (_isComplete) return;
        lock (_file.Gate)
        {
            if (!_file.IsInTransaction) return;
            _file.Statement("ROLLBACK TO event").Run();
            _file.Statement("RELEASE event").Run();
        }
    }

    private (long Id, bool IsNew) FindOrMake()
    {
        var find = _file.Statement("SELECT id FROM event WHERE source = ? AND uuid = ?").Bind(1, _source).Bind(2, _event.Uuid);
        if (find.Read())
        {
            var id = find.Long(0);
            find.Reset();
            return (id, false);
        }

        _file.Statement("INSERT INTO event (source, uuid, timestamp, read_at, context_hash, context) VALUES (?, ?, 0, 0, zeroblob(16), zeroblob(0))")
            .Bind(1, _source).Bind(2, _event.Uuid).Run();
        return (_file.LastRow, true);
    }

    private void LoadKnown()
    {
        var count = _file.Statement("SELECT COUNT(*), COALESCE(MAX(seq) + 1, 0) FROM support WHERE event = ?").Bind(1, _id);
        count.Read();
        var rows = count.Long(0);
        _next = count.Long(1);
        count.Reset();
        if (rows > MostComparedRows)
        {
            _dirty.MarkEvent(_id);
            _file.Statement("DELETE FROM support WHERE event = ?").Bind(1, _id).Run();
            return;
        }

        var query = _file.Statement("SELECT attribute, part, seq, combination, single, detail FROM support WHERE event = ?").Bind(1, _id);
        while (query.Read())
        {
            var row = new KnownRow(query.Long(2), query.IsNull(3) ? null : query.Hash(3), query.IsNull(4) ? null : query.Hash(4), Hash128.Of(query.Blob(5)));
            // A uuid that stands twice in one event: the second row cannot be told from the first, so it is written anew.
            if (!_known.TryAdd((query.Guid(0), query.Int(1)), row)) _known[(query.Guid(0), -1 - (int)row.Seq)] = row;
        }
    }

    private void Replace(KnownRow known, Hash128? combination, Hash128? single)
    {
        if (known.Combination == combination && known.Single == single && known.Detail == Hash128.Of(_blob.Written)) return;
        _file.Statement("UPDATE support SET combination = ?, single = ?, detail = ? WHERE event = ? AND seq = ?")
            .Bind(1, combination).Bind(2, single).Bind(3, _blob.Written).Bind(4, _id).Bind(5, known.Seq).Run();
        _dirty.Mark(known.Combination, known.Single);
        _dirty.Mark(combination, single);
        _rows++;
    }

    private void RemoveGone()
    {
        foreach (var gone in _known.Values)
        {
            _file.Statement("DELETE FROM support WHERE event = ? AND seq = ?").Bind(1, _id).Bind(2, gone.Seq).Run();
            _dirty.Mark(gone.Combination, gone.Single);
            _rows++;
        }

        if (!_isNew) _file.Statement("DELETE FROM skipped WHERE event = ? AND seq >= ?").Bind(1, _id).Bind(2, _skipped).Run();
    }

    private bool IsSkippedAlready(Guid attribute, SkipReason reason, Hash128 hash)
    {
        var query = _file.Statement("SELECT attribute, reason, value_hash FROM skipped WHERE event = ? AND seq = ?").Bind(1, _id).Bind(2, _skipped);
        var isSame = query.Read() && query.Guid(0) == attribute && query.Text(1) == reason.Slug() && query.Hash(2) == hash;
        query.Reset();
        return isSame;
    }

    private bool HasChanged(Hash128 content)
    {
        var query = _file.Statement("SELECT context_hash, aged_at IS NOT NULL FROM event WHERE id = ?").Bind(1, _id);
        var hasChanged = query.Read() && (query.Hash(0) != content || query.Flag(1));
        query.Reset();
        return hasChanged;
    }

    private readonly record struct KnownRow(long Seq, Hash128? Combination, Hash128? Single, Hash128 Detail);
}
