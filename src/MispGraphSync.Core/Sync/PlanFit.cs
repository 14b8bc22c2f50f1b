namespace MispGraphSync.Core.Sync;

/// <summary>
/// Makes a plan fit its destination: leaves out what others hold and what finds no place, and evicts what is outranked.
/// What this installation did not put there is never touched.
/// </summary>
public sealed class PlanFit(IDestination destination, DestinationMemory memory, ICapacityLedger ledger, DateTimeOffset now)
{
    /// <summary>Others come and go without a word.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromDays(1);

    /// <summary>Whether not everything may find a place there.</summary>
    public static bool IsNeededAt(IDestination destination) => destination.SharesValues || destination.Capacity is not null;

    /// <param name="listed">How many indicators are there, whoever put them there; null when nobody looked.</param>
    /// <param name="mayEvict">False after a read that did not reach its end.</param>
    public Fit Make(long? listed, bool mayEvict)
    {
        var fit = new Fit { HeldByOther = listed is null ? 0 : ledger.LeaveOutTaken(memory) };
        if (destination.Capacity is { } capacity) fit = MakeRoom(fit, capacity, listed, mayEvict);
        if (fit.LeavesOut) fit = fit with { NextVacancy = ledger.NextVacancy(memory, now) };

        if (fit.LeavesOut) ledger.RememberLeftOut(memory, LookAgainAt(fit, mayEvict), destination.Capacity);
        else if (memory.PlansEverything) ledger.RememberLeftOut(memory, null, destination.Capacity);
        return fit;
    }

    // Who could have been evicted for is due as soon as a read reaches its end.
    private DateTimeOffset LookAgainAt(Fit fit, bool mayEvict)
    {
        if (!mayEvict) return now;
        var later = now + LookAgainAfter;
        return fit.NextVacancy is { } next && next < later ? next : later;
    }

    private Fit MakeRoom(Fit fit, int capacity, long? listed, bool mayEvict)
    {
        var crowd = ledger.ReadCrowd(memory, capacity, now);
        var free = capacity - crowd.Held;
        if (destination.CapacityForAll is { } forAll && listed is { } there) free = Math.Min(free, forAll - there);
        fit = fit with { Free = Math.Max(0, free) };
        if (crowd.Creations.Count <= fit.Free) return fit;

        var plan = CapacityPlan.Of(free + crowd.Leaving, crowd.Creations, mayEvict ? crowd.Incumbents : []);
        return fit with { OverCapacity = ledger.Fit(memory, plan), Evicted = plan.Evicted };
    }
}
