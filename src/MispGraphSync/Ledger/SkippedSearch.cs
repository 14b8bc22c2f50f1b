using MispGraphSync.Core.Sync;

namespace MispGraphSync.Ledger;

/// <summary>Finds skipped attributes by their UUID, their event, or a hash of their value; the values are not kept.</summary>
internal sealed class SkippedSearch(LedgerFile file)
{
    /// <param name="attribute">Null: any.</param>
    /// <param name="events">Rows of events, all of whose skipped attributes are found.</param>
    /// <param name="values">Hashes of values.</param>
    /// <param name="most">The most to give.</param>
    public IReadOnlyList<SkippedAttribute> Find(Guid? attribute, IReadOnlySet<long> events, IReadOnlySet<Hash128> values, int most)
    {
        var found = new List<SkippedAttribute>();
        var rows = file.Statement("SELECT event, attribute, type, reason, value_hash FROM skipped ORDER BY event, seq");
        while (found.Count < most && rows.Read())
        {
            var uuid = rows.Guid(1);
            if (uuid != attribute && !events.Contains(rows.Long(0)) && !values.Contains(rows.Hash(4))) continue;
            found.Add(new SkippedAttribute(rows.Long(0), uuid, rows.Text(2), rows.Text(3)));
        }

        rows.Reset();
        return found;
    }
}

/// <param name="Event">The event's row.</param>
/// <param name="Reason">The slug.</param>
internal sealed record SkippedAttribute(long Event, Guid Attribute, string Type, string Reason);
