namespace MispGraphSync.Ledger;

/// <summary>Reads the keys to plan, and then the plan, of one destination.</summary>
internal sealed class PlanReader(LedgerFile file, EventCache events, DestinationState destination)
{
    private const string SourceColumns = "n, observables, event, attribute, part, detail, facts, score, decayed, confident, "
        + "false_positives, ends_at";

    private bool _hasRejected;
    private bool _hasGenerations;

    /// <summary>
    /// Reads the collected sources and the held indicators side by side, both in key order, and returns each key once. Nothing else
    /// uses the ledger meanwhile. All writes between the first key and the last are one transaction.
    /// </summary>
    public IEnumerable<PlanKey> Keys()
    {
        var isComplete = false;
        lock (file.Gate) file.Begin();
        try
        {
            foreach (var key in MergeKeys()) yield return key;
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

    /// <summary>
    /// Reads the plan in its order, in one pass over the steps and one over the sources. Nothing changes these temporary tables
    /// meanwhile, so outcomes can be recorded while steps are read.
    /// </summary>
    public IEnumerable<PlannedKey> Steps(IReadOnlyList<StepAction> actions)
    {
        using var steps = file.NewStatement(
            $"SELECT observables, action, reason, replaces, first FROM {Tables.Steps(destination)} "
            + $"WHERE action IN ({string.Join(", ", actions.Select(action => (int)action))}) ORDER BY n");
        using var rows = file.NewStatement($"SELECT {SourceColumns} FROM {Tables.Work(destination.Shape)} WHERE n >= ? ORDER BY n");
        var sources = new SourceCursor(file, events, rows);
        LookForRarities();
        while (NextStep(steps, sources) is { } planned) yield return planned;
    }

    private IEnumerable<PlanKey> MergeKeys()
    {
        var (work, toPlan, isWhole) = (Tables.Work(destination.Shape), Tables.ToPlan(destination), destination.PlansEverything);
        using var rows = file.NewStatement(
            $"SELECT {SourceColumns} FROM {work} WHERE n >= ? "
            + $"{(isWhole ? "" : $"AND observables IN (SELECT observables FROM {toPlan})")} ORDER BY n");
        using var held = file.NewStatement(isWhole
            ? $"SELECT {HeldRecord.Columns} FROM {HeldRecord.Tables} WHERE h.destination = ? ORDER BY h.observables"
            : $"SELECT {HeldRecord.Columns} FROM {toPlan} p CROSS JOIN {HeldRecord.Tables} "
                + "WHERE h.destination = ? AND h.observables = p.observables ORDER BY p.observables");
        held.Bind(destination.Id);
        var sources = new SourceCursor(file, events, rows);
        sources.MoveTo(1);
        LookForRarities();
        var hasHeld = held.Read();
        while (sources.Row != 0 || hasHeld)
        {
            var heldKey = hasHeld ? held.Hash(0) : default;
            var hasSources = sources.Row != 0 && (!hasHeld || sources.Key.CompareTo(heldKey) <= 0);
            var isHeld = hasHeld && (sources.Row == 0 || heldKey.CompareTo(sources.Key) <= 0);
            var observables = hasSources ? sources.Key : heldKey;
            yield return new PlanKey
            {
                Observables = observables,
                Sources = hasSources ? sources.OfCurrentKey() : [],
                Held = isHeld ? HeldRecord.Read(held) : null,
                Rejected = Rejected(observables),
                Generation = Generation(observables),
                FirstRow = hasSources ? sources.Row : 0,
            };
            if (hasSources) sources.Skip(observables);
            if (!isHeld) continue;
            hasHeld = held.Read();
            // SQLite may show a row again that was written since it was read.
            while (hasHeld && held.Hash(0) == heldKey) hasHeld = held.Read();
            if (hasHeld && held.Hash(0).CompareTo(heldKey) < 0) throw LedgerFault.Damaged("held keys are out of order");
        }
    }

    private PlannedKey? NextStep(Statement steps, SourceCursor sources)
    {
        lock (file.Gate)
        {
            if (!steps.Read()) return null;
            var observables = steps.Hash(0);
            var decision = new StepDecision((StepAction)steps.Int(1), steps.Name(2), steps.Flag(3));
            var first = steps.Long(4);
            var isNew = decision.Action == StepAction.Create && decision.Reason == StepReasons.New;
            var key = new PlanKey
            {
                Observables = observables,
                Sources = decision.Action == StepAction.Delete ? [] : sources.Of(observables, first),
                Held = isNew ? null : HeldRecord.Find(file, destination.Id, observables),
                Rejected = Rejected(observables),
                Generation = Generation(observables),
                FirstRow = first,
            };
            return new PlannedKey(key, decision);
        }
    }

    // Rejections and generations are rare: look for those of a key only if there are any.
    private void LookForRarities()
    {
        _hasRejected = Tables.HasAny(file, "rejected", destination.Id);
        _hasGenerations = Tables.HasAny(file, "generation", destination.Id);
    }

    private RejectedIndicator? Rejected(Hash128 observables) => !_hasRejected ? null : file.First(
        "SELECT action, change, transient, attempts FROM rejected WHERE destination = ? AND observables = ?",
        static row => new RejectedIndicator(row.Enum<StepAction>(0), row.Hash(1), row.Flag(2), row.Int(3)), destination.Id, observables);

    private int Generation(Hash128 observables) => !_hasGenerations ? 0 : (int)file.Scalar(
        "SELECT next FROM generation WHERE destination = ? AND observables = ?", destination.Id, observables);

    /// <summary>The open read of the sources, mostly at the first row of the next key already.</summary>
    private sealed class SourceCursor(LedgerFile file, EventCache events, Statement rows)
    {
        /// <summary>The current row; 0 before the first and after the last.</summary>
        public long Row { get; private set; }

        public Hash128 Key { get; private set; }

        /// <summary>The sources of the current key. Valid for one pass, until the next key.</summary>
        public IEnumerable<IndicatorSourceRow> OfCurrentKey()
        {
            var key = Key;
            while (Take(key) is { } source) yield return source;
        }

        /// <summary>The same for a key whose sources begin at this row.</summary>
        public IEnumerable<IndicatorSourceRow> Of(Hash128 key, long first)
        {
            if (!MoveTo(first)) yield break;
            while (Take(key) is { } source) yield return source;
        }

        /// <summary>Passes the rows of this key that the caller did not read.</summary>
        public void Skip(Hash128 key)
        {
            while (Row != 0 && Key == key) Advance();
        }

        private bool Advance()
        {
            var hasRow = rows.Read();
            Row = hasRow ? rows.Long(0) : 0;
            if (hasRow) Key = rows.Hash(1);
            return hasRow;
        }

        public bool MoveTo(long first)
        {
            lock (file.Gate)
            {
                if (Row == first) return true;
                rows.Reset();
                rows.Bind(first);
                return Advance();
            }
        }

        private IndicatorSourceRow? Take(Hash128 key)
        {
            lock (file.Gate)
            {
                if (Row == 0 || Key != key) return null;
                var source = IndicatorSourceRecord.Read(rows.Blob(5), rows.Guid(3), rows.Int(4));
                var row = new IndicatorSourceRow(source, events.Find(rows.Long(2))) { Facts = FactRecord.Read(rows, 6) };
                Advance();
                return row;
            }
        }
    }
}
