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

    public void Reading(string source, long done, long total) =>
        (_source ??= new ProgressItem(source)).Set(done < total ? Phase.Reading : Phase.Planning, done, total, Now);

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
        var full = string.Join(Separator, active.Select(item => item.Text(now)));
        if (TextWidth.Of(full) <= width) return full;
        var few = string.Join(Separator, active.Select(item => item.Short(now)));
        if (TextWidth.Of(few) <= width) return few;
        var slowest = active.MaxBy(item => item.SecondsLeft(now) ?? -1)!;
        return TextWidth.Truncate(string.Join(Separator, active.Select(item => item.Tight(now))) + slowest.TimeLeft(now), width);
    }

    private List<ProgressItem> Active() => [.. _destinations.Values.Prepend(_source).OfType<ProgressItem>().Where(item => item.IsActive)];

    private ProgressItem Of(string destination)
    {
        if (!_destinations.TryGetValue(destination, out var item)) _destinations[destination] = item = new ProgressItem(destination);
        return item;
    }
}
