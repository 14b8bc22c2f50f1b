using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// Makes a plan fit its destination: skips what others hold and what is over capacity, and evicts what is outranked.
/// What this installation did not put there is never touched.
/// </summary>
public sealed class CapacityPlanner(IDestination destination, DestinationState state, IDestinationLedger ledger, DateTimeOffset now)
{
    /// <summary>Others add and delete indicators without notice.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromDays(1);

    /// <summary>Whether the destination may not take everything.</summary>
    public static bool IsNeededAt(IDestination destination) =>
        destination.Capabilities is { HasSharedNamespace: true } or { Capacity: not null };

    /// <param name="listed">How many indicators are there, whoever put them there; null when nobody looked.</param>
    /// <param name="mayEvict">False after a read that did not reach its end.</param>
    public CapacityResult Make(long? listed, bool mayEvict)
    {
        var fit = new CapacityResult { HeldByOther = listed is null ? 0 : ledger.SkipHeldByOther(state) };
        if (destination.Capabilities.Capacity is { } capacity) fit = MakeRoom(fit, capacity, listed, mayEvict);
        if (fit.ExcludesAny)
        {
            fit = fit with { NextVacancy = ledger.NextVacancy(state, now) };
            // Who could have been evicted for is due as soon as a read reaches its end. Expiries and deletions are noticed in any run.
            ledger.RecordOverCapacity(state, mayEvict ? now + LookAgainAfter : now, destination.Capabilities.Capacity);
        }
        else if (state.PlansEverything)
        {
            ledger.RecordOverCapacity(state, null, destination.Capabilities.Capacity);
        }

        return fit;
    }

    private CapacityResult MakeRoom(CapacityResult fit, int capacity, long? listed, bool mayEvict)
    {
        var use = ledger.ReadCapacityUse(state, capacity, now);
        var free = capacity - use.Held;
        if (destination.Capabilities.CapacityForAll is { } forAll && listed is { } there) free = Math.Min(free, forAll - there);
        fit = fit with { Free = Math.Max(0, free) };
        if (use.Creations.Count <= fit.Free) return fit;

        var plan = CapacityPlan.Of(free + use.Leaving, use.Creations, mayEvict ? use.Evictable : []);
        return fit with { OverCapacity = ledger.FitToCapacity(state, plan), Evicted = plan.Evicted };
    }
}

/// <summary>The result of fitting a plan to the capacity.</summary>
public sealed record CapacityResult
{
    public static CapacityResult Everything { get; } = new();

    /// <summary>Creations skipped because others hold the value.</summary>
    public long HeldByOther { get; init; }

    /// <summary>Creations skipped because the destination is full.</summary>
    public long OverCapacity { get; init; }

    /// <summary>Deletions that were added to the plan, to make room.</summary>
    public long Evicted { get; init; }

    /// <summary>Creations that have room before anything is deleted.</summary>
    public long Free { get; init; } = long.MaxValue;

    /// <summary>The next expiry of a held indicator that is not renewed.</summary>
    public DateTimeOffset? NextVacancy { get; init; }

    public bool ExcludesAny => HeldByOther + OverCapacity + Evicted > 0;

    /// <summary>The skip counts, with those of this result added.</summary>
    public SortedDictionary<SkipReason, long> AddTo(IReadOnlyDictionary<SkipReason, long> skipped)
    {
        var all = new SortedDictionary<SkipReason, long>(skipped.ToDictionary());
        if (HeldByOther > 0) all[SkipReason.HeldByOther] = all.GetValueOrDefault(SkipReason.HeldByOther) + HeldByOther;
        if (OverCapacity > 0) all[SkipReason.OverCapacity] = all.GetValueOrDefault(SkipReason.OverCapacity) + OverCapacity;
        return all;
    }

    /// <summary>Warnings, one sentence each.</summary>
    public IEnumerable<string> Warnings(string destination)
    {
        if (HeldByOther > 0) yield return $"'{destination}': others hold {HeldByOther} of these values; they are left alone.";
        if (OverCapacity == 0) yield break;
        var next = NextVacancy is { } at
            ? $"The next held indicator expires at {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC."
            : "No held indicator is about to expire; a run checks again when one is deleted, and once a day.";
        yield return $"'{destination}' is full: {OverCapacity} indicators are over capacity and rank no higher than those held. {next}";
    }
}
