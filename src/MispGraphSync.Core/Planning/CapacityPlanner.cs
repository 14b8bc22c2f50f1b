using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// Makes a plan fit its destination: leaves out what others hold and what finds no place, and evicts what is outranked.
/// What this installation did not put there is never touched.
/// </summary>
public sealed class CapacityPlanner(IDestination destination, DestinationState state, IDestinationLedger ledger, DateTimeOffset now)
{
    /// <summary>Others come and go without a word.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromDays(1);

    /// <summary>Whether not everything may find a place there.</summary>
    public static bool IsNeededAt(IDestination destination) => destination.Capabilities.HasSharedNamespace || destination.Capabilities.Capacity is not null;

    /// <param name="listed">How many indicators are there, whoever put them there; null when nobody looked.</param>
    /// <param name="mayEvict">False after a read that did not reach its end.</param>
    public CapacityResult Make(long? listed, bool mayEvict)
    {
        var fit = new CapacityResult { HeldByOther = listed is null ? 0 : ledger.SkipHeldByOther(state) };
        if (destination.Capabilities.Capacity is { } capacity) fit = MakeRoom(fit, capacity, listed, mayEvict);
        if (fit.ExcludesAny) fit = fit with { NextVacancy = ledger.NextVacancy(state, now) };

        if (fit.ExcludesAny) ledger.RecordOverCapacity(state, LookAgainAt(fit, mayEvict), destination.Capabilities.Capacity);
        else if (state.PlansEverything) ledger.RecordOverCapacity(state, null, destination.Capabilities.Capacity);
        return fit;
    }

    // Who could have been evicted for is due as soon as a read reaches its end.
    private DateTimeOffset LookAgainAt(CapacityResult fit, bool mayEvict)
    {
        if (!mayEvict) return now;
        var later = now + LookAgainAfter;
        return fit.NextVacancy is { } next && next < later ? next : later;
    }

    private CapacityResult MakeRoom(CapacityResult fit, int capacity, long? listed, bool mayEvict)
    {
        var crowd = ledger.ReadCapacityUse(state, capacity, now);
        var free = capacity - crowd.Held;
        if (destination.Capabilities.CapacityForAll is { } forAll && listed is { } there) free = Math.Min(free, forAll - there);
        fit = fit with { Free = Math.Max(0, free) };
        if (crowd.Creations.Count <= fit.Free) return fit;

        var plan = CapacityPlan.Of(free + crowd.Leaving, crowd.Creations, mayEvict ? crowd.Evictable : []);
        return fit with { OverCapacity = ledger.FitToCapacity(state, plan), Evicted = plan.Evicted };
    }
}
