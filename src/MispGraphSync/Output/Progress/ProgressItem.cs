using System.Globalization;

namespace MispGraphSync.Output.Progress;

internal enum Phase
{
    Waiting,
    Opening,
    Reading,
    Planning,
    Listing,
    Sending,
}

/// <summary>Reading the source, or sending to a destination. It keeps numbers; text is made only when it is shown.</summary>
internal sealed class ProgressItem(string name)
{
    public string Name => name;

    private static readonly TimeSpan RequestWindow = TimeSpan.FromMinutes(1);

    private readonly Queue<TimeSpan> _requests = new();
    private Phase _phase = Phase.Waiting;
    private TimeSpan _began;
    private long _done;

    /// <summary>0: unknown.</summary>
    private long _total;

    /// <summary>Requests a minute that the settings allow; 0: unknown.</summary>
    public int RequestsPerMinute { get; set; }

    /// <summary>The service throttles until then.</summary>
    public TimeSpan PausedUntil { get; set; }

    public bool IsActive => _phase is not (Phase.Waiting or Phase.Sending) || (_phase == Phase.Sending && _done < _total);

    public void AddRequest(TimeSpan at)
    {
        _requests.Enqueue(at);
        ForgetRequests(at);
    }

    public void Set(Phase phase, long done, long total, TimeSpan now)
    {
        if (phase != _phase) (_phase, _began) = (phase, now);
        (_done, _total) = (done, total);
    }

    public void EndListing()
    {
        if (_phase == Phase.Listing) _phase = Phase.Waiting;
    }

    public string Text(TimeSpan now) => _phase switch
    {
        Phase.Opening => $"asking {name} for changes",
        Phase.Listing => $"{name}: {_done:N0} listed so far{Throttle(now)}",
        Phase.Reading => $"reading {name}: {_done:N0} of {_total:N0} events{Rate(now)}{TimeLeft(now)}",
        Phase.Planning => $"planning, after {_done:N0} events of {name}",
        _ => $"{name}: {_done:N0} of {_total:N0} sent{Rate(now)}{Quota(now)}{Throttle(now)}{TimeLeft(now)}",
    };

    /// <summary>What it does, in one word.</summary>
    public string PhaseWord => _phase switch
    {
        Phase.Opening => "asking",
        Phase.Listing => "listing",
        Phase.Reading => "reading",
        Phase.Planning => "planning",
        _ => "sending",
    };

    /// <summary>After its phase, for a line with several items: the name, how far it is, and how fast.</summary>
    public string Short(TimeSpan now, bool hasRate)
    {
        var amount = _total > 0 ? $" {100 * _done / _total}%" : _done > 0 ? $" {_done:N0}" : "";
        var rate = hasRate && PerSecond(now) is { } known ? $" {RateText(known)}" : "";
        return name + amount + rate + (PausedUntil > now ? " (throttled)" : "");
    }

    /// <summary>After a comma; empty while it is unknown.</summary>
    public string TimeLeft(TimeSpan now) => SecondsLeft(now) switch
    {
        null => "",
        < 90 and var left => $", {Math.Max(1, Math.Ceiling(left)):0} s left",
        < 5_400 and var left => $", {Math.Ceiling(left / 60):0} min left",
        < 360_000 and var left => $", {Math.Floor(left / 3_600):0} h {left % 3_600 / 60:0} min left",
        _ => ", days left",
    };

    /// <summary>At the rate so far; null while it is unknown.</summary>
    public double? SecondsLeft(TimeSpan now) => PerSecond(now) is { } rate && _done < _total ? (_total - _done) / rate : null;

    /// <summary>Null in the first seconds, when any number would be a guess.</summary>
    public double? PerSecond(TimeSpan now) =>
        now - _began >= TimeSpan.FromSeconds(2) && _done > 0 ? _done / (now - _began).TotalSeconds : null;

    public static string RateText(double perSecond) =>
        $"{perSecond.ToString(perSecond < 10 ? "0.#" : "N0", CultureInfo.InvariantCulture)}/s";

    private string Rate(TimeSpan now) => PerSecond(now) is { } rate ? $", {RateText(rate)}" : "";

    private string Quota(TimeSpan now)
    {
        ForgetRequests(now);
        return RequestsPerMinute > 0 ? $", {_requests.Count:N0} of {RequestsPerMinute:N0} requests/min" : "";
    }

    private string Throttle(TimeSpan now) =>
        PausedUntil > now ? $", throttled: waits {Math.Ceiling((PausedUntil - now).TotalSeconds):N0} s" : "";

    private void ForgetRequests(TimeSpan now)
    {
        while (_requests.TryPeek(out var oldest) && oldest <= now - RequestWindow) _requests.Dequeue();
    }
}
