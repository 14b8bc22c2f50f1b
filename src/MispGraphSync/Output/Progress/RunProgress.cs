using MispGraphSync.Text;

namespace MispGraphSync.Output.Progress;

/// <summary>
/// How far a run is. What goes on is noted as numbers, which costs next to nothing; text is made only when it is time to show
/// some. Not for several threads at once.
/// </summary>
internal sealed class RunProgress(TimeProvider time)
{
    private const string Between = " · ";

    private readonly long _start = time.GetTimestamp();
    private readonly Dictionary<string, ProgressItem> _destinations = new(StringComparer.Ordinal);
    private ProgressItem? _source;

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <param name="requestsPerMinute">What the settings let it make.</param>
    public void SetRequestLimit(string destination, int requestsPerMinute) => Of(destination).RequestsPerMinute = requestsPerMinute;

    public void Opening(string source) => (_source = new ProgressItem(source)).Set(Phase.Opening, 0, 0, Now);

    public void Reading(string source, long done, long inAll) =>
        (_source ??= new ProgressItem(source)).Set(done < inAll ? Phase.Reading : Phase.Planning, done, inAll, Now);

    public void Listed(string destination, long soFar) => Of(destination).Set(Phase.Listing, soFar, 0, Now);

    public void Planned(string destination, long steps) => Sending(destination, 0, steps);

    public void Sending(string destination, long done, long inAll)
    {
        // What is sent now has been planned before.
        _source?.Set(Phase.Waiting, 0, 0, Now);
        Of(destination).Set(Phase.Sending, done, inAll, Now);
    }

    public void Request(string destination) => Of(destination).Request(Now);

    public void Pause(string destination, TimeSpan wait)
    {
        var until = Now + wait;
        if (until > Of(destination).PausedUntil) Of(destination).PausedUntil = until;
    }

    /// <summary>A line each, for what goes on right now; empty for nothing.</summary>
    public IReadOnlyList<string> Lines()
    {
        var now = Now;
        return [.. Active().Select(work => work.Text(now))];
    }

    /// <summary>All of it on one line, as much as finds room; empty for nothing.</summary>
    /// <param name="width">Columns.</param>
    public string Line(int width)
    {
        var now = Now;
        var active = Active();
        if (active.Count == 0) return "";
        var full = string.Join(Between, active.Select(work => work.Text(now)));
        if (TextWidth.Of(full) <= width) return full;
        var few = string.Join(Between, active.Select(work => work.Short(now)));
        if (TextWidth.Of(few) <= width) return few;
        var slowest = active.MaxBy(work => work.SecondsLeft(now) ?? -1)!;
        return TextWidth.Truncate(string.Join(Between, active.Select(work => work.Tight(now))) + slowest.Left(now), width);
    }

    private List<ProgressItem> Active()
    {
        List<ProgressItem> all = _source is null ? [] : [_source];
        all.AddRange(_destinations.Values);
        return all.FindAll(work => work.IsActive);
    }

    private ProgressItem Of(string destination)
    {
        if (!_destinations.TryGetValue(destination, out var work)) _destinations[destination] = work = new ProgressItem(destination);
        return work;
    }
}
