namespace MispGraphSync.Ledger;

// Context objects have a destination row of their own; here is what the events support, and what is known of clusters.
internal sealed partial class DestinationLedger
{
    public bool Knows(DestinationInfo destination) => file.Any(
        "SELECT 1 FROM destination WHERE kind = ? AND place = ? AND scope = ?", destination.Kind, destination.Place, destination.Scope);

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
        var key = $"s.{Tables.KeyColumn(indicators.Shape)}";
        var held = by switch
        {
            SupportedBy.Held => $"CROSS JOIN held h ON h.destination = {indicators.Id} "
                + $"AND h.expires > {now.ToUnixTimeMilliseconds()} AND h.observables = {key}",
            SupportedBy.Planned => $"CROSS JOIN {HeldAfterPlan(indicators, now)} h ON h.observables = {key}",
            _ => "",
        };
        using var rows = file.NewStatement(
            $"SELECT s.event, s.attribute, s.part, s.detail, {FactRecord.Columns} "
            + $"FROM context_changed c CROSS JOIN support s ON s.event = c.event {held} {FactRecord.Join("s")} "
            + $"WHERE c.destination = ? AND {key} IS NOT NULL ORDER BY s.event, s.seq");
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
            for (; hasRow && rows.Long(0) == current; hasRow = rows.Read())
            {
                var source = IndicatorSourceRecord.Read(rows.Blob(3), rows.Guid(1), rows.Int(2));
                yield return new IndicatorSourceRow(source, _events.Find(current)) { Facts = FactRecord.Read(rows, 4) };
            }
        }
    });

    public void MarkIndicatorsOf(DestinationState context, DestinationState indicators, string subject)
    {
        var key = $"s.{Tables.KeyColumn(indicators.Shape)}";
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
        file.Run("DELETE FROM dirty WHERE destination = ?", context.Id);
    });

    // A table of its own: steps have no index by key.
    private string HeldAfterPlan(DestinationState indicators, DateTimeOffset now)
    {
        var steps = Tables.Steps(indicators);
        file.Run("CREATE TEMP TABLE IF NOT EXISTS held_then (observables BLOB PRIMARY KEY) WITHOUT ROWID");
        file.Run("DELETE FROM held_then");
        file.Run("INSERT INTO held_then SELECT observables FROM held WHERE destination = ? AND expires > ?", indicators.Id, now);
        file.Run($"DELETE FROM held_then WHERE observables IN (SELECT observables FROM {steps} WHERE action = {Delete})");
        file.Run($"INSERT OR IGNORE INTO held_then SELECT observables FROM {steps} WHERE action = {Create}");
        return "temp.held_then";
    }
}
