namespace MispGraphSync.Ledger;

/// <summary>Reads the keys to plan for destinations of one shape, and then the plan of one of them.</summary>
internal sealed class PlanReader(LedgerFile file, EventCache events, IReadOnlyList<DestinationState> destinations)
{
    private const string SourceColumns = "n, observables, event, attribute, part, detail, facts, score, decayed, confident, "
        + "false_positives, ends_at";

    /// <summary>How many sources of a key are kept for the next destination. It reads the others again.</summary>
    private const int MostShared = 64;

    private readonly IndicatorShape _shape = destinations[0].Shape;

    /// <summary>
    /// Reads the collected sources and what each destination holds side by side, all in key order, and returns each key once for each
    /// destination that plans it. Nothing else uses the ledger meanwhile. All writes between the first key and the last are one
    /// transaction.
    /// </summary>
    public IEnumerable<(DestinationState Destination, PlanKey Key)> Keys()
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
    /// meanwhile, so outcomes can be recorded, and committed, while steps are read.
    /// </summary>
    public IEnumerable<PlannedKey> Steps(IReadOnlyList<StepAction> actions)
    {
        var destination = destinations[0];
        using var steps = file.OpenRead(
            $"SELECT n, observables, action, reason, replaces, first FROM {Tables.Steps(destination)} "
            + $"WHERE n >= ? AND action IN ({string.Join(", ", actions.Select(action => (int)action))}) ORDER BY n");
        using var rows = OpenSources();
        var sources = new SourceCursor(file, events, rows);
        var rarities = new Rarities(file, destination);
        while (NextStep(steps, sources, destination, rarities) is { } planned) yield return planned;
    }

    private NumberedRead OpenSources() =>
        file.OpenRead($"SELECT {SourceColumns} FROM {Tables.Work(_shape)} WHERE n >= ? ORDER BY n");

    private IEnumerable<(DestinationState Destination, PlanKey Key)> MergeKeys()
    {
        using var rows = OpenSources();
        var sources = new SourceCursor(file, events, rows);
        sources.MoveTo(1);
        List<HeldCursor> cursors = [.. destinations.Select(destination => new HeldCursor(file, destination))];
        try
        {
            List<IndicatorSourceRow>? shared = cursors.Count > 1 ? [] : null;
            while (NextKey(sources, cursors) is { } key)
            {
                var first = sources.IsAt(key) ? sources.Row : 0;
                shared?.Clear();
                var ofKey = first == 0 ? [] : sources.Of(key, first, shared);
                foreach (var cursor in cursors)
                {
                    if (cursor.Find(key, ofKey, first) is { } planned) yield return (cursor.Destination, planned);
                }

                sources.Skip(key);
                foreach (var cursor in cursors) cursor.Skip(key);
            }
        }
        finally
        {
            foreach (var cursor in cursors) cursor.Dispose();
        }
    }

    private static Hash128? NextKey(SourceCursor sources, List<HeldCursor> cursors)
    {
        Hash128? next = sources.Row != 0 ? sources.Key : null;
        foreach (var cursor in cursors)
        {
            if (cursor.HasRow && (next is not { } lowest || cursor.Key.CompareTo(lowest) < 0)) next = cursor.Key;
        }

        return next;
    }

    private PlannedKey? NextStep(NumberedRead steps, SourceCursor sources, DestinationState destination, Rarities rarities)
    {
        lock (file.Gate)
        {
            if (!steps.MoveToNext()) return null;
            var row = steps.Row;
            var observables = row.Hash(1);
            var decision = new StepDecision((StepAction)row.Int(2), row.Name(3), row.Flag(4));
            var first = row.Long(5);
            var isNew = decision.Action == StepAction.Create && decision.Reason == StepReasons.New;
            var key = new PlanKey
            {
                Observables = observables,
                Sources = decision.Action == StepAction.Delete ? [] : sources.Of(observables, first),
                Held = isNew ? null : HeldRecord.Find(file, destination.Id, observables),
                Rejected = rarities.Rejected(observables),
                Generation = rarities.Generation(observables),
                FirstRow = first,
            };
            return new PlannedKey(key, decision);
        }
    }

    /// <summary>Rejections and generations of a destination: those of a key are looked for only if there are any.</summary>
    private sealed class Rarities(LedgerFile file, DestinationState destination)
    {
        private readonly bool _hasRejected = Tables.HasAny(file, "rejected", destination.Id);
        private readonly bool _hasGenerations = Tables.HasAny(file, "generation", destination.Id);

        public RejectedIndicator? Rejected(Hash128 observables) => !_hasRejected ? null : file.First(
            "SELECT action, change, transient, attempts FROM rejected WHERE destination = ? AND observables = ?",
            static row => new RejectedIndicator(row.Enum<StepAction>(0), row.Hash(1), row.Flag(2), row.Int(3)),
            destination.Id, observables);

        public int Generation(Hash128 observables) => !_hasGenerations ? 0 : (int)file.Scalar(
            "SELECT next FROM generation WHERE destination = ? AND observables = ?", destination.Id, observables);
    }

    /// <summary>
    /// What one destination holds, in key order. Where it plans changes only: the keys to plan, and what it holds of them.
    /// </summary>
    private sealed class HeldCursor : IDisposable
    {
        private const int KeyColumn = HeldRecord.ColumnCount;

        private readonly Statement _rows;
        private readonly Rarities _rarities;

        public HeldCursor(LedgerFile file, DestinationState destination)
        {
            Destination = destination;
            _rarities = new Rarities(file, destination);
            _rows = file.NewStatement(destination.PlansEverything
                ? $"SELECT {HeldRecord.Columns}, h.observables FROM {HeldRecord.Tables} WHERE h.destination = ? ORDER BY h.observables"
                : $"SELECT {HeldRecord.Columns}, p.observables FROM {Tables.ToPlan(destination)} p "
                    + "LEFT JOIN held h ON h.destination = ?1 AND h.observables = p.observables "
                    + "LEFT JOIN held_body b ON b.destination = h.destination AND b.observables = h.observables ORDER BY p.observables");
            _rows.Bind(destination.Id);
            Advance();
        }

        public DestinationState Destination { get; }

        public bool HasRow { get; private set; }

        public Hash128 Key { get; private set; }

        /// <summary>The key for this destination; null where it has nothing to plan for it.</summary>
        /// <param name="first">The row of the first source; 0 for none.</param>
        public PlanKey? Find(Hash128 key, IEnumerable<IndicatorSourceRow> sources, long first)
        {
            var isHere = HasRow && Key == key;
            var isHeld = isHere && !_rows.IsNull(0);
            if (!isHeld && (first == 0 || !(isHere || Destination.PlansEverything))) return null;
            return new PlanKey
            {
                Observables = key,
                Sources = sources,
                Held = isHeld ? HeldRecord.Read(_rows) : null,
                Rejected = _rarities.Rejected(key),
                Generation = _rarities.Generation(key),
                FirstRow = first,
            };
        }

        public void Skip(Hash128 key)
        {
            // SQLite may show a row again that was written since it was read.
            while (HasRow && Key == key) Advance();
            if (HasRow && Key.CompareTo(key) < 0) throw LedgerFault.Damaged("held keys are out of order");
        }

        public void Dispose() => _rows.Dispose();

        private void Advance()
        {
            HasRow = _rows.Read();
            if (HasRow) Key = _rows.Hash(KeyColumn);
        }
    }

    /// <summary>The open read of the sources, mostly at the first row of the next key already.</summary>
    private sealed class SourceCursor(LedgerFile file, EventCache events, NumberedRead rows)
    {
        /// <summary>The current row; 0 before the first and after the last.</summary>
        public long Row => rows.Number;

        public Hash128 Key { get; private set; }

        public bool IsAt(Hash128 key) => Row != 0 && Key == key;

        /// <summary>The sources of a key, whose rows follow each other. Valid until the next key.</summary>
        /// <param name="shared">The first of them, once somebody has read them; null: nobody else will.</param>
        public IEnumerable<IndicatorSourceRow> Of(Hash128 key, long first, List<IndicatorSourceRow>? shared = null)
        {
            for (var i = 0; ; i++)
            {
                if (i < shared?.Count)
                {
                    yield return shared[i];
                    continue;
                }

                if (Take(key, first + i) is not { } source) yield break;
                if (i < MostShared) shared?.Add(source);
                yield return source;
            }
        }

        /// <summary>Passes the rows of this key that nobody has read.</summary>
        public void Skip(Hash128 key)
        {
            while (IsAt(key)) Advance();
        }

        public void MoveTo(long row)
        {
            if (rows.MoveTo(row)) Key = rows.Row.Hash(1);
        }

        private void Advance()
        {
            if (rows.MoveToNext()) Key = rows.Row.Hash(1);
        }

        private IndicatorSourceRow? Take(Hash128 key, long number)
        {
            lock (file.Gate)
            {
                MoveTo(number);
                if (!IsAt(key)) return null;
                var row = rows.Row;
                var source = IndicatorSourceRecord.Read(row.Blob(5), row.Guid(3), row.Int(4));
                var taken = new IndicatorSourceRow(source, events.Find(row.Long(2))) { Facts = FactRecord.Read(row, 6) };
                Advance();
                return taken;
            }
        }
    }
}
