using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

// A ledger that may be an old copy.
internal sealed partial class DestinationLedger
{
    /// <summary>What was sent so shortly ago may not be in a list yet.</summary>
    private static readonly TimeSpan NotYetListed = TimeSpan.FromMinutes(10);

    /// <summary>
    /// What is held according to the ledger has to be compared with what each destination lists, and everything is read in full.
    /// </summary>
    /// <param name="except">Destinations where the ledger is trusted.</param>
    public void MarkOutdated(IReadOnlyCollection<DestinationInfo> except)
    {
        lock (file.Gate)
        {
            file.InTransaction(() =>
            {
                foreach (var row in new DestinationRows(file).List().Where(row => !except.Any(row.Is)))
                {
                    file.Statement("UPDATE destination SET takes_over = 1, plans_everything = 1, in_doubt = 1 WHERE id = ?")
                        .Bind(1, row.Id).Run();
                }

                file.Run("UPDATE source SET full_read_at = NULL");
            });
        }
    }

    public long ForgetUnlisted(DestinationState destination, DateTimeOffset now)
    {
        lock (file.Gate)
        {
            Tables.EnsureAdoptable(file);
            return file.InTransaction(() =>
            {
                // A revoked one has used up its key.
                file.Statement(
                    """
                    INSERT OR REPLACE INTO generation (destination, observables, next, modified)
                    SELECT h.destination, h.observables, h.generation + 1, h.modified
                    FROM held h JOIN adoptable a ON a.destination = h.destination AND a.key = h.key AND a.dead
                    LEFT JOIN generation g ON g.destination = h.destination AND g.observables = h.observables
                    WHERE h.destination = ? AND h.generation >= COALESCE(g.next, 0)
                    """).Bind(1, destination.Id).Run();
                file.Statement(
                    """
                    DELETE FROM held WHERE destination = ?1
                    AND key NOT IN (SELECT key FROM adoptable WHERE destination = ?1 AND NOT dead)
                    AND (run NOT IN (SELECT id FROM run WHERE COALESCE(ended, started) > ?2)
                        OR key IN (SELECT key FROM adoptable WHERE destination = ?1 AND dead))
                    """).Bind(1, destination.Id).Bind(2, now - NotYetListed).Run();
                var gone = file.Changes;
                // A later run may have sent something else: whatever it is, it is not like what is wanted.
                // A list may show the immutable part.
                file.Statement(
                    """
                    UPDATE held SET id = COALESCE(a.id, held.id), expires = COALESCE(a.expires, held.expires), change = ?2,
                        fixed = CASE WHEN a.fixed = zeroblob(16) THEN held.fixed ELSE a.fixed END
                    FROM adoptable a WHERE held.destination = ?1 AND a.destination = ?1 AND a.key = held.key
                    """).Bind(1, destination.Id).Bind(2, Hash128.Unknown).Run();
                RecountHeld(destination);
                return (long)gone;
            });
        }
    }

    // Their keys are of another epoch: they are left to expire.
    private void ForgetHeld(DestinationState destination)
    {
        file.Statement("DELETE FROM held WHERE destination = ?").Bind(1, destination.Id).Run();
        RecountHeld(destination);
    }

    private void RecountHeld(DestinationState destination)
    {
        file.Statement(
            """
            DELETE FROM held_body WHERE destination = ?1
            AND NOT EXISTS (SELECT 1 FROM held h WHERE h.destination = ?1 AND h.observables = held_body.observables)
            """).Bind(1, destination.Id).Run();
        file.Statement("UPDATE destination SET in_doubt = 0, held = (SELECT COUNT(*) FROM held WHERE destination = ?1) WHERE id = ?1")
            .Bind(1, destination.Id).Run();
    }
}
