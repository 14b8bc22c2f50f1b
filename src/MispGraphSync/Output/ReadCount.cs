namespace MispGraphSync.Output;

/// <summary>Which of the listed indicators are wanted, and what to say of them at the end.</summary>
/// <param name="type">Null: all types.</param>
/// <param name="limit">Null: all of them.</param>
internal sealed class ReadCount(string? type, long? limit)
{
    private const int MaxTypes = 100;

    private readonly SortedDictionary<string, long> _types = new(StringComparer.Ordinal);
    private long _listed;
    private long _taken;
    private long _revoked;

    /// <summary>No more are wanted.</summary>
    public bool IsFull => _taken >= limit;

    public bool Takes(RemoteIndicator indicator)
    {
        _listed++;
        if (type is null || indicator.Label.Type.Equals(type, StringComparison.OrdinalIgnoreCase))
        {
            _taken++;
            if (indicator.Revoked) _revoked++;
            return true;
        }

        if (_types.TryGetValue(indicator.Label.Type, out var count) || _types.Count < MaxTypes) _types[indicator.Label.Type] = count + 1;
        return false;
    }

    public string Text(string destination)
    {
        var what = type is null ? "indicator" : $"indicator of the type {Sanitize.ForDisplay(type, 40)}";
        var more = IsFull ? "; there may be more" : type is null ? "" : $", of {_listed:N0}";
        var found = _taken == 0 && _types.Count > 0
            ? $" Types there: {string.Join(", ", _types.Select(one => $"{Sanitize.ForDisplay(one.Key, 80)} {one.Value:N0}"))}."
            : "";
        var count = Plural.Of(_taken, what, what.Replace("indicator", "indicators", StringComparison.Ordinal));
        var revoked = _revoked > 0 ? $", {_revoked:N0} of them revoked" : "";
        return $"{count} at '{destination}'{revoked}{more}.{found}";
    }
}
