using System.Collections.Concurrent;

namespace MispGraphSync.Ledger;

/// <summary>
/// The destination side of the ledger. This part opens destinations and prepares the plan: the keys to plan are collected in
/// temporary tables, sorted once for all destinations of a shape, and read beside the held indicators. A plan costs as much as
/// changed, not as much as is held; only a new or changed destination is planned whole.
/// </summary>
/// <param name="run">The number of this run.</param>
internal sealed partial class DestinationLedger(LedgerFile file, long run) : IDestinationLedger
{
    private const string RenewalIndex = "CREATE INDEX IF NOT EXISTS held_renewal ON held (destination, renew_at)";

    private readonly EventCache _events = new(file);
    private readonly HashSet<IndicatorShape> _prepared = [];
    private readonly Dictionary<long, Statement> _stepInserts = [];
    // Destinations are listed at the same time.
    private readonly ConcurrentDictionary<long, bool> _inventories = [];

    public DestinationState OpenDestination(DestinationInfo info, IndicatorShape shape, string fingerprint) => file.InTransaction(() =>
    {
        file.Run(
            """
            INSERT INTO destination (kind, place, scope, name, form, fingerprint, takes_over, plans_everything)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, 1)
            ON CONFLICT (kind, place, scope) DO UPDATE SET
                name = ?4,
                plans_everything = plans_everything OR fingerprint <> ?6,
                fingerprint = ?6
            """,
            info.Kind, info.Place, info.Scope, info.Name, (long)shape, fingerprint);
        return file.First(
            "SELECT id, takes_over, plans_everything, held, in_doubt FROM destination WHERE kind = ? AND place = ? AND scope = ?",
            row => new DestinationState(row.Long(0), info, shape, row.Flag(1), row.Flag(2), row.Long(3))
            {
                IsOutdated = row.Flag(4),
            },
            info.Kind, info.Place, info.Scope)!;
    });

    public string? FindAcceptedSelection(DestinationState destination, string source) => file.First(
        "SELECT a.selection FROM accepted a JOIN source s ON s.id = a.source WHERE a.destination = ? AND s.name = ?",
        static row => row.Text(0), destination.Id, source);

    public void RecordAcceptedSelection(DestinationState destination, string source, string selection) => file.Write(
        "INSERT OR REPLACE INTO accepted SELECT ?, id, ? FROM source WHERE name = ?", destination.Id, selection, source);

    public void PlanEverythingNext(DestinationState destination) =>
        file.Write("UPDATE destination SET plans_everything = 1 WHERE id = ?", destination.Id);

    public void CompleteDestination(DestinationState destination)
    {
        file.Write("UPDATE destination SET plans_everything = 0 WHERE id = ?", destination.Id);
        file.Write("DELETE FROM replaced WHERE destination = ?", destination.Id);
        Tables.EnsureKeyIndex(file, destination.Shape);
        file.Run(RenewalIndex);
    }

    public void PreparePlan(IReadOnlyList<DestinationState> destinations, DateTimeOffset now) => Collect(destinations, destination =>
    {
        if (!destination.PlansEverything)
        {
            file.Run(RenewalIndex);
            file.Run(
                $"""
                INSERT INTO {Tables.ToPlan(destination)}
                SELECT observables FROM dirty WHERE destination = ?1
                UNION SELECT observables FROM held WHERE destination = ?1 AND renew_at <= ?2
                """,
                destination.Id, now);
        }

        ForgetSkipped(destination);
    });

    public void PrepareRetry(IReadOnlyList<(DestinationState Destination, IReadOnlyCollection<Hash128> Others)> destinations)
    {
        var others = destinations.ToDictionary(one => one.Destination.Id, one => one.Others);
        Collect([.. destinations.Select(one => one.Destination)], destination =>
        {
            file.Run(
                $"INSERT INTO {Tables.ToPlan(destination)} SELECT observables FROM rejected WHERE destination = ?", destination.Id);
            AddToPlan(destination, others[destination.Id]);
        });
    }

    public void PrepareRepair(DestinationState destination, IReadOnlyCollection<Hash128> others) => Collect([destination], _ =>
    {
        AddToPlan(destination, others);
        var repairs = string.Join(", ", Findings.Planned.Select(repair => (int)repair));
        file.Run(
            $"INSERT OR IGNORE INTO {Tables.ToPlan(destination)} SELECT observables FROM {Tables.Findings(destination)} "
            + $"WHERE repair IN ({repairs}) AND observables IS NOT NULL");
    });

    public void PrepareKeys(DestinationState destination, IReadOnlyCollection<Hash128> keys) =>
        Collect([destination], _ => AddToPlan(destination, keys));

    private void AddToPlan(DestinationState destination, IReadOnlyCollection<Hash128> keys)
    {
        foreach (var key in keys) file.Run($"INSERT OR IGNORE INTO {Tables.ToPlan(destination)} VALUES (?)", key);
    }

    public IEnumerable<(DestinationState Destination, PlanKey Key)> KeysToPlan(IReadOnlyList<DestinationState> destinations) =>
        new PlanReader(file, _events, destinations).Keys();

    public IEnumerable<PlannedKey> ReadSteps(DestinationState destination, params IReadOnlyList<StepAction> actions) =>
        new PlanReader(file, _events, [destination]).Steps(actions);

    public void AddStep(DestinationState destination, PlanKey key, StepDecision step)
    {
        lock (file.Gate)
        {
            if (!_stepInserts.TryGetValue(destination.Id, out var insert))
            {
                insert = file.Statement(
                    $"INSERT INTO {Tables.Steps(destination)} (observables, action, reason, replaces, first, rank, key) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?)");
                _stepInserts[destination.Id] = insert;
            }

            insert.Bind(key.Observables, (long)step.Action, step.Reason, step.Replaces, key.FirstRow, step.Rank.Value, step.Key).Run();
        }
    }

    public PlanCounts CountSteps(DestinationState destination)
    {
        var counts = file.All(
            $"SELECT action, COUNT(*) FROM {Tables.Steps(destination)} GROUP BY action",
            static row => KeyValuePair.Create((StepAction)row.Int(0), row.Long(1))).ToDictionary();
        long Of(StepAction action) => counts.GetValueOrDefault(action);
        return new PlanCounts(Of(StepAction.Create), Of(StepAction.Update), Of(StepAction.Renew), Of(StepAction.Delete));
    }

    public long CountReplacements(DestinationState destination)
    {
        var steps = Tables.Steps(destination);
        var count = file.Scalar($"SELECT COUNT(*) FROM {steps} WHERE replaces");
        if (count == 0) return 0;
        file.Run(
            $"INSERT OR IGNORE INTO replacing (destination, key) SELECT h.destination, h.key FROM {steps} s CROSS JOIN held h "
            + "WHERE s.replaces AND h.destination = ? AND h.observables = s.observables",
            destination.Id);
        return count;
    }

    public void KeepReplacedBody(DestinationState destination, Guid key, ReadOnlySpan<byte> body) =>
        file.Run("UPDATE replacing SET body = ? WHERE destination = ? AND key = ?", body.ToArray(), destination.Id, key);

    public void ClearUnchanged(DestinationState destination, bool keepDeletions)
    {
        // Without deletions in the plan, a key that is held but not planned may be one that waits to be deleted.
        var unless = keepDeletions
            ? "AND NOT EXISTS (SELECT 1 FROM held h WHERE h.destination = dirty.destination AND h.observables = dirty.observables)"
            : "";
        file.Write(
            "DELETE FROM dirty WHERE destination = ? "
            + $"AND observables NOT IN (SELECT observables FROM {Tables.Steps(destination)}) {unless}",
            destination.Id);
    }

    // Empties each destination's tables, lets the caller choose its keys, and sorts their sources once for each shape.
    private void Collect(IReadOnlyList<DestinationState> destinations, Action<DestinationState> choose)
    {
        lock (file.Gate)
        {
            foreach (var destination in destinations)
            {
                var (steps, toPlan) = (Tables.Steps(destination), Tables.ToPlan(destination));
                file.Run(
                    $"CREATE TEMP TABLE IF NOT EXISTS {steps} (n INTEGER PRIMARY KEY, observables BLOB NOT NULL, action INTEGER NOT NULL, "
                    + "reason TEXT NOT NULL, replaces INTEGER NOT NULL, first INTEGER NOT NULL, rank INTEGER NOT NULL, key BLOB)");
                file.Run($"DELETE FROM {steps}");
                file.Run($"CREATE TEMP TABLE IF NOT EXISTS {toPlan} (observables BLOB PRIMARY KEY) WITHOUT ROWID");
                file.Run($"DELETE FROM {toPlan}");
                choose(destination);
            }

            foreach (var sameShape in destinations.GroupBy(destination => destination.Shape)) CollectSources(sameShape.Key, [.. sameShape]);
        }
    }

    private void CollectSources(IndicatorShape shape, List<DestinationState> destinations)
    {
        var (work, column) = (Tables.Work(shape), Tables.KeyColumn(shape));
        file.Run(
            $"CREATE TEMP TABLE IF NOT EXISTS {work} (n INTEGER PRIMARY KEY, observables BLOB NOT NULL, event INTEGER NOT NULL, "
            + "attribute BLOB NOT NULL, part INTEGER NOT NULL, detail BLOB NOT NULL, facts INTEGER NOT NULL, score INTEGER, "
            + "decayed INTEGER, confident INTEGER, false_positives INTEGER, ends_at INTEGER)");
        if (!_prepared.Add(shape)) file.Run($"DELETE FROM {work}");
        var hasFacts = FactRecord.HasAny(file);
        var (facts, join) = hasFacts ? (FactRecord.Columns, FactRecord.Join("s")) : (FactRecord.NoColumns, "");
        var insert = $"INSERT INTO {work} (observables, event, attribute, part, detail, facts, score, decayed, confident, "
            + $"false_positives, ends_at) SELECT s.{column}, s.event, s.attribute, s.part, s.detail, {facts} FROM ";
        if (destinations.Exists(destination => destination.PlansEverything))
        {
            file.Run($"{insert} support s {join} WHERE s.{column} IS NOT NULL ORDER BY s.{column}, s.event, s.seq");
            return;
        }

        if (destinations.TrueForAll(destination => !file.Any($"SELECT 1 FROM {Tables.ToPlan(destination)} LIMIT 1"))) return;
        Tables.EnsureKeyIndex(file, shape);
        var toPlan = string.Join(" UNION ", destinations.Select(destination => $"SELECT observables FROM {Tables.ToPlan(destination)}"));
        file.Run(
            $"{insert} ({toPlan}) p CROSS JOIN support s ON s.{column} = p.observables AND s.{column} IS NOT NULL {join} "
            + "ORDER BY p.observables, s.event, s.seq");
    }
}
