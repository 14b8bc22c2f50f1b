namespace MispGraphSync.Ledger;

/// <summary>
/// Events by their row, since the sources of one key come from many events, in no order. Bounded by the length of their records, some
/// tens of thousands of usual events: with fewer than there are, nearly each source would read its event again.
/// </summary>
internal sealed class EventCache(LedgerFile file)
{
    private const int MaxLength = 4 * 1024 * 1024;

    private readonly Dictionary<long, EventFacts> _events = [];
    private int _length;

    public EventFacts Find(long id)
    {
        if (_events.TryGetValue(id, out var known)) return known;
        var facts = file.First(
            "SELECT e.context, s.name, e.aged_at IS NOT NULL FROM event e JOIN source s ON s.id = e.source WHERE e.id = ?",
            row =>
            {
                _length += row.Blob(0).Length;
                return new EventFacts(EventRecord.Read(row.Blob(0)), row.Text(1), row.Flag(2));
            },
            id)
            ?? throw LedgerFault.Damaged($"there are attributes of event {id}, but not the event");
        if (_length > MaxLength)
        {
            _events.Clear();
            _length = 0;
        }

        _events.Add(id, facts);
        return facts;
    }

    public EventLink Link(long id)
    {
        var facts = Find(id);
        var pattern = file.First("SELECT link FROM source WHERE name = ?", static row => row.TextOrNull(0), facts.Source);
        var uuid = facts.Context.Uuid;
        return new EventLink(uuid, facts.Source, pattern is null ? null : pattern.Replace("{0}", $"{uuid}", StringComparison.Ordinal));
    }
}

/// <param name="Source">The source's name.</param>
/// <param name="Link">The event's web page; null for none.</param>
internal sealed record EventLink(Guid Uuid, string Source, string? Link);
