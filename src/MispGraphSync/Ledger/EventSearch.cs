namespace MispGraphSync.Ledger;

/// <summary>Finds events by their UUID: one in each source that has it.</summary>
internal sealed class EventSearch(LedgerFile file)
{
    public IReadOnlySet<long> Find(Guid uuid)
    {
        var found = new HashSet<long>();
        var query = file.Statement("SELECT e.id FROM source s JOIN event e ON e.source = s.id AND e.uuid = ?").Bind(1, uuid);
        while (query.Read()) found.Add(query.Long(0));
        return found;
    }
}
