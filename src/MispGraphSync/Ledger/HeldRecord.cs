using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>The columns of a held indicator, in one order for all who read them.</summary>
internal static class HeldRecord
{
    public const string Columns = "h.key, h.generation, h.id, h.change, h.fixed, h.created, h.modified, h.expires, h.renew_at, h.rank, b.body";

    public const string Tables = "held h LEFT JOIN held_body b ON b.destination = h.destination AND b.observables = h.observables";

    public static HeldIndicator Read(Statement row, Hash128 observables, int from) => new()
    {
        Observables = observables,
        Key = row.Guid(from),
        Generation = row.Int(from + 1),
        Id = row.TextOrNull(from + 2),
        Hashes = new ItemHashes(row.Hash(from + 3), row.Hash(from + 4)),
        Created = row.Time(from + 5),
        Modified = row.Time(from + 6),
        Expires = row.Time(from + 7),
        RenewAt = row.Time(from + 8),
        Rank = new Rank(row.Long(from + 9)),
        Body = row.IsNull(from + 10) ? null : row.Blob(from + 10).ToArray(),
    };

    /// <summary>Hold the ledger's gate.</summary>
    public static HeldIndicator? Find(LedgerFile file, long destination, Hash128 observables)
    {
        var query = file.Statement($"SELECT {Columns} FROM {Tables} WHERE h.destination = ? AND h.observables = ?").Bind(1, destination).Bind(2, observables);
        var held = query.Read() ? Read(query, observables, 0) : null;
        query.Reset();
        return held;
    }
}
