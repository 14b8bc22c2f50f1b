namespace MispGraphSync.Ledger;

// Destinations with a capacity: SQLite sorts and cuts the plan by rank, so that memory holds one capacity of ranks at most.
internal sealed partial class DestinationLedger
{
    private const int Create = (int)StepAction.Create;
    private const int Delete = (int)StepAction.Delete;

    public void ReplanOverCapacity(DestinationState destination, int? capacity, DateTimeOffset now) =>
        // A changed held key may be deleted, and an expired one is gone: both make room.
        file.Write(
            """
            UPDATE destination SET plans_everything = 1 WHERE id = ?1 AND look_again_at IS NOT NULL AND (
                look_again_at <= ?2 OR capacity IS NOT ?3
                OR EXISTS (SELECT 1 FROM held WHERE destination = ?1 AND expires <= ?2)
                OR EXISTS (SELECT 1 FROM dirty d JOIN held h ON h.destination = d.destination AND h.observables = d.observables
                           WHERE d.destination = ?1))
            """,
            destination.Id, now, (long?)capacity);

    public void AddHeldByOther(DestinationState destination, Guid key) =>
        file.Run("INSERT OR IGNORE INTO taken VALUES (?, ?)", destination.Id, key);

    public long SkipHeldByOther(DestinationState destination) => SkipCreations(
        destination, $"key IN (SELECT key FROM taken WHERE destination = {destination.Id})", SkipReason.HeldByOther);

    public CapacityUse ReadCapacityUse(DestinationState destination, int capacity, DateTimeOffset now)
    {
        var steps = Tables.Steps(destination);
        lock (file.Gate)
        {
            var leaving = file.Scalar(
                $"SELECT COUNT(*) FROM {steps} s CROSS JOIN held h WHERE h.destination = ? AND h.expires > ? "
                + $"AND h.observables = s.observables AND s.action = {Delete}",
                destination.Id, now);
            var creations = file.All(
                $"SELECT rank FROM {steps} WHERE action = {Create} ORDER BY rank DESC LIMIT ?", ReadRank, capacity + 1L);
            CollectEvictable(destination, now);
            var evictable = file.All($"SELECT rank FROM {Tables.Evictable(destination)} ORDER BY rank, observables", ReadRank);
            return new CapacityUse(CountLiveHeld(destination, now), leaving, creations, evictable);
        }
    }

    public long FitToCapacity(DestinationState destination, CapacityPlan plan) => file.InTransaction(() =>
    {
        var steps = Tables.Steps(destination);
        var skipped = SkipCreations(
            destination, $"n NOT IN (SELECT n FROM {steps} WHERE action = {Create} ORDER BY rank DESC, n LIMIT {plan.Kept})",
            SkipReason.OverCapacity);
        // Inserted again in order of rank, with new numbers, they are read in that order.
        var last = file.Scalar($"SELECT MAX(n) FROM {steps}");
        file.Run(
            $"INSERT INTO {steps} (observables, action, reason, replaces, first, rank, key) "
            + $"SELECT observables, action, reason, replaces, first, rank, key FROM {steps} WHERE action = {Create} ORDER BY rank DESC, n");
        file.Run($"DELETE FROM {steps} WHERE action = {Create} AND n <= ?", last);
        if (plan.Evicted == 0) return skipped;

        file.Run(
            $"INSERT INTO {steps} (observables, action, reason, replaces, first, rank) "
            + $"SELECT observables, {Delete}, '{StepReasons.Evicted}', 0, 0, rank FROM {Tables.Evictable(destination)} "
            + "ORDER BY rank, observables LIMIT ?",
            plan.Evicted);
        RecordSkipped(destination, $"reason = '{StepReasons.Evicted}'", SkipReason.OverCapacity);
        file.Run(
            $"DELETE FROM {steps} WHERE action NOT IN ({Create}, {Delete}) "
            + $"AND observables IN (SELECT observables FROM {steps} WHERE reason = '{StepReasons.Evicted}')");
        return skipped;
    });

    public DateTimeOffset? NextVacancy(DestinationState destination, DateTimeOffset now) => file.First(
        "SELECT MIN(expires) FROM held WHERE destination = ? AND expires > ? AND renew_at >= expires",
        static row => row.TimeOrNull(0), destination.Id, now);

    public void RecordOverCapacity(DestinationState destination, DateTimeOffset? lookAgainAt, int? capacity) => file.Write(
        "UPDATE destination SET look_again_at = ?, capacity = ? WHERE id = ?", lookAgainAt, (long?)capacity, destination.Id);

    // A creation may replace an expired row, which is not held any more, or a rejected one, which is not sent again.
    private long SkipCreations(DestinationState destination, string condition, SkipReason reason) => file.InTransaction(() =>
    {
        condition = $"action = {Create} AND {condition}";
        RecordSkipped(destination, condition, reason);
        var chosen = $"FROM {Tables.Steps(destination)} WHERE {condition}";
        file.Run($"DELETE FROM rejected WHERE destination = ? AND observables IN (SELECT observables {chosen})", destination.Id);
        file.Run($"DELETE FROM held WHERE destination = ? AND observables IN (SELECT observables {chosen})", destination.Id);
        file.Run("UPDATE destination SET held = held - ? WHERE id = ?", file.Changes, destination.Id);
        file.Run($"DELETE {chosen}");
        return (long)file.Changes;
    });

    private void RecordSkipped(DestinationState destination, string condition, SkipReason reason) => file.Run(
        $"INSERT OR REPLACE INTO left_out SELECT ?, observables, ? FROM {Tables.Steps(destination)} WHERE {condition}",
        destination.Id, reason.Slug());

    // Keys that are planned again may have room this time.
    private void ForgetSkipped(DestinationState destination) => file.Write(
        "DELETE FROM left_out WHERE destination = ?"
        + (destination.PlansEverything ? "" : $" AND observables IN (SELECT observables FROM {Tables.ToPlan(destination)})"),
        destination.Id);

    // The live held indicators that are not deleted, updates with their new rank. In a table of their own, since joining a million
    // steps to the held indicators would compare each with each.
    private void CollectEvictable(DestinationState destination, DateTimeOffset now)
    {
        var (evictable, steps) = (Tables.Evictable(destination), Tables.Steps(destination));
        file.Run($"CREATE TEMP TABLE IF NOT EXISTS {evictable} (observables BLOB PRIMARY KEY, rank INTEGER NOT NULL) WITHOUT ROWID");
        file.Run($"DELETE FROM {evictable}");
        file.Run($"INSERT INTO {evictable} SELECT observables, rank FROM held "
            + "WHERE destination = ? AND expires > ? AND key <> observables",
            destination.Id, now);
        file.Run($"DELETE FROM {evictable} WHERE observables IN (SELECT observables FROM {steps} WHERE action = {Delete})");
        file.Run(
            $"REPLACE INTO {evictable} SELECT observables, rank FROM {steps} s WHERE action NOT IN ({Create}, {Delete}) "
            + $"AND EXISTS (SELECT 1 FROM {evictable} i WHERE i.observables = s.observables)");
    }

    private static Rank ReadRank(Statement row) => new(row.Long(0));
}
