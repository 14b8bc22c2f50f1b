using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

internal sealed partial class DestinationLedger
{
    private const int FindingsAtOnce = 256;

    public void BeginInventory(DestinationState destination)
    {
        lock (file.Gate)
        {
            file.Run($"DROP TABLE IF EXISTS {Tables.Found(destination)}");
            file.Run($"CREATE TEMP TABLE {Tables.Found(destination)} (n INTEGER PRIMARY KEY, key BLOB, occupies BLOB, id TEXT, "
                + "type TEXT NOT NULL, value TEXT NOT NULL, expires INTEGER, revoked INTEGER NOT NULL, raw BLOB NOT NULL, "
                    + "fixed BLOB NOT NULL)");
            file.Run($"DROP TABLE IF EXISTS {Tables.Findings(destination)}");
            file.Run($"CREATE TEMP TABLE {Tables.Findings(destination)} (n INTEGER PRIMARY KEY, kind INTEGER NOT NULL, repair INTEGER NOT NULL, observables BLOB, key BLOB, id TEXT, type TEXT, value TEXT, differences BLOB)");
        }
    }

    public void AddRemote(DestinationState destination, RemoteIndicator remote)
    {
        lock (file.Gate)
        {
            var insert = file.Statement(
                $"INSERT INTO {Tables.Found(destination)} (key, id, type, value, expires, revoked, raw, occupies, fixed) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
            insert.Bind(1, remote.Key).Bind(8, remote.ConflictsWith).Bind(2, remote.Id).Bind(3, remote.Type).Bind(4, remote.Value)
                .Bind(5, remote.Expires).Bind(6, remote.Revoked).Bind(7, remote.Raw.Span)
                .Bind(9, remote.ImmutableHash).Run();
        }
    }

    public void EndInventory(DestinationState destination)
    {
        lock (file.Gate)
        {
            // Built at the end: keys come in no order, and an index kept up row by row would cost a seek each.
            file.Run($"CREATE INDEX {Tables.Found(destination)}_key ON {Tables.Plain(Tables.Found(destination))} (key)");
            file.Run($"CREATE INDEX {Tables.Found(destination)}_occupies ON {Tables.Plain(Tables.Found(destination))} (occupies)");
            file.Run($"CREATE INDEX {Tables.Findings(destination)}_kind ON {Tables.Plain(Tables.Findings(destination))} (kind, n)");
        }
    }

    public IReadOnlyList<RemoteIndicator> FindRemote(DestinationState destination, Guid key)
    {
        lock (file.Gate)
        {
            var found = new List<RemoteIndicator>();
            var query = file.Statement(
                $"SELECT id, raw, type, value, expires, revoked, fixed FROM {Tables.Found(destination)} WHERE key = ? ORDER BY n")
                .Bind(1, key);
            while (query.Read())
            {
                var id = query.TextOrNull(0);
                if (id is not null && found.Exists(other => other.Id == id)) continue;
                found.Add(new RemoteIndicator(id, key, query.Blob(1).ToArray(), query.Text(2), query.Text(3), null, null,
                    query.TimeOrNull(4), query.Flag(5), ImmutableHash: query.Hash(6)));
            }

            return found;
        }
    }

    public bool IsHeldByOther(DestinationState destination, Guid key)
    {
        lock (file.Gate)
        {
            var query = file.Statement($"SELECT 1 FROM {Tables.Found(destination)} WHERE occupies = ? LIMIT 1").Bind(1, key);
            var isTaken = query.Read();
            query.Reset();
            return isTaken;
        }
    }

    public long CountLiveRemote(DestinationState destination, DateTimeOffset now)
    {
        lock (file.Gate)
        {
            var query = file.Statement($"SELECT COUNT(DISTINCT COALESCE(id, n)) FROM {Tables.Found(destination)} WHERE revoked = 0 AND COALESCE(expires, ?1 + 1) > ?1").Bind(1, now);
            var count = query.Read() ? query.Long(0) : 0;
            query.Reset();
            return count;
        }
    }

    public DateTimeOffset? LastSentAt(DestinationState destination, Hash128 observables)
    {
        lock (file.Gate)
        {
            var query = file.Statement("SELECT COALESCE(r.ended, r.started) FROM held h JOIN run r ON r.id = h.run WHERE h.destination = ? AND h.observables = ?")
                .Bind(1, destination.Id).Bind(2, observables);
            DateTimeOffset? sent = query.Read() ? query.Time(0) : null;
            query.Reset();
            return sent;
        }
    }

    public bool HasSource(DestinationState destination, Hash128 observables, Guid @event)
    {
        lock (file.Gate)
        {
            var column = IndicatorSourceIndexes.Column(destination.Shape);
            var query = file.Statement($"SELECT 1 FROM source s JOIN event e ON e.source = s.id AND e.uuid = ? JOIN support p ON p.event = e.id AND p.{column} = ? LIMIT 1")
                .Bind(1, @event).Bind(2, observables);
            var isSupported = query.Read();
            query.Reset();
            return isSupported;
        }
    }

    public void AddFinding(DestinationState destination, Finding finding)
    {
        lock (file.Gate)
        {
            var insert = file.Statement($"INSERT INTO {Tables.Findings(destination)} (kind, repair, observables, key, id, type, value, differences) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
            insert.Bind(1, (long)finding.Kind).Bind(2, (long)finding.Repair).Bind(3, finding.Observables).Bind(4, finding.Key).Bind(5, finding.Id).Bind(6, finding.Type).Bind(7, finding.Value).Bind(8, FindingRecord.Write(finding.Differences)).Run();
        }
    }

    public void AddForeignFindings(DestinationState destination, DateTimeOffset now)
    {
        lock (file.Gate)
        {
            file.Statement(
                $"""
                INSERT INTO {Tables.Findings(destination)} (kind, repair, key, id, type, value)
                SELECT {(int)FindingKind.Foreign}, {(int)RepairKind.None}, key, id, type, value FROM {Tables.Found(destination)}
                WHERE revoked = 0 AND COALESCE(expires, ?1 + 1) > ?1 AND (key IS NULL OR key NOT IN (
                    SELECT key FROM held WHERE destination = ?2
                    UNION ALL SELECT key FROM {Tables.Findings(destination)} WHERE kind = {(int)FindingKind.Untracked} AND key IS NOT NULL))
                AND (id IS NULL OR id NOT IN (SELECT id FROM {Tables.Findings(destination)} WHERE kind = {(int)FindingKind.Legacy} AND id IS NOT NULL))
                GROUP BY COALESCE(id, n)
                """).Bind(1, now).Bind(2, destination.Id).Run();
        }
    }

    public IReadOnlyDictionary<FindingKind, long> CountFindings(DestinationState destination)
    {
        lock (file.Gate)
        {
            var counts = new Dictionary<FindingKind, long>();
            var query = file.Statement($"SELECT kind, COUNT(*) FROM {Tables.Findings(destination)} GROUP BY kind");
            while (query.Read()) counts[(FindingKind)query.Int(0)] = query.Long(1);
            return counts;
        }
    }

    public IEnumerable<Finding> ReadFindings(DestinationState destination, FindingKind? kind = null)
    {
        foreach (var one in kind is { } only ? [only] : Enum.GetValues<FindingKind>())
        {
            var last = 0L;
            while (true)
            {
                var page = ReadPage(destination, one, last);
                foreach (var (_, finding) in page) yield return finding;
                if (page.Count < FindingsAtOnce) break;
                last = page[^1].N;
            }
        }
    }

    private List<(long N, Finding Finding)> ReadPage(DestinationState destination, FindingKind kind, long after)
    {
        lock (file.Gate)
        {
            var page = new List<(long, Finding)>();
            var query = file.Statement($"SELECT n, repair, observables, key, id, type, value, differences FROM {Tables.Findings(destination)} WHERE kind = ? AND n > ? ORDER BY n LIMIT {FindingsAtOnce}")
                .Bind(1, (long)kind).Bind(2, after);
            while (query.Read())
            {
                page.Add((query.Long(0), new Finding
                {
                    Kind = kind,
                    Repair = (RepairKind)query.Int(1),
                    Observables = query.IsNull(2) ? null : query.Hash(2),
                    Key = query.IsNull(3) ? null : query.Guid(3),
                    Id = query.TextOrNull(4),
                    Type = query.TextOrNull(5),
                    Value = query.TextOrNull(6),
                    Differences = query.IsNull(7) ? [] : FindingRecord.Read(query.Blob(7)),
                }));
            }

            return page;
        }
    }
}
