namespace MispGraphSync.Output.Progress;

/// <summary>How far a run is. Not thread-safe.</summary>
internal sealed class RunProgress(TimeProvider time)
{
    private const string Separator = " · ";

    private readonly long _start = time.GetTimestamp();
    private readonly Dictionary<string, ProgressItem> _destinations = new(StringComparer.Ordinal);
    private ProgressItem? _source;

    private TimeSpan Now => time.GetElapsedTime(_start);

    public void SetRequestLimit(string destination, int requestsPerMinute) => Of(destination).RequestsPerMinute = requestsPerMinute;

    public void Opening(string source) => (_source = new ProgressItem(source)).Set(Phase.Opening, 0, 0, Now);

    public void Reading(string source, long done, long total)
    {
        // Destinations are listed before a source is read, and no message says that a list has ended.
        foreach (var destination in _destinations.Values) destination.EndListing();
        if (_source?.Name != source) _source = new ProgressItem(source);
        _source.Set(done < total ? Phase.Reading : Phase.Planning, done, total, Now);
    }

    public void Listed(string destination, long soFar) => Of(destination).Set(Phase.Listing, soFar, 0, Now);

    public void Sending(string destination, long done, long total)
    {
        // The plan of what is sent now is complete.
        _source?.Set(Phase.Waiting, 0, 0, Now);
        Of(destination).Set(Phase.Sending, done, total, Now);
    }

    public void Request(string destination) => Of(destination).AddRequest(Now);

    public void Pause(string destination, TimeSpan wait)
    {
        var until = Now + wait;
        if (until > Of(destination).PausedUntil) Of(destination).PausedUntil = until;
    }

    /// <summary>A line for each active item.</summary>
    public IReadOnlyList<string> Lines()
    {
        var now = Now;
        return [.. Active().Select(item => item.Text(now))];
    }

    /// <summary>All active items on one line, in the longest form that fits; empty for none.</summary>
    /// <param name="width">Columns.</param>
    public string Line(int width)
    {
        var (now, active) = (Now, Active());
        if (active.Count == 0) return "";
        var left = active.MaxBy(item => item.SecondsLeft(now) ?? -1)!.TimeLeft(now);
        var rate = active.Where(item => item.SecondsLeft(now) is not null).Sum(item => item.PerSecond(now) ?? 0) is > 0 and var all
            ? $", {ProgressItem.RateText(all)}" : "";
        var names = ByPhase(active, item => item.Short(now, hasRate: false));
        string[] forms =
        [
            string.Join(Separator, active.Select(item => item.Text(now))),
            ByPhase(active, item => item.Short(now, hasRate: true) + item.TimeLeft(now)),
            ByPhase(active, item => item.Short(now, hasRate: true)) + left,
            names + rate + left,
        ];
        return Array.Find(forms, form => TextWidth.Of(form) <= width)
            ?? TextWidth.Truncate(active.Count == 1 ? forms[0] : $"{active.Count} destinations{rate}{left}: {names}", width);
    }

    // A phase is named once for all items that are in it.
    private static string ByPhase(IEnumerable<ProgressItem> items, Func<ProgressItem, string> text) => string.Join(
        Separator, items.GroupBy(item => item.PhaseWord).Select(same => $"{same.Key} {string.Join(Separator, same.Select(text))}"));

    private List<ProgressItem> Active() => [.. _destinations.Values.Prepend(_source).OfType<ProgressItem>().Where(item => item.IsActive)];

    private ProgressItem Of(string destination)
    {
        if (!_destinations.TryGetValue(destination, out var item)) _destinations[destination] = item = new ProgressItem(destination);
        return item;
    }
}
