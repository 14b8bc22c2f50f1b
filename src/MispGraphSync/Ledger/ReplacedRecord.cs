using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>What replacements removed. Hold the ledger's gate.</summary>
internal static class ReplacedRecord
{
    public static HeldIndicator? Find(LedgerFile file, long destination, Hash128 observables)
    {
        var query = file.Statement(
            "SELECT key, generation, change, fixed, rank, created, modified, expires, renew_at, body FROM replaced "
            + "WHERE destination = ? AND observables = ?")
            .Bind(1, destination).Bind(2, observables);
        var found = !query.Read() ? null : new HeldIndicator
        {
            Observables = observables,
            Key = query.Guid(0),
            Generation = query.Int(1),
            Hashes = new ItemHashes(query.Hash(2), query.Hash(3)),
            Rank = new Rank(query.Long(4)),
            Created = query.Time(5),
            Modified = query.Time(6),
            Expires = query.Time(7),
            RenewAt = query.Time(8),
            Body = query.Blob(9).ToArray(),
        };
        query.Reset();
        return found;
    }

    /// <summary>Copies what is held, with the body that was kept for this run; without one nothing can be put back.</summary>
    public static void Keep(LedgerFile file, long destination, Hash128 observables)
    {
        Tables.EnsureReplacing(file);
        file.Statement(
            """
            INSERT OR REPLACE INTO replaced
            SELECT h.destination, h.observables, h.key, h.generation, h.change, h.fixed, h.rank,
                   h.created, h.modified, h.expires, h.renew_at, r.body
            FROM held h JOIN replacing r ON r.destination = h.destination AND r.key = h.key AND r.body IS NOT NULL
            WHERE h.destination = ? AND h.observables = ?
            """).Bind(1, destination).Bind(2, observables).Run();
    }

    public static void Forget(LedgerFile file, long destination, Hash128 observables) =>
        file.Statement("DELETE FROM replaced WHERE destination = ? AND observables = ?").Bind(1, destination).Bind(2, observables).Run();

    public static void Clear(LedgerFile file, long destination) =>
        file.InTransaction(() => file.Statement("DELETE FROM replaced WHERE destination = ?").Bind(1, destination).Run());
}
