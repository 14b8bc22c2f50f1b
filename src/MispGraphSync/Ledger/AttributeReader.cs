namespace MispGraphSync.Ledger;

/// <summary>Reads all attributes that contribute to indicators, event by event, each once with all its sources. Streamed.</summary>
internal sealed class AttributeReader(LedgerFile file)
{
    private readonly EventCache _events = new(file);

    /// <summary>The list of sources is reused for the next attribute.</summary>
    public IEnumerable<StoredAttribute> All()
    {
        var (facts, join) = FactRecord.HasAny(file) ? (FactRecord.Columns, FactRecord.Join("s")) : (FactRecord.NoColumns, "");
        using var rows = file.NewStatement(
            $"""
            SELECT s.event, s.attribute, s.part, s.detail, EXISTS (
                SELECT 1 FROM destination d CROSS JOIN held h
                WHERE h.destination = d.id
                AND h.observables = CASE d.form WHEN {(int)IndicatorShape.Combined} THEN s.combination ELSE s.single END), {facts}
            FROM support s {join} ORDER BY s.event, s.attribute, s.part
            """);
        var sources = new List<IndicatorSourceRow>();
        var (at, attribute, isHeld) = (0L, Guid.Empty, false);
        while (rows.Read())
        {
            if (sources.Count > 0 && (at != rows.Long(0) || attribute != rows.Guid(1)))
            {
                yield return new StoredAttribute(at, sources, isHeld);
                sources.Clear();
                isHeld = false;
            }

            (at, attribute) = (rows.Long(0), rows.Guid(1));
            var source = IndicatorSourceRecord.Read(rows.Blob(3), attribute, rows.Int(2));
            sources.Add(new IndicatorSourceRow(source, _events.Find(at)) { Facts = FactRecord.Read(rows, 5) });
            isHeld |= rows.Flag(4);
        }

        if (sources.Count > 0) yield return new StoredAttribute(at, sources, isHeld);
    }

    public EventLink Link(long @event) => _events.Link(@event);
}

/// <param name="Event">The event's row.</param>
/// <param name="Sources">At least one.</param>
/// <param name="IsHeld">A destination holds one of its indicators.</param>
internal readonly record struct StoredAttribute(long Event, IReadOnlyList<IndicatorSourceRow> Sources, bool IsHeld);
