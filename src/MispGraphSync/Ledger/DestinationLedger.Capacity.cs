using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>Where not everything finds a place: the plan's table is sorted and cut by rank, never more than a capacity in memory.</summary>
internal sealed partial class DestinationLedger
{
    private const int Create = (int)StepAction.Create;
    private const int Delete = (int)StepAction.Delete;

    public void ReplanOverCapacity(DestinationState destination, int? capacity, DateTimeOffset now)
    {
        lock (file.Gate)
        {
            // A held key that changed may go, and what ran out is gone: both make room.
            file.InTransaction(() => file.Statement(
                """
                UPDATE destination SET plans_everything = 1 WHERE id = ?1 AND look_again_at IS NOT NULL AND (
                    look_again_at <= ?2 OR capacity IS NOT ?3
                    OR EXISTS (SELECT 1 FROM held WHERE destination = ?1 AND expires <= ?2)
                    OR EXISTS (SELECT 1 FROM dirty d JOIN held h ON h.destination = d.destination AND h.observables = d.observables WHERE d.destination = ?1))
                """).Bind(1, destination.Id).Bind(2, now).Bind(3, (long?)capacity).Run());
        }
    }

    public void AddHeldByOther(DestinationState destination, Guid key)
    {
        lock (file.Gate)
        {
            Tables.EnsureTaken(file);
            file.Statement("INSERT OR IGNORE INTO taken VALUES (?, ?)").Bind(1, destination.Id).Bind(2, key).Run();
        }
    }

    public long SkipHeldByOther(DestinationState destination)
    {
        lock (file.Gate)
        {
            Tables.EnsureTaken(file);
            var isTaken = $"key IN (SELECT key FROM taken WHERE destination = {destination.Id})";
            return LeaveOut(destination, isTaken, SkipReason.HeldByOther);
        }
    }

    public CapacityUse ReadCapacityUse(DestinationState destination, int capacity, DateTimeOffset now)
    {
        var steps = Tables.Steps(destination);
        lock (file.Gate)
        {
            var held = Count("SELECT COUNT(*) FROM held WHERE destination = ? AND expires > ?", destination, now);
            var leaving = Count($"SELECT COUNT(*) FROM {steps} s CROSS JOIN held h WHERE h.destination = ? AND h.expires > ? AND h.observables = s.observables AND s.action = {Delete}", destination, now);
            var creations = Ranks(file.Statement($"SELECT rank FROM {steps} WHERE action = {Create} ORDER BY rank DESC LIMIT ?").Bind(1, capacity + 1L));
            GatherIncumbents(destination, now);
            var incumbents = Ranks(file.Statement($"SELECT rank FROM {Tables.Incumbents(destination)} ORDER BY rank, observables"));
            return new CapacityUse(held, leaving, creations, incumbents);
        }
    }

    public long FitToCapacity(DestinationState destination, CapacityPlan plan)
    {
        var steps = Tables.Steps(destination);
        lock (file.Gate)
        {
            return file.InTransaction(() =>
            {
                var leftOut = LeaveOut(destination, $"n NOT IN (SELECT n FROM {steps} WHERE action = {Create} ORDER BY rank DESC, n LIMIT {plan.Kept})", SkipReason.OverCapacity);
                // Numbered anew, they are read in this order.
                var last = file.Scalar($"SELECT MAX(n) FROM {steps}");
                file.Run($"INSERT INTO {steps} (observables, action, reason, replaces, first, rank, key) SELECT observables, action, reason, replaces, first, rank, key FROM {steps} WHERE action = {Create} ORDER BY rank DESC, n");
                file.Run($"DELETE FROM {steps} WHERE action = {Create} AND n <= {last}");
                if (plan.Evicted == 0) return leftOut;

                file.Run($"INSERT INTO {steps} (observables, action, reason, replaces, first, rank) SELECT observables, {Delete}, '{StepReasons.Evicted}', 0, 0, rank FROM {Tables.Incumbents(destination)} ORDER BY rank, observables LIMIT {plan.Evicted}");
                WriteDown(destination, $"reason = '{StepReasons.Evicted}'", SkipReason.OverCapacity);
                file.Run($"DELETE FROM {steps} WHERE action NOT IN ({Create}, {Delete}) AND observables IN (SELECT observables FROM {steps} WHERE reason = '{StepReasons.Evicted}')");
                return leftOut;
            });
        }
    }

    public DateTimeOffset? NextVacancy(DestinationState destination, DateTimeOffset now)
    {
        lock (file.Gate)
        {
            var query = file.Statement("SELECT MIN(expires) FROM held WHERE destination = ? AND expires > ? AND renew_at >= expires").Bind(1, destination.Id).Bind(2, now);
            var next = query.Read() ? query.TimeOrNull(0) : null;
            query.Reset();
            return next;
        }
    }

    public void RecordOverCapacity(DestinationState destination, DateTimeOffset? lookAgainAt, int? capacity)
    {
        lock (file.Gate)
        {
            file.InTransaction(() => file.Statement("UPDATE destination SET look_again_at = ?, capacity = ? WHERE id = ?")
                .Bind(1, lookAgainAt).Bind(2, (long?)capacity).Bind(3, destination.Id).Run());
        }
    }

    public void RecordRank(DestinationState destination, Hash128 observables, Rank rank)
    {
        lock (file.Gate)
        {
            file.InTransaction(() => file.Statement("UPDATE held SET rank = ? WHERE destination = ? AND observables = ?").Bind(1, rank.Value).Bind(2, destination.Id).Bind(3, observables).Run());
        }
    }

    // A creation of what ran out at the destination takes its row along: it is not held there. Nor is what was turned down
    // there sent again.
    private long LeaveOut(DestinationState destination, string which, SkipReason reason) => file.InTransaction(() =>
    {
        which = $"action = {Create} AND {which}";
        WriteDown(destination, which, reason);
        var chosen = $"FROM {Tables.Steps(destination)} WHERE {which}";
        file.Run($"DELETE FROM rejected WHERE destination = {destination.Id} AND observables IN (SELECT observables {chosen})");
        file.Run($"DELETE FROM held WHERE destination = {destination.Id} AND observables IN (SELECT observables {chosen})");
        file.Statement("UPDATE destination SET held = held - ? WHERE id = ?").Bind(1, (long)file.Changes).Bind(2, destination.Id).Run();
        file.Run($"DELETE {chosen}");
        return (long)file.Changes;
    });

    private void WriteDown(DestinationState destination, string which, SkipReason reason) =>
        file.Run($"INSERT OR REPLACE INTO left_out SELECT {destination.Id}, observables, '{reason.Slug()}' FROM {Tables.Steps(destination)} WHERE {which}");

    // What is planned anew may find a place this time.
    private void ForgetLeftOut(DestinationState destination) => file.InTransaction(() =>
        file.Run($"DELETE FROM left_out WHERE destination = {destination.Id}{(destination.PlansEverything ? "" : $" AND observables IN (SELECT observables FROM {Tables.ToPlan(destination)})")}"));

    // What is active there and stays. An update's own rank counts. A table of its own, since joining the steps, which may be
    // a million, to what is held would compare each with each.
    private void GatherIncumbents(DestinationState destination, DateTimeOffset now)
    {
        var (incumbents, steps) = (Tables.Incumbents(destination), Tables.Steps(destination));
        file.Run($"CREATE TEMP TABLE IF NOT EXISTS {incumbents} (observables BLOB PRIMARY KEY, rank INTEGER NOT NULL) WITHOUT ROWID");
        file.Run($"DELETE FROM {incumbents}");
        file.Statement($"INSERT INTO {incumbents} SELECT observables, rank FROM held WHERE destination = ? AND expires > ?").Bind(1, destination.Id).Bind(2, now).Run();
        file.Run($"DELETE FROM {incumbents} WHERE observables IN (SELECT observables FROM {steps} WHERE action = {Delete})");
        file.Run($"REPLACE INTO {incumbents} SELECT observables, rank FROM {steps} s WHERE action NOT IN ({Create}, {Delete}) AND EXISTS (SELECT 1 FROM {incumbents} i WHERE i.observables = s.observables)");
    }

    private static List<Rank> Ranks(Statement query)
    {
        var ranks = new List<Rank>();
        while (query.Read()) ranks.Add(new Rank(query.Long(0)));
        return ranks;
    }

    private long Count(string sql, DestinationState destination, DateTimeOffset now)
    {
        var query = file.Statement(sql).Bind(1, destination.Id).Bind(2, now);
        var count = query.Read() ? query.Long(0) : 0;
        query.Reset();
        return count;
    }
}
