namespace MispGraphSync.Ledger;

// Decay scores and sightings. They are compared with what is known in one pass over the source's attributes.
internal sealed partial class SourceLedger
{
    public IReadOnlyCollection<EventHeader> KnownEvents() => file.All(
        "SELECT uuid, misp_id, timestamp, metadata FROM event WHERE source = ? ORDER BY misp_id, uuid", ReadHeader, _source!.Id);

    public void BeginScores()
    {
        lock (file.Gate)
        {
            BeginTransaction();
            file.Run("CREATE TEMP TABLE IF NOT EXISTS scored (attribute BLOB PRIMARY KEY, score INTEGER NOT NULL) WITHOUT ROWID");
            file.Run("DELETE FROM scored");
        }
    }

    public void AddScore(Guid attribute, int score) => file.Run("INSERT OR REPLACE INTO scored VALUES (?, ?)", attribute, score);

    public void CompleteScores(int? threshold, bool isConfidence)
    {
        lock (file.Gate)
        {
            // Of attributes that give an indicator only, and gone scores as null.
            BeginChanges();
            file.Run(
                $"""
                INSERT OR IGNORE INTO changed_fact
                SELECT s.attribute, c.score, COALESCE(c.score < ?2, 0), c.score IS NOT NULL AND ?3, f.false_positives, f.ends_at
                FROM event e JOIN support s ON s.event = e.id
                LEFT JOIN scored c ON c.attribute = s.attribute
                LEFT JOIN fact f ON f.source = ?1 AND f.attribute = s.attribute
                WHERE e.source = ?1 AND (c.score IS NOT f.score
                    OR (c.score IS NOT NULL AND (COALESCE(c.score < ?2, 0) IS NOT f.decayed OR f.confident IS NOT ?3)))
                """,
                _source!.Id, threshold is { } limit ? limit : default(SqlValue), isConfidence);
            ApplyChanges();
            // Of attributes that are gone.
            file.Run(
                "DELETE FROM fact WHERE source = ? AND false_positives IS NULL AND ends_at IS NULL "
                + "AND attribute NOT IN (SELECT attribute FROM scored)",
                _source!.Id);
        }
    }

    public void ForgetScores()
    {
        if (!file.Any("SELECT 1 FROM fact WHERE source = ? AND score IS NOT NULL LIMIT 1", _source!.Id)) return;
        BeginScores();
        CompleteScores(threshold: null, isConfidence: false);
    }

    public DateTimeOffset? SightingsReadAt(string expirations) => file.First(
        "SELECT sightings_read_at FROM source WHERE id = ? AND expirations = ?", static row => row.TimeOrNull(0), _source!.Id, expirations);

    public void WriteSightings(IReadOnlyCollection<ReadSighting> sightings, bool isAll, string expirations, DateTimeOffset readAt)
    {
        lock (file.Gate)
        {
            BeginTransaction();
            if (isAll) file.Run("DELETE FROM read_sighting WHERE source = ?", _source!.Id);
            foreach (var one in sightings)
            {
                file.Run(
                    "INSERT OR REPLACE INTO read_sighting (source, uuid, attribute, type, misp_id, organisation, date, ends) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    _source!.Id, one.Uuid, one.Attribute, (long)one.Kind, one.Id, one.Organisation, one.At, one.Ends);
            }

            Conclude();
            file.Run(
                "UPDATE source SET sightings_read_at = ?, expirations = ? WHERE id = ?", readAt, expirations, _source!.Id);
        }
    }

    public void ForgetSightings()
    {
        if (!file.Any("SELECT 1 FROM source WHERE id = ? AND sightings_read_at IS NOT NULL", _source!.Id)) return;
        lock (file.Gate)
        {
            BeginTransaction();
            file.Run("DELETE FROM read_sighting WHERE source = ?", _source!.Id);
            Conclude();
            file.Run("UPDATE source SET sightings_read_at = NULL, expirations = NULL WHERE id = ?", _source!.Id);
        }
    }

    // What the sightings say of each attribute. An organisation's newer expiration replaces its older one; of several organisations the
    // earliest end counts.
    private void Conclude()
    {
        BeginChanges();
        file.Run(
            """
            INSERT INTO changed_fact
            WITH ranked AS (
                SELECT attribute, type, date, ends,
                    ROW_NUMBER() OVER (PARTITION BY attribute, type, organisation ORDER BY misp_id DESC, uuid) AS place
                FROM read_sighting WHERE source = ?1),
            said AS (
                SELECT attribute, NULLIF(SUM(type = 1), 0) AS false_positives,
                    MIN(CASE WHEN type = 2 AND ends AND place = 1 THEN date END) AS ends_at
                FROM ranked GROUP BY attribute),
            concerned AS (
                SELECT attribute FROM said
                UNION SELECT attribute FROM fact WHERE source = ?1 AND (false_positives IS NOT NULL OR ends_at IS NOT NULL))
            SELECT c.attribute, f.score, COALESCE(f.decayed, 0), COALESCE(f.confident, 0), s.false_positives, s.ends_at
            FROM concerned c LEFT JOIN said s ON s.attribute = c.attribute
            LEFT JOIN fact f ON f.source = ?1 AND f.attribute = c.attribute
            WHERE s.false_positives IS NOT f.false_positives OR s.ends_at IS NOT f.ends_at
            """,
            _source!.Id);
        ApplyChanges();
    }

    private void BeginChanges()
    {
        BeginTransaction();
        file.Run(
            "CREATE TEMP TABLE IF NOT EXISTS changed_fact (attribute BLOB PRIMARY KEY, score INTEGER, decayed INTEGER, confident INTEGER, "
            + "false_positives INTEGER, ends_at INTEGER) WITHOUT ROWID");
        file.Run("DELETE FROM changed_fact");
    }

    private void ApplyChanges()
    {
        if (!file.Any("SELECT 1 FROM changed_fact LIMIT 1")) return;
        file.Run(
            "INSERT OR REPLACE INTO fact (source, attribute, score, decayed, confident, false_positives, ends_at) "
            + "SELECT ?, attribute, score, decayed, confident, false_positives, ends_at FROM changed_fact",
            _source!.Id);
        file.Run(
            "DELETE FROM fact WHERE source = ? AND score IS NULL AND false_positives IS NULL AND ends_at IS NULL", _source!.Id);
        _dirty.MarkAttributes(_source!.Id, "temp.changed_fact");
    }
}
