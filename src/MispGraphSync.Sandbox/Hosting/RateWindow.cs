namespace MispGraphSync.Sandbox.Hosting;

/// <summary>A maximum of requests in a fixed window, which starts with its first request.</summary>
internal sealed class RateWindow(TimeProvider time, TimeSpan length)
{
    private readonly Lock _gate = new();
    private DateTimeOffset _opened = DateTimeOffset.MinValue;
    private int _used;

    /// <summary>Counts one request. Null lets it pass; else how long until the window ends.</summary>
    public TimeSpan? Refuse(int? limit)
    {
        if (limit is not { } most) return null;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (now - _opened >= length) (_opened, _used) = (now, 0);
            if (_used >= most) return _opened + length - now;

            _used++;
            return null;
        }
    }

    /// <summary>What is left of the window at this instant, and the requests it still has.</summary>
    public (int Remaining, TimeSpan Reset) Rest(int limit)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            return now - _opened >= length ? (limit, length) : (Math.Max(0, limit - _used), _opened + length - now);
        }
    }
}
