using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>
/// Walks the supports to plan and what is held side by side, both in key order, and gives each key once. Only for planning:
/// nothing else uses the ledger meanwhile. What is written between the first key and the last is one transaction.
/// </summary>
internal sealed class PlanKeyReader(LedgerFile file, EventCache events, DestinationState destination)
{
    private readonly bool _everything = destination.PlansEverything;

    public IEnumerable<PlanKey> Keys()
    {
        var isComplete = false;
        lock (file.Gate) file.Begin();
        try
        {
            foreach (var key in Walk()) yield return key;
            isComplete = true;
        }
        finally
        {
            lock (file.Gate)
            {
                if (isComplete) file.Commit();
                else file.Rollback();
            }
        }
    }

    private IEnumerable<PlanKey> Walk()
    {
        var facts = new KeyFacts(file, destination.Id);
        using var supports = file.NewStatement(
            $"SELECT n, observables, event, attribute, part, detail FROM {Tables.Work(destination.Shape)} w {(_everything ? "" : $"WHERE observables IN (SELECT observables FROM {Tables.ToPlan(destination)})")} ORDER BY n");
        using var held = file.NewStatement(
            $"SELECT h.observables, {HeldRecord.Columns} FROM {(_everything ? "" : $"{Tables.ToPlan(destination)} p CROSS JOIN ")}{HeldRecord.Tables} WHERE h.destination = ? {(_everything ? "" : "AND h.observables = p.observables")} ORDER BY {(_everything ? "h" : "p")}.observables");
        held.Bind(1, destination.Id);

        var rows = new SupportCursor(file, events, supports);
        var hasHeld = held.Read();
        while (rows.HasRow || hasHeld)
        {
            var heldKey = hasHeld ? held.Hash(0) : default;
            var isSupported = rows.HasRow && (!hasHeld || Compare(rows.Key, heldKey) <= 0);
            var isHeld = hasHeld && (!rows.HasRow || Compare(heldKey, rows.Key) <= 0);
            var observables = isSupported ? rows.Key : heldKey;
            yield return new PlanKey
            {
                Observables = observables,
                Sources = isSupported ? rows.OfCurrentKey() : [],
                Held = isHeld ? HeldRecord.Read(held, observables, 1) : null,
                Rejected = facts.Rejected(observables),
                Generation = facts.Generation(observables),
                FirstRow = isSupported ? rows.Row : 0,
            };
            if (isSupported) rows.SkipTo(observables);
            if (isHeld) hasHeld = held.Read();
        }
    }

    private static int Compare(Hash128 one, Hash128 other)
    {
        var high = one.High.CompareTo(other.High);
        return high != 0 ? high : one.Low.CompareTo(other.Low);
    }

    /// <summary>The open read of the supports: stands on the first row not yet given.</summary>
    private sealed class SupportCursor
    {
        private readonly LedgerFile _file;
        private readonly EventCache _events;
        private readonly Statement _rows;

        public SupportCursor(LedgerFile file, EventCache events, Statement rows)
        {
            _file = file;
            _events = events;
            _rows = rows;
            Advance();
        }

        public bool HasRow { get; private set; }

        public Hash128 Key { get; private set; }

        public long Row { get; private set; }

        public IEnumerable<IndicatorSourceRow> OfCurrentKey()
        {
            var key = Key;
            while (HasRow && Key == key)
            {
                var row = Current();
                Advance();
                yield return row;
            }
        }

        /// <summary>Passes over what the caller left of this key.</summary>
        public void SkipTo(Hash128 done)
        {
            while (HasRow && Key == done) Advance();
        }

        private IndicatorSourceRow Current()
        {
            lock (_file.Gate)
            {
                return new IndicatorSourceRow(IndicatorSourceRecord.Read(_rows.Blob(5), _rows.Guid(3), _rows.Int(4)), _events.Find(_rows.Long(2)));
            }
        }

        private void Advance()
        {
            HasRow = _rows.Read();
            if (!HasRow) return;
            Row = _rows.Long(0);
            Key = _rows.Hash(1);
        }
    }
}
