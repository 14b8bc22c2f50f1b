namespace MispGraphSync.Output.Report;

/// <summary>
/// Counts by name, of which the greatest are shown. Bounded: once there are too many names, new ones count as "others",
/// and so a flood of names costs no memory.
/// </summary>
internal sealed class TopCounts
{
    private const int MostNames = 20_000;
    private const int LongestName = 200;

    private readonly Dictionary<string, AttributeCount> _counts = new(StringComparer.Ordinal);
    private AttributeCount _unnamed;

    public void Add(string name, bool isHeld)
    {
        if (name.Length > LongestName) name = name[..LongestName] + '…';
        if (!_counts.TryGetValue(name, out var share) && _counts.Count == MostNames)
        {
            _unnamed = _unnamed.Plus(isHeld);
            return;
        }

        _counts[name] = share.Plus(isHeld);
    }

    /// <summary>The greatest by name; what is left over comes last, without a name.</summary>
    public IReadOnlyList<(string? Name, AttributeCount Share)> Top(int most)
    {
        var ordered = _counts.OrderByDescending(one => one.Value.Attributes).ThenBy(one => one.Key, StringComparer.Ordinal).ToList();
        var rest = ordered.Skip(most).Aggregate(_unnamed, (sum, one) => sum + one.Value);
        IEnumerable<(string?, AttributeCount)> top = ordered.Take(most).Select(one => ((string?)one.Key, one.Value));
        return [.. rest.Attributes > 0 ? top.Append((null, rest)) : top];
    }
}

/// <param name="Attributes">All.</param>
/// <param name="Held">Those with an indicator that a destination holds.</param>
internal readonly record struct AttributeCount(long Attributes, long Held)
{
    public static AttributeCount operator +(AttributeCount one, AttributeCount other) => new(one.Attributes + other.Attributes, one.Held + other.Held);

    public AttributeCount Plus(bool isHeld) => new(Attributes + 1, Held + (isHeld ? 1 : 0));
}
