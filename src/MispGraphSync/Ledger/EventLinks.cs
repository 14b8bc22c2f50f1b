using System.Globalization;

namespace MispGraphSync.Ledger;

/// <summary>Events by their row: their UUIDs, and where to look at them.</summary>
internal sealed class EventLinks(LedgerFile file)
{
    private const int Most = 4_096;

    private readonly Dictionary<long, EventLink> _events = [];

    public EventLink Find(long id)
    {
        if (_events.TryGetValue(id, out var known)) return known;
        var query = file.Statement("SELECT e.uuid, s.name, s.link FROM event e JOIN source s ON s.id = e.source WHERE e.id = ?").Bind(1, id);
        if (!query.Read()) throw new InvalidOperationException($"The ledger has rows of event {id}, but not the event.");
        var uuid = query.Guid(0);
        var link = query.TextOrNull(2) is { } pattern ? string.Format(CultureInfo.InvariantCulture, pattern, uuid) : null;
        var found = new EventLink(uuid, query.Text(1), link);
        query.Reset();
        if (_events.Count >= Most) _events.Clear();
        _events.Add(id, found);
        return found;
    }
}

/// <param name="Source">The source's name.</param>
/// <param name="Link">Null where there is nothing to link to.</param>
internal sealed record EventLink(Guid Uuid, string Source, string? Link);
