using System.Globalization;

namespace MispGraphSync.Output.Progress;

/// <summary>One thing that goes on: reading the source, or sending to a destination. Numbers only; text is made when it is shown.</summary>
internal sealed class ProgressItem(string name)
{
    private readonly RequestWindow _requests = new();
    private TimeSpan _began;

    public string Name { get; } = name;

    public Phase Phase { get; private set; } = Phase.Waiting;

    /// <summary>Events or indicators.</summary>
    public long Done { get; private set; }

    /// <summary>0: not known.</summary>
    public long Total { get; private set; }

    /// <summary>Requests a minute that it may make; 0: not known.</summary>
    public int RequestsPerMinute { get; set; }

    /// <summary>No request starts before then, for the service asked for patience.</summary>
    public TimeSpan PausedUntil { get; set; }

    public bool IsActive => Phase is Phase.Opening or Phase.Listing or Phase.Reading or Phase.Planning || (Phase == Phase.Sending && Done < Total);

    public void Request(TimeSpan at) => _requests.Add(at);

    public void Set(Phase phase, long done, long inAll, TimeSpan now)
    {
        if (phase != Phase) (Phase, _began) = (phase, now);
        (Done, Total) = (done, inAll);
    }

    /// <summary>All there is to say.</summary>
    public string Text(TimeSpan now) => Phase switch
    {
        Phase.Opening => $"asking {Name} what has changed",
        Phase.Listing => $"{Name}: {Done:N0} listed so far{Waits(now)}",
        Phase.Reading => $"reading {Name}: {Done:N0} of {Total:N0} events{Rate(now)}{Left(now)}",
        Phase.Planning => $"planning, after {Done:N0} events of {Name}",
        _ => $"{Name}: {Done:N0} of {Total:N0} sent{Rate(now)}{Quota(now)}{Waits(now)}{Left(now)}",
    };

    /// <summary>For a line that has to hold several.</summary>
    public string Short(TimeSpan now) => Phase == Phase.Sending && Total > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Name} {100 * Done / Total} %{Waits(now)}{Left(now)}")
        : Text(now);

    /// <summary>For a narrow line: how far, but not for how long.</summary>
    public string Tight(TimeSpan now) => Phase == Phase.Sending && Total > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Name} {100 * Done / Total} %{(PausedUntil > now ? " (throttled)" : "")}")
        : Text(now);

    /// <summary>With a comma before it; empty while it cannot be told.</summary>
    public string Left(TimeSpan now) => SecondsLeft(now) switch
    {
        null => "",
        < 90 and var left => $", {Math.Max(1, Math.Ceiling(left)):0} s left",
        < 5_400 and var left => $", {Math.Ceiling(left / 60):0} min left",
        < 360_000 and var left => $", {Math.Floor(left / 3_600):0} h {left % 3_600 / 60:0} min left",
        _ => ", days left",
    };

    /// <summary>At the rate so far; null while it cannot be told.</summary>
    public double? SecondsLeft(TimeSpan now) => PerSecond(now) is { } rate && Done < Total ? (Total - Done) / rate : null;

    private string Rate(TimeSpan now) => PerSecond(now) is { } rate ? ", " + rate.ToString(rate < 10 ? "0.#" : "N0", CultureInfo.InvariantCulture) + "/s" : "";

    private string Quota(TimeSpan now) => RequestsPerMinute > 0 ? $", {_requests.CountAt(now):N0} of {RequestsPerMinute:N0} requests/min" : "";

    private string Waits(TimeSpan now) => PausedUntil > now ? $", throttled: waits {Math.Ceiling((PausedUntil - now).TotalSeconds):N0} s" : "";

    // In the first seconds any number would be a guess.
    private double? PerSecond(TimeSpan now) =>
        now - _began >= TimeSpan.FromSeconds(2) && Done > 0 ? Done / (now - _began).TotalSeconds : null;
}

internal enum Phase
{
    Waiting,
    Opening,
    Reading,
    Planning,
    Listing,
    Sending,
}
