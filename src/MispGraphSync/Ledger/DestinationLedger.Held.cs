using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

internal sealed partial class DestinationLedger
{
    private const int HeldAtOnce = 256;

    public long CountLiveHeld(DestinationState destination, DateTimeOffset now)
    {
        lock (file.Gate)
        {
            var query = file.Statement("SELECT COUNT(*) FROM held WHERE destination = ? AND expires > ?").Bind(1, destination.Id).Bind(2, now);
            var count = query.Read() ? query.Long(0) : 0;
            query.Reset();
            return count;
        }
    }

    public void ForgetExpired(DestinationState destination, DateTimeOffset now)
    {
        lock (file.Gate)
        {
            file.InTransaction(() =>
            {
                file.Statement("DELETE FROM held_body WHERE destination = ?1 AND observables IN (SELECT observables FROM held WHERE destination = ?1 AND expires <= ?2)")
                    .Bind(1, destination.Id).Bind(2, now).Run();
                file.Statement("DELETE FROM held WHERE destination = ? AND expires <= ?").Bind(1, destination.Id).Bind(2, now).Run();
                file.Statement("UPDATE destination SET held = held - ? WHERE id = ?").Bind(1, file.Changes).Bind(2, destination.Id).Run();
            });
        }
    }

    public IEnumerable<HeldIndicator> ReadHeld(DestinationState destination)
    {
        Hash128? last = null;
        while (true)
        {
            var page = ReadPage(destination, last);
            foreach (var held in page) yield return held;
            if (page.Count < HeldAtOnce) yield break;
            last = page[^1].Observables;
        }
    }

    public void PlanEverythingNext(DestinationState destination)
    {
        lock (file.Gate) file.InTransaction(() => file.Statement("UPDATE destination SET plans_everything = 1 WHERE id = ?").Bind(1, destination.Id).Run());
    }

    private List<HeldIndicator> ReadPage(DestinationState destination, Hash128? after)
    {
        lock (file.Gate)
        {
            var page = new List<HeldIndicator>();
            var query = file.Statement($"SELECT h.observables, {HeldRecord.Columns} FROM {HeldRecord.Tables} WHERE h.destination = ? AND h.observables > ? ORDER BY h.observables LIMIT {HeldAtOnce}")
                .Bind(1, destination.Id);
            // Every key sorts after an empty one.
            if (after is { } key) query.Bind(2, key);
            else query.Bind(2, ReadOnlySpan<byte>.Empty);
            while (query.Read()) page.Add(HeldRecord.Read(query, query.Hash(0), 1));
            return page;
        }
    }
}
