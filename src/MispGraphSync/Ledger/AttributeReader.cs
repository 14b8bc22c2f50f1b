using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>All attributes that support an indicator, event by event, each once with all that it supports. Streamed.</summary>
internal sealed class AttributeReader(LedgerFile file)
{
    private readonly EventCache _events = new(file);

    /// <summary>The list is used again for the next attribute.</summary>
    public IEnumerable<StoredAttribute> All()
    {
        using var rows = file.NewStatement(
            $"""
            SELECT s.event, s.attribute, s.part, s.detail, EXISTS (
                SELECT 1 FROM destination d CROSS JOIN held h
                WHERE h.destination = d.id AND h.observables = CASE d.form WHEN {(int)IndicatorShape.Combined} THEN s.combination ELSE s.single END)
            FROM support s ORDER BY s.event, s.attribute, s.part
            """);
        var supports = new List<IndicatorSourceRow>();
        var (at, attribute, isHeld) = (0L, Guid.Empty, false);
        while (rows.Read())
        {
            if (supports.Count > 0 && (at != rows.Long(0) || attribute != rows.Guid(1)))
            {
                yield return new StoredAttribute(at, supports, isHeld);
                supports.Clear();
                isHeld = false;
            }

            (at, attribute) = (rows.Long(0), rows.Guid(1));
            supports.Add(new IndicatorSourceRow(IndicatorSourceRecord.Read(rows.Blob(3), attribute, rows.Int(2)), _events.Find(at)));
            isHeld |= rows.Flag(4);
        }

        if (supports.Count > 0) yield return new StoredAttribute(at, supports, isHeld);
    }
}

/// <param name="Event">The event's row.</param>
/// <param name="Sources">At least one.</param>
/// <param name="IsHeld">A destination holds one of its indicators.</param>
internal readonly record struct StoredAttribute(long Event, IReadOnlyList<IndicatorSourceRow> Sources, bool IsHeld);
