namespace MispGraphSync.Http;

/// <summary>
/// Lets requests start one by one, in order, at an even rate. Permits have absolute times, so that a late timer or a slow
/// caller costs at most one permit of the rate, and never allows a burst. Shared by all requests of a destination.
/// </summary>
internal sealed class RateLimiter : IDisposable
{
    // Run 2 % below the limit to absorb clock skew and jitter.
    private const double Margin = 1.02;

    private static readonly TimeSpan MaxLateness = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly TimeSpan _interval;
    private readonly TimeSpan _forgiven;
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = [];
    private readonly ITimer _timer;
    private TimeSpan _next;
    private bool _disposed;

    /// <param name="requestsPerMinute">At least 1.</param>
    public RateLimiter(int requestsPerMinute, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(requestsPerMinute, 1);
        _time = time;
        _start = time.GetTimestamp();
        _interval = TimeSpan.FromMinutes(1) / requestsPerMinute * Margin;
        _forgiven = _interval < MaxLateness ? _interval : MaxLateness;
        _timer = time.CreateTimer(static state => ((RateLimiter)state!).Grant(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many permits were given.</summary>
    public long Granted { get; private set; }

    /// <summary>How many callers wait for a permit.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock) return _waiting.Count;
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Takes a permit if one is due and nobody waits for it.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_waiting.Count > 0 || Now < _next) return false;
            Take();
            return true;
        }
    }

    /// <summary>Completes when the caller may send.</summary>
    public async ValueTask WaitAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        TaskCompletionSource waiter;
        lock (_lock)
        {
            if (TryTake()) return;
            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waiter);
            if (_waiting.Count == 1) Arm();
        }

        // A granted permit is consumed even if the caller was cancelled.
        await using var _ = ct.UnsafeRegister(static (w, token) => ((TaskCompletionSource)w!).TrySetCanceled(token), waiter)
            .ConfigureAwait(false);
        await waiter.Task.ConfigureAwait(false);
    }

    /// <summary>No request starts before that instant; those that waited then start at the usual rate.</summary>
    public void PauseUntil(DateTimeOffset instant)
    {
        lock (_lock)
        {
            var until = Now + (instant - _time.GetUtcNow());
            if (until <= _next) return;
            _next = until;
            Arm();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer.Dispose();
            while (_waiting.TryDequeue(out var waiter)) waiter.TrySetException(new ObjectDisposedException(nameof(RateLimiter)));
        }
    }

    private void Take()
    {
        var latest = Now - _forgiven;
        _next = (_next > latest ? _next : latest) + _interval;
        Granted++;
    }

    private void Grant()
    {
        lock (_lock)
        {
            if (_disposed) return;
            while (_waiting.TryPeek(out var waiter) && (waiter.Task.IsCompleted || Now >= _next))
            {
                _waiting.Dequeue();
                if (waiter.TrySetResult()) Take();
            }

            Arm();
        }
    }

    private void Arm()
    {
        if (_disposed || _waiting.Count == 0) return;
        var wait = _next - Now;
        // Timers drop fractions of a millisecond and would fire too early.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(wait.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }
}
