using MispGraphSync.Ledger;

namespace MispGraphSync.Output;

/// <summary>Rejections with the same reason and remedy at one destination.</summary>
internal sealed record RejectionGroup(string Destination, string Reason, string Remedy)
{
    public long Count { get; set; }

    /// <summary>The first few.</summary>
    public List<RejectedItem> Shown { get; } = [];
}

/// <summary>Rejections counted by reason. The number of groups is bounded, since services choose the words.</summary>
internal sealed class RejectionGroups
{
    private const int MaxGroups = 1_000;
    private const int MaxShown = 10;

    /// <summary>Enough of a run to know its reasons; the rest is counted as other reasons.</summary>
    private const int MaxRead = 20_000;

    private const int MaxReasons = 5;

    private readonly Dictionary<(string Destination, string Reason, string Remedy), RejectionGroup> _groups = [];

    public static RejectionGroups None { get; } = new();

    /// <summary>Those beyond the number of groups.</summary>
    public long Others { get; private set; }

    /// <summary>The most frequent first.</summary>
    public IEnumerable<RejectionGroup> MostFrequent => _groups.Values.OrderByDescending(group => group.Count)
        .ThenBy(group => group.Destination, StringComparer.Ordinal).ThenBy(group => group.Reason, StringComparer.Ordinal);

    public static RejectionGroups OfRun(IEnumerable<Rejection> rejections)
    {
        var groups = new RejectionGroups();
        foreach (var rejection in rejections.Take(MaxRead)) groups.Add(RejectedItem.WithoutRemedy(rejection));
        return groups;
    }

    public void Add(RejectedItem item)
    {
        var key = (item.Destination, item.Reason, Remedy: item.CommonRemedy);
        if (!_groups.TryGetValue(key, out var group))
        {
            if (_groups.Count == MaxGroups)
            {
                Others++;
                return;
            }

            _groups[key] = group = new RejectionGroup(key.Destination, key.Reason, key.Remedy);
        }

        group.Count++;
        if (group.Shown.Count < MaxShown) group.Shown.Add(item);
    }

    /// <summary>A run's reasons at one destination; the counts add up to the rejected.</summary>
    public IEnumerable<(string Reason, long Count)> At(DestinationReport destination)
    {
        var top = MostFrequent.Where(group => group.Destination == destination.Name).Take(MaxReasons).ToList();
        if (destination.Tally.Rejected == 0 || top.Count == 0) yield break;
        foreach (var group in top) yield return (group.Reason, group.Count);
        if (destination.Tally.Rejected - top.Sum(group => group.Count) is > 0 and var rest) yield return ("for other reasons", rest);
    }
}
