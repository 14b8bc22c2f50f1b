using MispGraphSync.Ledger;
using MispGraphSync.Sources.Misp;

namespace MispGraphSync.Hits;

/// <summary>
/// Writes sightings to one MISP server: what MISP has after a request is read back, what it lacks is sent again in halves. MISP first, the
/// ledger after: a known UUID is skipped there, so that a kill in between doubles nothing.
/// </summary>
/// <param name="source">The word that each sighting names.</param>
internal sealed class SightingWriter(MispSightings misp, HitLedger ledger, string source, TimeProvider time)
{
    /// <summary>A thousand take a second.</summary>
    private const int MaxAtATime = 500;

    /// <summary>So many single sightings that fail in a row are MISP's fault.</summary>
    private const int MaxFailures = 3;

    private int _failures;

    public int Written { get; private set; }

    public int Refused { get; private set; }

    /// <exception cref="RunFailedException">The key has no right to, or MISP cannot be reached. What was written is recorded.</exception>
    public async Task WriteAsync(IEnumerable<PlannedSighting> sightings, CancellationToken ct)
    {
        foreach (var ofEvent in sightings.GroupBy(one => one.Sighting.Event))
        {
            foreach (var batch in ofEvent.Chunk(MaxAtATime)) await SaveAsync(ofEvent.Key, batch, ct).ConfigureAwait(false);
        }
    }

    private async Task SaveAsync(Guid @event, IReadOnlyList<PlannedSighting> batch, CancellationToken ct)
    {
        var answer = await misp.SaveAsync(@event, [.. batch.Select(one => (one.Uuid, one.Sighting))], source, ct).ConfigureAwait(false);
        if (answer == SaveAnswer.NoEvent)
        {
            Record(batch, isWritten: false);
            return;
        }

        var there = await misp.FindAsync([.. batch.Select(one => one.Sighting)], ct).ConfigureAwait(false);
        Record([.. batch.Where(one => there.Contains(one.Uuid))], isWritten: true);
        PlannedSighting[] missing = [.. batch.Where(one => !there.Contains(one.Uuid))];
        if (missing.Length < batch.Count) _failures = 0;
        if (missing.Length == 0) return;
        if (missing.Length == 1 && batch.Count == 1)
        {
            Record(missing, isWritten: false);
            if (answer == SaveAnswer.Failed && ++_failures >= MaxFailures) throw misp.Failing();
            return;
        }

        // One that MISP does not take keeps all of its request out.
        foreach (var half in missing.Chunk((missing.Length + 1) / 2)) await SaveAsync(@event, half, ct).ConfigureAwait(false);
    }

    private void Record(IReadOnlyCollection<PlannedSighting> sightings, bool isWritten)
    {
        if (sightings.Count == 0) return;
        ledger.RecordSightings(sightings.Select(one => (one.Uuid, one.Sighting, isWritten)), time.GetUtcNow());
        if (isWritten) Written += sightings.Count;
        else Refused += sightings.Count;
    }
}
