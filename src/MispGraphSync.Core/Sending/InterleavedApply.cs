using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>
/// Sends creations where there is no room for all of them: as many as have a place, then a batch of deletions and as many
/// creations as places became free, turn by turn. So never more are there than may be, and never is more deleted than a
/// batch before what it makes room for is sent.
/// </summary>
public sealed class InterleavedApply(Applier applier, int batchSize, long planned)
{
    public async Task ApplyAsync(IEnumerable<PlanStep> creations, IEnumerable<PlanStep> deletions, long free)
    {
        using var creation = creations.GetEnumerator();
        using var deletion = deletions.GetEnumerator();
        while (applier.MayContinue)
        {
            var wanted = free;
            var sent = 0L;
            await applier.ApplyAsync(Next(creation, wanted, () => sent++), planned).ConfigureAwait(false);
            // Fewer than there was room for: that was the last creation.
            if (sent < wanted) break;

            var before = applier.Tally.Accepted;
            var deleted = 0L;
            await applier.ApplyAsync(Next(deletion, batchSize, () => deleted++), planned).ConfigureAwait(false);
            if (deleted == 0) return;
            free = applier.Tally.Accepted - before;
        }

        await applier.ApplyAsync(Next(deletion, long.MaxValue, () => { }), planned).ConfigureAwait(false);
    }

    private static IEnumerable<PlanStep> Next(IEnumerator<PlanStep> steps, long most, Action taken)
    {
        for (var i = 0L; i < most && steps.MoveNext(); i++)
        {
            taken();
            yield return steps.Current;
        }
    }
}
