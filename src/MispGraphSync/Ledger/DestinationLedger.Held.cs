namespace MispGraphSync.Ledger;

// Held and rejected indicators.
internal sealed partial class DestinationLedger
{
    private const int HeldPerPage = 256;

    public HeldIndicator? FindHeld(DestinationState destination, Hash128 observables) =>
        HeldRecord.Find(file, destination.Id, observables);

    public HeldIndicator? FindReplaced(DestinationState destination, Hash128 observables) =>
        HeldRecord.FindReplaced(file, destination.Id, observables);

    public IEnumerable<HeldIndicator> ReadHeld(DestinationState destination)
    {
        // Every key sorts after the empty one.
        SqlValue last = ReadOnlyMemory<byte>.Empty;
        while (true)
        {
            var page = file.All(
                $"SELECT {HeldRecord.Columns} FROM {HeldRecord.Tables} "
                + $"WHERE h.destination = ? AND h.observables > ? ORDER BY h.observables LIMIT {HeldPerPage}",
                HeldRecord.Read, destination.Id, last);
            foreach (var held in page) yield return held;
            if (page.Count < HeldPerPage) yield break;
            last = page[^1].Observables;
        }
    }

    public long CountHeld(DestinationState destination) => file.Scalar("SELECT held FROM destination WHERE id = ?", destination.Id);

    public long RecountHeld(DestinationState destination)
    {
        file.Write(
            "UPDATE destination SET held = (SELECT COUNT(*) FROM held WHERE destination = ?1) WHERE id = ?1", destination.Id);
        return CountHeld(destination);
    }

    public long CountLiveHeld(DestinationState destination, DateTimeOffset now) =>
        file.Scalar("SELECT COUNT(*) FROM held WHERE destination = ? AND expires > ?", destination.Id, now);

    public bool HoldsAny(DestinationState destination, DateTimeOffset now) =>
        file.Any("SELECT 1 FROM held WHERE destination = ? AND expires > ? LIMIT 1", destination.Id, now);

    public void ForgetExpired(DestinationState destination, DateTimeOffset now) => file.InTransaction(() =>
    {
        WithdrawnRecord.Keep(file, run, "h.destination = ?2 AND h.expires <= ?3", until: "h.expires", destination.Id, now);
        const string Expired = "SELECT observables FROM held WHERE destination = ?1 AND expires <= ?2";
        file.Run($"DELETE FROM held_body WHERE destination = ?1 AND observables IN ({Expired})", destination.Id, now);
        file.Run("DELETE FROM held WHERE destination = ? AND expires <= ?", destination.Id, now);
        file.Run("UPDATE destination SET held = held - ? WHERE id = ?", file.Changes, destination.Id);
    });

    public void ForgetObsoleteRejections(DestinationState destination)
    {
        if (!Tables.HasAny(file, "rejected", destination.Id)) return;
        Tables.EnsureKeyIndex(file, destination.Shape);
        file.Write(
            $"""
            DELETE FROM rejected WHERE destination = ?
            AND NOT EXISTS (SELECT 1 FROM held h WHERE h.destination = rejected.destination AND h.observables = rejected.observables)
            AND NOT EXISTS (SELECT 1 FROM support s WHERE s.{Tables.KeyColumn(destination.Shape)} = rejected.observables)
            """,
            destination.Id);
    }

    public long CountSuppressed(DestinationState destination) =>
        file.Scalar("SELECT COUNT(*) FROM rejected WHERE destination = ? AND run <> ? AND attempts > 0", destination.Id, run);

    public bool HasWaitingForRoom(DestinationState destination) =>
        file.Any("SELECT 1 FROM rejected WHERE destination = ? AND attempts = 0 LIMIT 1", destination.Id);

    public long CountWaitingForRoom(DestinationState destination) => file.Scalar(
        "SELECT (SELECT COUNT(*) FROM rejected WHERE destination = ?1 AND attempts = 0) "
        + "+ (SELECT COUNT(*) FROM left_out WHERE destination = ?1 AND reason = ?2)",
        destination.Id, SkipReason.OverCapacity.Slug());

    public void RescheduleRenewal(DestinationState destination, Hash128 observables, DateTimeOffset renewAt) =>
        file.Write("UPDATE held SET renew_at = ? WHERE destination = ? AND observables = ?", renewAt, destination.Id, observables);

    public void RecordRank(DestinationState destination, Hash128 observables, Rank rank) =>
        file.Write("UPDATE held SET rank = ? WHERE destination = ? AND observables = ?", rank.Value, destination.Id, observables);
}
