using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>
/// Gathers the keys to plan into temporary tables, sorted by key once for all destinations of a form, and walks them beside
/// what is held. Costs what changed, not what is held: only a new or changed destination is planned whole.
/// </summary>
internal sealed partial class DestinationLedger(LedgerFile file, long run) : IDestinationLedger
{
    private readonly EventCache _events = new(file);
    private readonly HashSet<IndicatorShape> _prepared = [];
    private readonly Dictionary<long, Statement> _stepInserts = [];

    public DestinationState OpenDestination(DestinationInfo info, IndicatorShape form, string fingerprint)
    {
        lock (file.Gate)
        {
            return file.InTransaction(() =>
            {
                file.Statement(
                    """
                    INSERT INTO destination (kind, place, scope, name, form, fingerprint, takes_over, plans_everything)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, 1)
                    ON CONFLICT (kind, place, scope) DO UPDATE SET
                        name = ?4,
                        plans_everything = plans_everything OR fingerprint <> ?6,
                        fingerprint = ?6
                    """).Bind(1, info.Kind).Bind(2, info.Place).Bind(3, info.Scope).Bind(4, info.Name).Bind(5, (long)form).Bind(6, fingerprint).Run();
                var query = file.Statement(
                    "SELECT id, takes_over, plans_everything, held, epoch, in_doubt FROM destination "
                    + "WHERE kind = ? AND place = ? AND scope = ?")
                    .Bind(1, info.Kind).Bind(2, info.Place).Bind(3, info.Scope);
                query.Read();
                var memory = new DestinationState(query.Long(0), info, form, query.Flag(1), query.Flag(2), query.Long(3),
                    query.TextOrNull(4))
                { IsOutdated = query.Flag(5) };
                query.Reset();
                return memory;
            });
        }
    }

    public string? FindAcceptedSelection(DestinationState destination, string source)
    {
        lock (file.Gate)
        {
            var query = file.Statement(
                "SELECT a.selection FROM accepted a JOIN source s ON s.id = a.source WHERE a.destination = ? AND s.name = ?")
                .Bind(1, destination.Id).Bind(2, source);
            var found = query.Read() ? query.Text(0) : null;
            query.Reset();
            return found;
        }
    }

    public void StartKeyNamespace(DestinationState destination, string epoch)
    {
        lock (file.Gate)
        {
            file.InTransaction(() =>
            {
                file.Statement("UPDATE destination SET epoch = ? WHERE id = ?").Bind(1, epoch).Bind(2, destination.Id).Run();
                if (destination.IsOutdated) ForgetHeld(destination);
            });
        }
    }

    public void PreparePlan(IReadOnlyList<DestinationState> destinations, DateTimeOffset now)
    {
        lock (file.Gate)
        {
            foreach (var destination in destinations)
            {
                PrepareDestination(destination, now);
                ForgetLeftOut(destination);
            }

            foreach (var form in destinations.GroupBy(destination => destination.Shape)) GatherSupports(form.Key, [.. form]);
        }
    }

    public void PrepareRetry(IReadOnlyList<DestinationState> destinations)
    {
        lock (file.Gate)
        {
            foreach (var destination in destinations)
            {
                MakeTables(destination);
                file.Statement($"INSERT INTO {Tables.ToPlan(destination)} SELECT observables FROM rejected WHERE destination = ?").Bind(1, destination.Id).Run();
            }

            foreach (var form in destinations.GroupBy(destination => destination.Shape)) GatherSupports(form.Key, [.. form]);
        }
    }

    public void PrepareRepair(DestinationState destination)
    {
        lock (file.Gate)
        {
            MakeTables(destination);
            var repairs = string.Join(", ", Findings.Planned.Select(repair => (int)repair));
            file.Run($"INSERT OR IGNORE INTO {Tables.ToPlan(destination)} SELECT observables FROM {Tables.Findings(destination)} WHERE repair IN ({repairs})");
            GatherSupports(destination.Shape, [destination]);
        }
    }

    public IEnumerable<PlanKey> KeysToPlan(DestinationState destination) => new PlanKeyReader(file, _events, destination).Keys();

    public void AddStep(DestinationState destination, PlanKey key, StepDecision step)
    {
        lock (file.Gate)
        {
            if (!_stepInserts.TryGetValue(destination.Id, out var insert))
            {
                insert = file.Statement($"INSERT INTO {Tables.Steps(destination)} (observables, action, reason, replaces, first, rank, key) VALUES (?, ?, ?, ?, ?, ?, ?)");
                _stepInserts[destination.Id] = insert;
            }

            insert.Bind(1, key.Observables).Bind(2, (long)step.Action).Bind(3, step.Reason).Bind(4, step.Replaces).Bind(5, key.FirstRow)
                .Bind(6, step.Rank.Value).Bind(7, step.Key).Run();
        }
    }

    public PlanCounts CountSteps(DestinationState destination)
    {
        lock (file.Gate)
        {
            var counts = new long[4];
            var query = file.Statement($"SELECT action, COUNT(*) FROM {Tables.Steps(destination)} GROUP BY action");
            while (query.Read()) counts[query.Int(0)] = query.Long(1);
            return new PlanCounts(counts[(int)StepAction.Create], counts[(int)StepAction.Update], counts[(int)StepAction.Renew], counts[(int)StepAction.Delete]);
        }
    }

    public long CountReplacements(DestinationState destination)
    {
        lock (file.Gate)
        {
            var count = file.Scalar($"SELECT COUNT(*) FROM {Tables.Steps(destination)} WHERE replaces");
            if (count == 0) return 0;
            Tables.EnsureReplacing(file);
            file.Run($"INSERT OR IGNORE INTO replacing (destination, key) SELECT h.destination, h.key FROM {Tables.Steps(destination)} s "
                + $"CROSS JOIN held h WHERE s.replaces AND h.destination = {destination.Id} AND h.observables = s.observables");
            return count;
        }
    }

    public void KeepReplacedBody(DestinationState destination, Guid key, ReadOnlySpan<byte> body)
    {
        lock (file.Gate)
        {
            file.Statement("UPDATE replacing SET body = ? WHERE destination = ? AND key = ?").Bind(1, body).Bind(2, destination.Id)
                .Bind(3, key).Run();
        }
    }

    public IEnumerable<PlannedKey> ReadSteps(DestinationState destination, params IReadOnlyList<StepAction> actions) =>
        new PlanStepReader(file, _events, destination, actions).Steps();

    public void AddListedIndicator(DestinationState destination, Guid key, ListedIndicator found)
    {
        lock (file.Gate)
        {
            Tables.EnsureAdoptable(file);
            file.Statement("INSERT OR REPLACE INTO adoptable VALUES (?, ?, ?, ?, ?, ?)")
                .Bind(1, destination.Id).Bind(2, key).Bind(3, found.Id).Bind(4, found.Expires).Bind(5, found.IsRevoked)
                .Bind(6, found.ImmutableHash).Run();
            if (found.IsRevoked) file.Statement("INSERT OR IGNORE INTO spent_key VALUES (?, ?)").Bind(1, destination.Id).Bind(2, key).Run();
        }
    }

    public bool HasRevokedKeys(DestinationState destination)
    {
        lock (file.Gate) return Tables.HasAny(file, "spent_key", destination.Id);
    }

    public ListedIndicator? FindListedIndicator(DestinationState destination, Guid key)
    {
        lock (file.Gate)
        {
            Tables.EnsureAdoptable(file);
            var query = file.Statement("SELECT id, expires, dead, fixed FROM adoptable WHERE destination = ? AND key = ?")
                .Bind(1, destination.Id).Bind(2, key);
            var found = query.Read() ? new ListedIndicator(query.TextOrNull(0), query.TimeOrNull(1), query.Flag(2), query.Hash(3)) : null;
            query.Reset();
            if (found is not null) return found;
            query = file.Statement("SELECT 1 FROM spent_key WHERE destination = ? AND key = ?").Bind(1, destination.Id).Bind(2, key);
            found = query.Read() ? new ListedIndicator(Id: null, Expires: null, IsRevoked: true) : null;
            query.Reset();
            return found;
        }
    }

    private void PrepareDestination(DestinationState destination, DateTimeOffset now)
    {
        MakeTables(destination);
        if (destination.PlansEverything) return;

        file.Run("CREATE INDEX IF NOT EXISTS held_renewal ON held (destination, renew_at)");
        file.Statement(
            $"""
            INSERT INTO {Tables.ToPlan(destination)}
            SELECT observables FROM dirty WHERE destination = ?1
            UNION SELECT observables FROM held WHERE destination = ?1 AND renew_at <= ?2
            """).Bind(1, destination.Id).Bind(2, now).Run();
    }

    private void MakeTables(DestinationState destination)
    {
        file.Run($"CREATE TEMP TABLE IF NOT EXISTS {Tables.Steps(destination)} (n INTEGER PRIMARY KEY, observables BLOB NOT NULL, action INTEGER NOT NULL, reason TEXT NOT NULL, replaces INTEGER NOT NULL, first INTEGER NOT NULL, rank INTEGER NOT NULL, key BLOB)");
        file.Run($"DELETE FROM {Tables.Steps(destination)}");
        file.Run($"CREATE TEMP TABLE IF NOT EXISTS {Tables.ToPlan(destination)} (observables BLOB PRIMARY KEY) WITHOUT ROWID");
        file.Run($"DELETE FROM {Tables.ToPlan(destination)}");
    }

    private void GatherSupports(IndicatorShape form, List<DestinationState> destinations)
    {
        var work = Tables.Work(form);
        var column = IndicatorSourceIndexes.Column(form);
        file.Run($"CREATE TEMP TABLE IF NOT EXISTS {work} (n INTEGER PRIMARY KEY, observables BLOB NOT NULL, event INTEGER NOT NULL, attribute BLOB NOT NULL, part INTEGER NOT NULL, detail BLOB NOT NULL)");
        if (!_prepared.Add(form)) file.Run($"DELETE FROM {work}");
        var insert = $"INSERT INTO {work} (observables, event, attribute, part, detail) SELECT s.{column}, s.event, s.attribute, s.part, s.detail FROM ";
        if (destinations.Exists(destination => destination.PlansEverything))
        {
            file.Run($"{insert} support s WHERE s.{column} IS NOT NULL ORDER BY s.{column}, s.event, s.seq");
            return;
        }

        var toPlan = string.Join(" UNION ", destinations.Select(destination => $"SELECT observables FROM {Tables.ToPlan(destination)}"));
        if (destinations.TrueForAll(destination => file.Scalar($"SELECT COUNT(*) FROM {Tables.ToPlan(destination)}") == 0)) return;
        IndicatorSourceIndexes.Ensure(file, form);
        file.Run($"{insert} ({toPlan}) p CROSS JOIN support s ON s.{column} = p.observables AND s.{column} IS NOT NULL ORDER BY p.observables, s.event, s.seq");
    }
}
