namespace MispGraphSync.Ledger;

/// <summary>The columns of a held indicator, in one order for all readers, and of indicators that a replacement deleted.</summary>
internal static class HeldRecord
{
    public const string Columns =
        "h.observables, h.key, h.generation, h.id, h.change, h.fixed, h.created, h.modified, h.expires, h.renew_at, h.rank, b.body, "
        + "h.label, h.active_from";

    public const int ColumnCount = 14;

    public const string Tables = "held h LEFT JOIN held_body b ON b.destination = h.destination AND b.observables = h.observables";

    public static HeldIndicator Read(Statement row) => new()
    {
        Observables = row.Hash(0),
        Key = row.Guid(1),
        Generation = row.Int(2),
        Id = row.TextOrNull(3),
        Hashes = new ItemHashes(row.Hash(4), row.Hash(5)),
        Created = row.Time(6),
        Modified = row.Time(7),
        Expires = row.Time(8),
        RenewAt = row.Time(9),
        Rank = new Rank(row.Long(10)),
        Body = row.IsNull(11) ? default : row.Blob(11).ToArray(),
        Label = row.TextOrNull(12) is { } label ? IndicatorLabel.Parse(label) : null,
        ListedSince = row.TimeOrNull(13),
    };

    public static HeldIndicator? Find(LedgerFile file, long destination, Hash128 observables) =>
        file.First($"SELECT {Columns} FROM {Tables} WHERE h.destination = ? AND h.observables = ?", Read, destination, observables);

    public static HeldIndicator? FindReplaced(LedgerFile file, long destination, Hash128 observables) => file.First(
        "SELECT observables, key, generation, NULL, change, fixed, created, modified, expires, renew_at, rank, body, NULL, NULL "
        + "FROM replaced WHERE destination = ? AND observables = ?",
        Read, destination, observables);

    /// <summary>Copies a held indicator with the body kept for this run; without a body it cannot be restored.</summary>
    public static void KeepReplaced(LedgerFile file, long destination, Hash128 observables)
    {
        file.Run(
            """
            INSERT OR REPLACE INTO replaced
            SELECT h.destination, h.observables, h.key, h.generation, h.change, h.fixed, h.rank,
                   h.created, h.modified, h.expires, h.renew_at, r.body
            FROM held h JOIN replacing r ON r.destination = h.destination AND r.key = h.key AND r.body IS NOT NULL
            WHERE h.destination = ? AND h.observables = ?
            """,
            destination, observables);
    }
}
