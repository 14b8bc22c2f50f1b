namespace MispGraphSync.Ledger;

// What a destination lists and how it differs, in temporary tables on disk: a list of any length costs no memory.
internal sealed partial class DestinationLedger
{
    public void BeginInventory(DestinationState destination)
    {
        var (found, findings) = (Tables.Found(destination), Tables.Findings(destination));
        // Emptied, not dropped: SQLite drops no table while another destination reads its plan.
        file.Run(
            $"CREATE TEMP TABLE IF NOT EXISTS {found} (n INTEGER PRIMARY KEY, key BLOB, occupies BLOB, id TEXT, "
            + "type TEXT NOT NULL, value TEXT NOT NULL, label_type TEXT NOT NULL, label_value TEXT NOT NULL, "
            + "expires INTEGER, revoked INTEGER NOT NULL, raw BLOB NOT NULL, fixed BLOB NOT NULL, generation INTEGER, canonical TEXT, "
            + "modified INTEGER, created INTEGER)");
        _inventories.TryRemove(destination.Id, out _);
        file.Run($"DELETE FROM {found}");
        file.Run(
            $"CREATE TEMP TABLE IF NOT EXISTS {findings} (n INTEGER PRIMARY KEY, kind INTEGER NOT NULL, repair INTEGER NOT NULL, "
            + "observables BLOB, key BLOB, id TEXT, type TEXT, value TEXT, differences BLOB)");
        file.Run($"DELETE FROM {findings}");
    }

    public void AddRemote(DestinationState destination, RemoteIndicator remote) => file.Run(
        $"INSERT INTO {Tables.Found(destination)} (key, occupies, id, type, value, label_type, label_value, expires, revoked, raw, fixed, "
        + "generation, canonical, modified, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        remote.Key, remote.ConflictsWith, remote.Id, remote.Type, remote.Value, remote.Label.Type, remote.Label.Value, remote.Expires,
        remote.Revoked, remote.Raw, remote.ImmutableHash, (long?)remote.Generation, remote.Canonical, remote.Modified,
        remote.Created);

    public void EndInventory(DestinationState destination)
    {
        // Indexes are built at the end: keys come in no order, and keeping an index up row by row would cost a seek each.
        AddIndex(Tables.Found(destination), "key", "key");
        AddIndex(Tables.Found(destination), "occupies", "occupies");
        AddIndex(Tables.Findings(destination), "kind", "kind, n");
        _inventories[destination.Id] = true;
        // A later run without a list needs them as well.
        file.Write(
            $"INSERT OR IGNORE INTO spent_key SELECT ?, key FROM {Tables.Found(destination)} WHERE revoked AND key IS NOT NULL",
            destination.Id);
    }

    public IReadOnlyList<RemoteIndicator> FindRemote(DestinationState destination, Guid key)
    {
        if (!_inventories.ContainsKey(destination.Id)) return [];
        var found = file.All(
            $"SELECT {RemoteColumns} FROM {Tables.Found(destination)} WHERE key = ? ORDER BY n", ReadRemote, key);
        if (found.Count < 2) return found;
        var seen = new HashSet<string>();
        return found.FindAll(one => one.Id is null || seen.Add(one.Id));
    }

    public bool IsHeldByOther(DestinationState destination, Guid key) =>
        file.Any($"SELECT 1 FROM {Tables.Found(destination)} WHERE occupies = ? LIMIT 1", key);

    public long CountLiveRemote(DestinationState destination, DateTimeOffset now) => file.Scalar(
        $"SELECT COUNT(DISTINCT COALESCE(id, n)) FROM {Tables.Found(destination)} f WHERE {IsLive("f", "?1")}", now);

    public DateTimeOffset? LastSentAt(DestinationState destination, Hash128 observables) => file.First(
        "SELECT COALESCE(r.ended, r.started) FROM held h JOIN run r ON r.id = h.run WHERE h.destination = ? AND h.observables = ?",
        static row => row.TimeOrNull(0), destination.Id, observables);

    public bool HasSource(DestinationState destination, Hash128 observables, Guid @event) => file.Any(
        "SELECT 1 FROM source s JOIN event e ON e.source = s.id AND e.uuid = ? JOIN support p ON p.event = e.id "
        + $"AND p.{Tables.KeyColumn(destination.Shape)} = ? LIMIT 1",
        @event, observables);

    public void AddFinding(DestinationState destination, Finding finding) => file.Run(
        $"INSERT INTO {Tables.Findings(destination)} (kind, repair, observables, key, id, type, value, differences) "
        + "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (long)finding.Kind, (long)finding.Repair, finding.Observables, finding.Key, finding.Id, finding.Type, finding.Value,
        WriteDifferences(finding.Differences));

    public void AddForeignFindings(DestinationState destination, DateTimeOffset now)
    {
        var findings = Tables.Findings(destination);
        file.Run(
            $"""
            INSERT INTO {findings} (kind, repair, key, id, type, value)
            SELECT CASE WHEN generation IS NULL THEN {(int)FindingKind.Foreign} ELSE {(int)FindingKind.Untracked} END,
                {(int)RepairKind.None}, key, id, label_type, label_value FROM {Tables.Found(destination)} f
            WHERE {IsLive("f", "?1")} AND (key IS NULL OR key NOT IN (
                SELECT key FROM held WHERE destination = ?2
                UNION ALL SELECT key FROM {findings} WHERE kind = {(int)FindingKind.Untracked} AND key IS NOT NULL))
            AND (id IS NULL OR id NOT IN (SELECT id FROM {findings} WHERE id IS NOT NULL
                AND kind IN ({(int)FindingKind.LeftBehind}, {(int)FindingKind.EarlierApp})))
            GROUP BY COALESCE(id, n)
            """,
            now, destination.Id);
    }

    public IReadOnlyDictionary<FindingKind, long> CountFindings(DestinationState destination) => file.All(
        $"SELECT kind, COUNT(*) FROM {Tables.Findings(destination)} GROUP BY kind",
        static row => KeyValuePair.Create((FindingKind)row.Int(0), row.Long(1))).ToDictionary();

    public IEnumerable<Finding> ReadFindings(DestinationState destination, FindingKind? kind = null)
    {
        using var rows = file.NewStatement(
            $"SELECT kind, repair, observables, key, id, type, value, differences FROM {Tables.Findings(destination)} "
            + $"{(kind is { } only ? $"WHERE kind = {(int)only}" : "")} ORDER BY kind, n");
        while (Next(rows) is { } finding) yield return finding;
    }

    private const string RemoteColumns =
        "n, id, key, raw, type, value, expires, revoked, fixed, generation, canonical, label_type, label_value, modified, "
        + "created";

    private static RemoteIndicator ReadRemote(Statement row) => new(
        row.TextOrNull(1), row.Guid(2), row.Blob(3).ToArray(), row.Text(4), row.Text(5), null, null, row.TimeOrNull(6), row.Flag(7),
        ImmutableHash: row.Hash(8))
    {
        Generation = row.IsNull(9) ? null : row.Int(9),
        Canonical = row.TextOrNull(10),
        Label = new IndicatorLabel(row.Text(11), row.Text(12)),
        Modified = row.TimeOrNull(13),
        Created = row.TimeOrNull(14),
    };

    // RemoteIndicator.IsLive, in SQL: of a row of the inventory, at the time of a parameter.
    private static string IsLive(string row, string now) => $"NOT {row}.revoked AND COALESCE({row}.expires, {now} + 1) > {now}";

    private void AddIndex(string table, string name, string columns) =>
        file.Run($"CREATE INDEX IF NOT EXISTS {table}_{name} ON {table[(table.IndexOf('.', StringComparison.Ordinal) + 1)..]} ({columns})");

    private Finding? Next(Statement rows)
    {
        lock (file.Gate)
        {
            return !rows.Read() ? null : new Finding
            {
                Kind = (FindingKind)rows.Int(0),
                Repair = (RepairKind)rows.Int(1),
                Observables = rows.HashOrNull(2),
                Key = rows.GuidOrNull(3),
                Id = rows.TextOrNull(4),
                Type = rows.TextOrNull(5),
                Value = rows.TextOrNull(6),
                Differences = rows.IsNull(7) ? [] : ReadDifferences(rows.Blob(7)),
            };
        }
    }

    private static ReadOnlyMemory<byte> WriteDifferences(IReadOnlyList<Difference> differences)
    {
        var to = new BlobWriter();
        to.Number((ulong)differences.Count);
        foreach (var difference in differences)
        {
            to.Text(difference.Property);
            to.TextOrNull(difference.Sent);
            to.TextOrNull(difference.There);
        }

        return to.Written;
    }

    private static Difference[] ReadDifferences(ReadOnlySpan<byte> bytes)
    {
        var from = new BlobReader(bytes);
        var differences = new Difference[from.Int()];
        for (var i = 0; i < differences.Length; i++) differences[i] = new Difference(from.Text(), from.TextOrNull(), from.TextOrNull());
        return differences;
    }
}
