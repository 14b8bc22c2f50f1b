using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Ports;

/// <summary>The ledger's side of destinations where not everything finds a place: too few of them, or taken by others.</summary>
public interface ICapacityLedger
{
    /// <summary>
    /// Has everything planned, when something was left out before and there may be a place for it now: it is time to look
    /// again, the capacity is another one, or something of ours has run out or may be about to go.
    /// </summary>
    void ReplanOverCapacity(DestinationState destination, int? capacity, DateTimeOffset now);

    /// <summary>Remembers, for this run, a key whose value others hold.</summary>
    void AddHeldByOther(DestinationState destination, Guid key);

    /// <summary>Takes the creations out of the plan whose keys are taken, and tells how many they were.</summary>
    long SkipHeldByOther(DestinationState destination);

    /// <summary>What is held there and what the plan would add.</summary>
    CapacityUse ReadCapacityUse(DestinationState destination, int capacity, DateTimeOffset now);

    /// <summary>
    /// Puts the creations in order of rank, takes those out that are not kept, and adds the evictions, lowest first, of the
    /// crowd that was read last. Tells how many creations were left out.
    /// </summary>
    long FitToCapacity(DestinationState destination, CapacityPlan plan);

    /// <summary>When the next of ours runs out that nothing will renew; null when there is none.</summary>
    DateTimeOffset? NextVacancy(DestinationState destination, DateTimeOffset now);

    /// <summary>Remembers until when, and at which capacity, something is left out; null: nothing is.</summary>
    void RecordOverCapacity(DestinationState destination, DateTimeOffset? lookAgainAt, int? capacity);

    /// <summary>Notes that an indicator ranks otherwise than when it was sent.</summary>
    void RecordRank(DestinationState destination, Hash128 observables, Rank rank);
}
