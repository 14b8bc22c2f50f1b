namespace MispGraphSync.Core.Ports;

/// <summary>Which indicators get the free places, and which are evicted.</summary>
/// <param name="Kept">How many of the creations are kept, the highest first.</param>
/// <param name="Evicted">How many of those held leave for some of them, the lowest first.</param>
public readonly record struct CapacityPlan(int Kept, int Evicted)
{
    /// <summary>Free places go to the highest; the next take the place of someone of ours that they outrank.</summary>
    /// <param name="room">Free places; less than none when there are too many already.</param>
    /// <param name="creations">Highest first.</param>
    /// <param name="evictable">Lowest first; empty when nobody may be evicted.</param>
    public static CapacityPlan Of(long room, IReadOnlyList<Rank> creations, IReadOnlyList<Rank> evictable)
    {
        var placed = (int)Math.Clamp(room, 0, creations.Count);
        var evicted = 0;
        var most = Math.Min(creations.Count - placed, evictable.Count);
        while (evicted < most && creations[placed + evicted].Outranks(evictable[evicted])) evicted++;
        return new CapacityPlan(placed + evicted, evicted);
    }
}

/// <summary>How full a destination is, and who competes for it.</summary>
/// <param name="Held">Ours that are active there, with those that the plan takes over.</param>
/// <param name="Leaving">Of these, how many the plan deletes.</param>
/// <param name="Creations">The planned creations, highest first; of more than the capacity, one more than it.</param>
/// <param name="Evictable">Ours that stay, lowest first.</param>
public sealed record CapacityUse(long Held, long Leaving, IReadOnlyList<Rank> Creations, IReadOnlyList<Rank> Evictable);
