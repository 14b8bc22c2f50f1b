namespace MispGraphSync.Ledger;

// What a list shows of a destination that a new ledger, or an old copy, does not know.
internal sealed partial class DestinationLedger
{
    /// <summary>Indicators sent more recently may not be listed yet.</summary>
    private static readonly TimeSpan ListingDelay = TimeSpan.FromMinutes(10);

    /// <summary>A list of a large destination takes minutes, and may not help.</summary>
    private static readonly TimeSpan ListedEvery = TimeSpan.FromHours(6);

    /// <summary>SQLite would take the primary key, and look at all that is held.</summary>
    private const string Unclaimed = "held INDEXED BY held_unclaimed";

    /// <summary>
    /// Marks the ledger as possibly an old copy: held indicators are compared with a list, and everything is read in full.
    /// </summary>
    public void MarkOutdated() => file.InTransaction(() =>
    {
        file.Run("UPDATE destination SET plans_everything = 1, in_doubt = 1");
        file.Run(
            $"UPDATE source SET full_read_at = NULL, full_read_begun = NULL, full_read_fingerprint = NULL, "
            + $"gap = MAX(gap, {(int)SourceGap.Older})");
    });

    public ListedKey? FindListedKey(DestinationState destination, Guid key, DateTimeOffset now)
    {
        var there = FindRemote(destination, key);
        var live = there.FirstOrDefault(remote => remote.IsLive(now));
        var unclaimed = FindHeld(destination, Hash128.Of(key));
        var isRevoked = there.Any(remote => remote.Revoked)
            || file.Any("SELECT 1 FROM spent_key WHERE destination = ? AND key = ?", destination.Id, key);
        return live is null && unclaimed is null && !isRevoked ? null : new ListedKey(live, unclaimed, isRevoked);
    }

    public int LastListedGeneration(DestinationState destination)
    {
        var listed = _inventories.ContainsKey(destination.Id)
            ? file.Scalar($"SELECT COALESCE(MAX(generation), 0) FROM {Tables.Found(destination)}")
            : 0;
        var unclaimed = file.Scalar(
            $"SELECT COALESCE(MAX(generation), 0) FROM {Unclaimed} WHERE destination = ? AND key = observables", destination.Id);
        return (int)Math.Max(listed, unclaimed);
    }

    public bool HasListedKeys(DestinationState destination) =>
        Tables.HasAny(file, "spent_key", destination.Id) || CountUnclaimed(destination) > 0
        || (_inventories.ContainsKey(destination.Id)
            && file.Any($"SELECT 1 FROM {Tables.Found(destination)} WHERE key IS NOT NULL LIMIT 1"));

    public bool ListsRevoked(DestinationState destination) =>
        _inventories.ContainsKey(destination.Id) && file.Any($"SELECT 1 FROM {Tables.Found(destination)} WHERE revoked LIMIT 1");

    public long ForgetUnlisted(DestinationState destination, DateTimeOffset now, bool isContentUnknown) => file.InTransaction(() =>
    {
        var found = Tables.Found(destination);
        // A revoked indicator used up its key.
        file.Run(
            $"""
            INSERT OR REPLACE INTO generation (destination, observables, next, modified)
            SELECT h.destination, h.observables, h.generation + 1, h.modified
            FROM held h LEFT JOIN generation g ON g.destination = h.destination AND g.observables = h.observables
            WHERE h.destination = ? AND h.generation >= COALESCE(g.next, 0)
            AND EXISTS (SELECT 1 FROM {found} f WHERE f.key = h.key AND f.revoked)
            """,
            destination.Id);
        file.Run(
            $"""
            DELETE FROM held WHERE destination = ?1 AND expires > ?3
            AND NOT EXISTS (SELECT 1 FROM {found} f WHERE f.key = held.key AND {IsLive("f", "?3")})
            AND (run NOT IN (SELECT id FROM run WHERE COALESCE(ended, started) > ?2)
                OR EXISTS (SELECT 1 FROM {found} f WHERE f.key = held.key AND f.revoked))
            """,
            destination.Id, now - ListingDelay, now);
        var forgotten = file.Changes;
        file.Run(
            $"""
            UPDATE held SET
                id = CASE WHEN EXISTS (SELECT 1 FROM {found} s WHERE s.key = held.key AND s.id = held.id) THEN held.id
                    ELSE COALESCE(f.id, held.id) END,
                expires = COALESCE(f.expires, held.expires),
                modified = MAX(held.modified, COALESCE(f.modified, held.modified))
            FROM {found} f WHERE held.destination = ?1 AND f.key = held.key AND NOT f.revoked
            """,
            destination.Id);
        // A later run may have sent other content.
        if (isContentUnknown) MakeContentUnknown(destination);
        if (isContentUnknown) PlanEverythingNext(destination);
        // Should this run end before it has sent what is missing, the next one lists again.
        if (forgotten > 0) CompareNext(destination);
        RemoveOrphanBodies(destination);
        RecountHeld(destination);
        return (long)forgotten;
    });

    public void ForgetContent(DestinationState destination) => file.InTransaction(() =>
    {
        MakeContentUnknown(destination);
        PlanEverythingNext(destination);
    });

    public IEnumerable<RemoteIndicator> ReadUnclaimed(DestinationState destination, DateTimeOffset now)
    {
        // Keys of held indicators have no index: they are sorted once.
        file.Run("CREATE TEMP TABLE IF NOT EXISTS held_key (key BLOB PRIMARY KEY) WITHOUT ROWID");
        file.Run("DELETE FROM held_key");
        file.Run("INSERT OR IGNORE INTO held_key SELECT key FROM held WHERE destination = ?", destination.Id);
        var last = 0L;
        while (true)
        {
            var page = file.All(
                $"SELECT {RemoteColumns} FROM {Tables.Found(destination)} f WHERE n > ?1 AND generation IS NOT NULL "
                + $"AND {IsLive("f", "?2")} AND key NOT IN (SELECT key FROM held_key) ORDER BY n LIMIT {HeldPerPage}",
                static row => (Remote: ReadRemote(row), N: row.Long(0)), last, now);
            foreach (var (remote, _) in page) yield return remote;
            if (page.Count < HeldPerPage) yield break;
            last = page[^1].N;
        }
    }

    public IReadOnlyList<HeldIndicator> ReadUnclaimedHeld(DestinationState destination) => file.All(
        $"SELECT {HeldRecord.Columns} FROM {HeldRecord.Tables} WHERE h.destination = ? AND h.key = h.observables ORDER BY h.observables",
        HeldRecord.Read, destination.Id);

    public long CountCopies(DestinationState destination, DateTimeOffset now) => file.Scalar(
        $"SELECT COUNT(DISTINCT id) - COUNT(DISTINCT key) FROM {Tables.Found(destination)} f "
        + $"WHERE generation IS NOT NULL AND id IS NOT NULL AND {IsLive("f", "?1")}",
        now);

    public long CountUnclaimed(DestinationState destination) =>
        file.Scalar($"SELECT COUNT(*) FROM {Unclaimed} WHERE destination = ? AND key = observables", destination.Id);

    public bool IsListDueForUnclaimed(DestinationState destination, DateTimeOffset now) =>
        file.Any($"SELECT 1 FROM {Unclaimed} WHERE destination = ? AND key = observables AND expires > ?", destination.Id, now)
        && !file.Any(
            "SELECT 1 FROM destination WHERE id = ? AND listed_at > ? AND listed_at <= ?", destination.Id, now - ListedEvery, now);

    public void RecordListForUnclaimed(DestinationState destination, DateTimeOffset now) =>
        file.Write("UPDATE destination SET listed_at = ? WHERE id = ?", now, destination.Id);

    public IReadOnlyList<HeldIndicator> FindUnlisted(DestinationState destination, DateTimeOffset now) => file.All(
        $"SELECT {HeldRecord.Columns} FROM {HeldRecord.Tables} WHERE h.destination = ?1 AND h.expires > ?2 "
        + $"AND h.key <> h.observables AND NOT EXISTS (SELECT 1 FROM {Tables.Found(destination)} f "
        + $"WHERE f.key = h.key AND {IsLive("f", "?2")})",
        HeldRecord.Read, destination.Id, now);

    public void LoseSources(IReadOnlyCollection<string> sources) => file.InTransaction(() =>
    {
        foreach (var name in sources)
        {
            file.Run(
                "INSERT INTO source (name, gap) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET gap = ?2 WHERE fingerprint IS NULL",
                name, (int)SourceGap.Lost);
        }
    });

    public bool HaveBeenRead(IReadOnlyCollection<string> sources) =>
        sources.All(name => file.Any("SELECT 1 FROM source WHERE name = ? AND fingerprint IS NOT NULL", name));

    public SourceGap FindGap(IReadOnlyCollection<string> sources) => sources.Select(name => file.First(
        "SELECT gap FROM source WHERE name = ?", static row => row.Number<SourceGap>(0), name)).DefaultIfEmpty().Max();

    public void CompleteRebuild(DestinationState destination, bool isListed) =>
        file.Write("UPDATE destination SET takes_over = ?, in_doubt = 0 WHERE id = ?", !isListed, destination.Id);

    public void CompareNext(DestinationState destination) =>
        file.Write("UPDATE destination SET in_doubt = 1, plans_everything = 1 WHERE id = ?", destination.Id);

    private void MakeContentUnknown(DestinationState destination) =>
        file.Run("UPDATE held SET change = ? WHERE destination = ?", Hash128.Unknown, destination.Id);

    private void RemoveOrphanBodies(DestinationState destination) => file.Run(
        """
        DELETE FROM held_body WHERE destination = ?1
        AND NOT EXISTS (SELECT 1 FROM held h WHERE h.destination = ?1 AND h.observables = held_body.observables)
        """,
        destination.Id);
}
