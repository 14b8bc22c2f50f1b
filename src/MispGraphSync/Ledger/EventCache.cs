using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>Events by their row, since supports of one key come from many events, in no order. Bounded.</summary>
internal sealed class EventCache(LedgerFile file)
{
    private const int Most = 4_096;

    private readonly Dictionary<long, EventFacts> _events = [];

    /// <summary>Hold the ledger's gate.</summary>
    public EventFacts Find(long id)
    {
        if (_events.TryGetValue(id, out var known)) return known;
        var query = file.Statement("SELECT e.context, s.name, e.aged_at IS NOT NULL FROM event e JOIN source s ON s.id = e.source WHERE e.id = ?").Bind(1, id);
        if (!query.Read()) throw LedgerFault.Damaged($"attributes of event {id} are there, but not the event");
        var facts = new EventFacts(EventRecord.Read(query.Blob(0)), query.Text(1), query.Flag(2));
        query.Reset();
        if (_events.Count >= Most) _events.Clear();
        _events.Add(id, facts);
        return facts;
    }
}
