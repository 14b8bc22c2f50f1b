using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Planning;

/// <summary>What became of a plan that had to fit.</summary>
public sealed record CapacityResult
{
    public static CapacityResult Everything { get; } = new();

    /// <summary>Creations left out since others hold the value.</summary>
    public long HeldByOther { get; init; }

    /// <summary>Creations left out since there is no place for them.</summary>
    public long OverCapacity { get; init; }

    /// <summary>Deletions that were added to the plan, to make room.</summary>
    public long Evicted { get; init; }

    /// <summary>Creations that have a place before anything is deleted.</summary>
    public long Free { get; init; } = long.MaxValue;

    /// <summary>When the next of ours runs out that nothing will renew.</summary>
    public DateTimeOffset? NextVacancy { get; init; }

    public bool ExcludesAny => HeldByOther + OverCapacity + Evicted > 0;

    /// <summary>What was left out, beside what was for other reasons.</summary>
    public SortedDictionary<SkipReason, long> AddTo(IReadOnlyDictionary<SkipReason, long> skipped)
    {
        var all = new SortedDictionary<SkipReason, long>(skipped.ToDictionary());
        if (HeldByOther > 0) all[SkipReason.HeldByOther] = all.GetValueOrDefault(SkipReason.HeldByOther) + HeldByOther;
        if (OverCapacity > 0) all[SkipReason.OverCapacity] = all.GetValueOrDefault(SkipReason.OverCapacity) + OverCapacity;
        return all;
    }

    /// <summary>What somebody should know of it, in sentences.</summary>
    public IEnumerable<string> Warnings(string destination)
    {
        if (HeldByOther > 0) yield return $"'{destination}': others hold {HeldByOther} of these values; they are left alone.";
        if (OverCapacity == 0) yield break;
        var next = NextVacancy is { } at
            ? $"The next of ours runs out at {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC."
            : "None of ours is about to run out; they are looked at again when one goes, and once a day.";
        yield return $"'{destination}' is full: {OverCapacity} indicators that rank no higher than what is there are left out. {next}";
    }
}
