namespace MispGraphSync.Ledger;

// Context objects have a destination row of their own; here is what the events support, and what is known of clusters.
internal sealed partial class DestinationLedger
{
    private const string SourceColumns = $"s.event, s.attribute, s.part, s.detail, {FactRecord.Columns}";

    public bool Knows(DestinationInfo destination) => file.Any(
        "SELECT 1 FROM destination WHERE kind = ? AND place = ? AND scope = ?", destination.Kind, destination.Place, destination.Scope);

    public bool HasContext => file.Any("SELECT 1 FROM destination WHERE form = ?", (int)IndicatorShape.Context);

    public void MarkContextChanged(DestinationState context, DestinationState indicators)
    {
        if (context.PlansEverything) return;
        file.Write(
            $"INSERT OR IGNORE INTO context_changed SELECT DISTINCT ?, event FROM {Tables.Work(indicators.Shape)}", context.Id);
    }

    public bool IsContextDue(DestinationState context, DateTimeOffset now) =>
        Tables.HasAny(file, "context_changed", context.Id) || Tables.HasAny(file, "dirty", context.Id)
        || file.Any("SELECT 1 FROM held WHERE destination = ? AND renew_at <= ? LIMIT 1", context.Id, now);

    public void RefreshContext(
        DestinationState context, DestinationState indicators, DateTimeOffset now, SupportedBy by,
        Func<IEnumerable<IndicatorSourceRow>, IEnumerable<ContextSupport>> read) => file.InTransaction(() =>
    {
        if (context.PlansEverything)
        {
            file.Run("DELETE FROM context WHERE destination = ?", context.Id);
            file.Run("INSERT OR IGNORE INTO context_changed SELECT ?, id FROM event", context.Id);
        }

        file.Run(
            "DELETE FROM context WHERE destination = ?1 AND event IN (SELECT event FROM context_changed WHERE destination = ?1)",
            context.Id);
        if (by == SupportedBy.Planned) FindHeldAfterPlan(indicators, now);
        using var rows = file.NewStatement(
            $"SELECT {SourceColumns} FROM context_changed c CROSS JOIN {Sources(indicators, now, by)} "
            + $"WHERE c.destination = ? ORDER BY s.event, s.seq");
        rows.Bind(context.Id);
        var (hasRow, current) = (rows.Read(), 0L);
        while (hasRow)
        {
            current = rows.Long(0);
            foreach (var support in read(RowsOfEvent()).ToList())
            {
                file.Run(
                    "INSERT OR REPLACE INTO context VALUES (?, ?, ?, ?, ?, ?)",
                    context.Id, current, support.Subject, support.Text, (long)support.Tlp, support.IsLocal);
            }
        }

        IEnumerable<IndicatorSourceRow> RowsOfEvent()
        {
            for (; hasRow && rows.Long(0) == current; hasRow = rows.Read()) yield return Source(rows);
        }
    });

    public IEnumerable<SupportedIndicator> ReadSupported(
        DestinationState context, DestinationState indicators, DateTimeOffset now, SupportedBy by)
    {
        var key = KeyOf(indicators);
        using var rows = file.NewStatement(
            $"SELECT {SourceColumns}, {key}, k.key, g.next "
            + $"FROM (SELECT DISTINCT event FROM context WHERE destination = ? AND subject NOT LIKE '{ContextSupport.Organisation}%') c "
            + $"CROSS JOIN {Sources(indicators, now, by)} LEFT JOIN held k ON k.destination = {indicators.Id} AND k.observables = {key} "
            + $"LEFT JOIN generation g ON g.destination = {indicators.Id} AND g.observables = {key} ORDER BY {key}, s.event, s.seq");
        rows.Bind(context.Id);
        bool hasRow;
        lock (file.Gate) hasRow = rows.Read();
        while (hasRow) yield return Next();

        SupportedIndicator Next()
        {
            lock (file.Gate)
            {
                var (observables, sources) = (rows.Hash(10), new List<IndicatorSourceRow>());
                var (held, generation) = (rows.GuidOrNull(11), rows.IntOrNull(12) ?? 0);
                for (; hasRow && rows.Hash(10) == observables; hasRow = rows.Read()) sources.Add(Source(rows));
                return new SupportedIndicator(held, generation, sources);
            }
        }
    }

    public IReadOnlySet<Guid> FindLive(DestinationState indicators, IReadOnlySet<Guid> keys, DateTimeOffset now, SupportedBy by)
    {
        var live = new HashSet<Guid>();
        if (keys.Count == 0) return live;
        var planned = by == SupportedBy.Planned ? "AND observables IN temp.held_then" : "";
        foreach (var key in file.All(
            $"SELECT key FROM held WHERE destination = ? AND expires > ? {planned}", static row => row.Guid(0), indicators.Id, now))
        {
            if (keys.Contains(key)) live.Add(key);
        }

        return live;
    }

    public void MarkIndicatorsOf(DestinationState context, DestinationState indicators, string subject)
    {
        var key = KeyOf(indicators);
        file.Write(
            $"INSERT OR IGNORE INTO dirty SELECT ?, {key} FROM context c CROSS JOIN support s ON s.event = c.event "
            + $"WHERE c.destination = ? AND c.subject = ? AND {key} IS NOT NULL", indicators.Id, context.Id, subject);
    }

    public IEnumerable<(long Event, ContextSupport Support)> ReadContext(DestinationState context)
    {
        using var rows = file.NewStatement(
            "SELECT event, subject, text, tlp, local FROM context WHERE destination = ? ORDER BY event, subject");
        rows.Bind(context.Id);
        while (Next() is { } one) yield return one;

        (long, ContextSupport)? Next()
        {
            lock (file.Gate)
            {
                return rows.Read()
                    ? (rows.Long(0), new ContextSupport(rows.Text(1), rows.Text(2), rows.Number<Tlp>(3), rows.Flag(4)))
                    : null;
            }
        }
    }

    public ClusterDetail? FindCluster(string tag) =>
        file.First("SELECT read_at, detail FROM cluster WHERE tag = ?", ClusterRecord.Read, tag);

    public IReadOnlyDictionary<Hash128, int> ReadGenerations(DestinationState destination) => file.All(
        "SELECT observables, next FROM generation WHERE destination = ?",
        static row => KeyValuePair.Create(row.Hash(0), row.Int(1)), destination.Id).ToDictionary();

    public IReadOnlyDictionary<Hash128, RejectedIndicator> ReadRejected(DestinationState destination) => file.All(
        "SELECT observables, action, change, transient, attempts FROM rejected WHERE destination = ?",
        static row => KeyValuePair.Create(
            row.Hash(0), new RejectedIndicator(row.Enum<StepAction>(1), row.Hash(2), row.Flag(3), row.Int(4))),
        destination.Id).ToDictionary();

    public void ClearContextChanged(DestinationState context) => file.InTransaction(() =>
    {
        file.Run("DELETE FROM context_changed WHERE destination = ?", context.Id);
        // What was rejected in this run and is still marked is tried again.
        file.Run(
            "DELETE FROM dirty WHERE destination = ?1 "
            + "AND observables NOT IN (SELECT observables FROM rejected WHERE destination = ?1 AND run = ?2)",
            context.Id, run);
    });

    private static string KeyOf(DestinationState indicators) => $"s.{Tables.KeyColumn(indicators.Shape)}";

    // The sources s of the events c that count.
    private static string Sources(DestinationState indicators, DateTimeOffset now, SupportedBy by)
    {
        var key = KeyOf(indicators);
        var held = by switch
        {
            SupportedBy.Held => $"CROSS JOIN held h ON h.destination = {indicators.Id} "
                + $"AND h.expires > {now.ToUnixTimeMilliseconds()} AND h.observables = {key}",
            SupportedBy.Planned => $"CROSS JOIN temp.held_then h ON h.observables = {key}",
            _ => "",
        };
        return $"support s ON s.event = c.event AND {key} IS NOT NULL {held} {FactRecord.Join("s")}";
    }

    private IndicatorSourceRow Source(Statement rows)
    {
        var source = IndicatorSourceRecord.Read(rows.Blob(3), rows.Guid(1), rows.Int(2));
        return new IndicatorSourceRow(source, _events.Find(rows.Long(0))) { Facts = FactRecord.Read(rows, 4) };
    }

    // A table of its own: steps have no index by key.
    private void FindHeldAfterPlan(DestinationState indicators, DateTimeOffset now)
    {
        var steps = Tables.Steps(indicators);
        file.Run("CREATE TEMP TABLE IF NOT EXISTS held_then (observables BLOB PRIMARY KEY) WITHOUT ROWID");
        file.Run("DELETE FROM held_then");
        file.Run("INSERT INTO held_then SELECT observables FROM held WHERE destination = ? AND expires > ?", indicators.Id, now);
        file.Run($"DELETE FROM held_then WHERE observables IN (SELECT observables FROM {steps} WHERE action = {Delete})");
        file.Run($"INSERT OR IGNORE INTO held_then SELECT observables FROM {steps} WHERE action = {Create}");
    }
}
