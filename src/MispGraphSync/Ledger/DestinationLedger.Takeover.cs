namespace MispGraphSync.Ledger;

// What a list showed to a fresh ledger, or to one that may be an old copy.
internal sealed partial class DestinationLedger
{
    /// <summary>Indicators sent more recently may not be listed yet.</summary>
    private static readonly TimeSpan ListingDelay = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Marks the ledger as possibly an old copy: held indicators are compared with a list, and everything is read in full.
    /// </summary>
    /// <param name="except">Destinations where the ledger is trusted.</param>
    public void MarkOutdated(IReadOnlyCollection<DestinationInfo> except) => file.InTransaction(() =>
    {
        foreach (var row in DestinationRow.All(file).Where(row => !except.Any(row.Is)))
        {
            file.Run("UPDATE destination SET takes_over = 1, plans_everything = 1, in_doubt = 1 WHERE id = ?", row.Id);
        }

        file.Run("UPDATE source SET full_read_at = NULL");
    });

    public void AddListedIndicator(DestinationState destination, Guid key, ListedIndicator found)
    {
        file.Run(
            "INSERT OR REPLACE INTO adoptable VALUES (?, ?, ?, ?, ?, ?)",
            destination.Id, key, found.Id, found.Expires, found.IsRevoked, found.ImmutableHash);
        if (found.IsRevoked) file.Run("INSERT OR IGNORE INTO spent_key VALUES (?, ?)", destination.Id, key);
    }

    public bool HasRevokedKeys(DestinationState destination) => Tables.HasAny(file, "spent_key", destination.Id);

    public ListedIndicator? FindListedIndicator(DestinationState destination, Guid key) =>
        file.First(
            "SELECT id, expires, dead, fixed FROM adoptable WHERE destination = ? AND key = ?",
            static row => new ListedIndicator(row.TextOrNull(0), row.TimeOrNull(1), row.Flag(2), row.Hash(3)), destination.Id, key)
        ?? file.First(
            "SELECT 1 FROM spent_key WHERE destination = ? AND key = ?",
            static _ => new ListedIndicator(Id: null, Expires: null, IsRevoked: true), destination.Id, key);

    public long ForgetUnlisted(DestinationState destination, DateTimeOffset now) => file.InTransaction(() =>
    {
        // A revoked indicator used up its key.
        file.Run(
            """
            INSERT OR REPLACE INTO generation (destination, observables, next, modified)
            SELECT h.destination, h.observables, h.generation + 1, h.modified
            FROM held h JOIN adoptable a ON a.destination = h.destination AND a.key = h.key AND a.dead
            LEFT JOIN generation g ON g.destination = h.destination AND g.observables = h.observables
            WHERE h.destination = ? AND h.generation >= COALESCE(g.next, 0)
            """,
            destination.Id);
        file.Run(
            """
            DELETE FROM held WHERE destination = ?1
            AND key NOT IN (SELECT key FROM adoptable WHERE destination = ?1 AND NOT dead)
            AND (run NOT IN (SELECT id FROM run WHERE COALESCE(ended, started) > ?2)
                OR key IN (SELECT key FROM adoptable WHERE destination = ?1 AND dead))
            """,
            destination.Id, now - ListingDelay);
        var forgotten = file.Changes;
        // A later run may have sent other content, so the content is unknown. A list may show the immutable part.
        file.Run(
            """
            UPDATE held SET id = COALESCE(a.id, held.id), expires = COALESCE(a.expires, held.expires), change = ?2,
                fixed = CASE WHEN a.fixed = zeroblob(16) THEN held.fixed ELSE a.fixed END
            FROM adoptable a WHERE held.destination = ?1 AND a.destination = ?1 AND a.key = held.key
            """,
            destination.Id, Hash128.Unknown);
        RecountHeld(destination);
        return (long)forgotten;
    });

    public void StartKeyNamespace(DestinationState destination, string keyNamespace) => file.InTransaction(() =>
    {
        file.Run("UPDATE destination SET epoch = ? WHERE id = ?", keyNamespace, destination.Id);
        if (!destination.IsOutdated) return;
        // Keys of the earlier namespace expire.
        file.Run("DELETE FROM held WHERE destination = ?", destination.Id);
        RecountHeld(destination);
    });

    private void RecountHeld(DestinationState destination)
    {
        file.Run(
            """
            DELETE FROM held_body WHERE destination = ?1
            AND NOT EXISTS (SELECT 1 FROM held h WHERE h.destination = ?1 AND h.observables = held_body.observables)
            """,
            destination.Id);
        file.Run(
            "UPDATE destination SET in_doubt = 0, held = (SELECT COUNT(*) FROM held WHERE destination = ?1) WHERE id = ?1", destination.Id);
    }
}
