using MispGraphSync.Core.Domain;

namespace MispGraphSync.Ledger;

/// <summary>Finds indicators by the key that we gave them, or by the id that the service did.</summary>
internal sealed class KeySearch(LedgerFile file)
{
    /// <returns>The destination's row with the ledger's key of what is watched.</returns>
    public IReadOnlyList<(long Destination, Hash128 Observables)> Find(string text)
    {
        var key = Guid.TryParse(text, out var parsed) ? parsed : Guid.Empty;
        var found = new List<(long, Hash128)>();
        var query = file.Statement(
            """
            SELECT destination, observables FROM held WHERE key = ?1 OR id = ?2 OR id = ?3
            UNION SELECT destination, observables FROM rejected WHERE key = ?1
            """).Bind(1, key).Bind(2, text).Bind(3, text.ToLowerInvariant());
        while (query.Read()) found.Add((query.Long(0), query.Hash(1)));
        return found;
    }
}
