namespace MispGraphSync.Ledger;

/// <summary>
/// Writes one event. Unchanged rows are not written, so that reading an unchanged event costs no writes and only changed keys
/// are planned again.
/// </summary>
internal sealed class EventWriter : IEventWriter
{
    /// <summary>Larger events are rewritten whole: comparing them would hold them in memory.</summary>
    private const int MaxComparedRows = 100_000;

    private readonly LedgerFile _file;
    private readonly DirtyKeys _dirty;
    private readonly Action<int> _written;
    private readonly MispEvent _event;
    private readonly DateTimeOffset _readAt;
    private readonly BlobWriter _blob = new();
    private readonly Statement _insertSource;
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
        (_file, _dirty, _event, _readAt, _written) = (file, dirty, @event, readAt, written);
        _insertSource = file.Statement(
            "INSERT INTO support (event, seq, attribute, part, combination, single, detail) VALUES (?, ?, ?, ?, ?, ?, ?)");
        _insertSkipped = file.Statement(
            "INSERT OR REPLACE INTO skipped (event, seq, attribute, type, reason, value_hash) VALUES (?, ?, ?, ?, ?, ?)");
        file.Run("SAVEPOINT event");
        _id = file.Scalar("SELECT id FROM event WHERE source = ? AND uuid = ?", source, @event.Uuid);
        _isNew = _id == 0;
        if (!_isNew)
        {
            LoadKnown();
            return;
        }

        file.Run(
            "INSERT INTO event (source, uuid, timestamp, read_at, context_hash, context) VALUES (?, ?, 0, 0, zeroblob(16), zeroblob(0))",
            source, @event.Uuid);
        _id = file.LastRow;
    }

    public void Add(IndicatorSource source)
    {
        lock (_file.Gate)
        {
            var (combined, single) = ObservableKey.Of(source);
            _blob.Clear();
            IndicatorSourceRecord.Write(_blob, source);
            if (_known.Remove((source.Attribute, source.Part), out var known))
            {
                Replace(known, combined, single);
                return;
            }

            _insertSource.Bind(_id, _next++, source.Attribute, source.Part, combined, single, _blob.Written).Run();
            _dirty.Mark(combined, single);
            _rows++;
        }
    }

    public void AddSkipped(Guid attribute, string type, SkipReason reason, string value)
    {
        lock (_file.Gate)
        {
            var hash = Hash128.Of(value);
            if (!_isNew && _file.Any(
                "SELECT 1 FROM skipped WHERE event = ? AND seq = ? AND attribute = ? AND reason = ? AND value_hash = ?",
                _id, _skipped, attribute, reason.Slug(), hash))
            {
                _skipped++;
                return;
            }

            _insertSkipped.Bind(_id, _skipped++, attribute, type, reason.Slug(), hash).Run();
            _rows++;
        }
    }

    public void Complete(MispEvent context)
    {
        lock (_file.Gate)
        {
            RemoveGone();
            _blob.Clear();
            var hash = EventRecord.Write(_blob, context);
            const string Changed = "SELECT 1 FROM event WHERE id = ? AND (context_hash <> ? OR aged_at IS NOT NULL)";
            var isChanged = !_isNew && _file.Any(Changed, _id, hash);
            if (isChanged) _dirty.MarkEvent(_id);
            if (isChanged || _isNew || _rows > 0) _dirty.MarkContext(_id);
            _file.Run(
                "UPDATE event SET misp_id = ?, timestamp = ?, read_at = ?, aged_at = NULL, context_hash = ?, context = ?, metadata = ? "
                + "WHERE id = ?",
                _event.Id, _event.Timestamp, _readAt, hash, _blob.Written, EventHeader.MetadataOf(_event), _id);
            _file.Run("RELEASE event");
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
            _file.Run("ROLLBACK TO event");
            _file.Run("RELEASE event");
        }
    }

    private void LoadKnown()
    {
        long rows;
        (rows, _next) = _file.First(
            "SELECT COUNT(*), COALESCE(MAX(seq) + 1, 0) FROM support WHERE event = ?", static row => (row.Long(0), row.Long(1)), _id);
        if (rows > MaxComparedRows)
        {
            _dirty.MarkEvent(_id);
            _file.Run("DELETE FROM support WHERE event = ?", _id);
            return;
        }

        var query = _file.Statement("SELECT attribute, part, seq, combination, single, detail FROM support WHERE event = ?").Bind(_id);
        while (query.Read())
        {
            var row = new KnownRow(query.Long(2), query.HashOrNull(3), query.HashOrNull(4), Hash128.Of(query.Blob(5)));
            // A second row with the same uuid is written again, since nothing distinguishes it from the first.
            if (!_known.TryAdd((query.Guid(0), query.Int(1)), row)) _known[(query.Guid(0), -1 - (int)row.Seq)] = row;
        }
    }

    private void Replace(KnownRow known, Hash128? combined, Hash128? single)
    {
        if (known.Combined == combined && known.Single == single && known.Detail == Hash128.Of(_blob.Written.Span)) return;
        _file.Run(
            "UPDATE support SET combination = ?, single = ?, detail = ? WHERE event = ? AND seq = ?",
            combined, single, _blob.Written, _id, known.Seq);
        _dirty.Mark(known.Combined, known.Single);
        _dirty.Mark(combined, single);
        _rows++;
    }

    private void RemoveGone()
    {
        foreach (var gone in _known.Values)
        {
            _file.Run("DELETE FROM support WHERE event = ? AND seq = ?", _id, gone.Seq);
            _dirty.Mark(gone.Combined, gone.Single);
            _rows++;
        }

        if (!_isNew) _file.Run("DELETE FROM skipped WHERE event = ? AND seq >= ?", _id, _skipped);
    }

    private readonly record struct KnownRow(long Seq, Hash128? Combined, Hash128? Single, Hash128 Detail);
}
