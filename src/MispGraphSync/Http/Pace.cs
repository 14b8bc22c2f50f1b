using System.Threading.RateLimiting;

namespace MispGraphSync.Http;

/// <summary>
/// Lets requests start one by one, in order, at an even rate. Turns stand at absolute times, so that a late timer
/// or a slow caller costs at most one turn of the rate, and never opens a burst. Shared by all requests of a destination.
/// </summary>
internal sealed class Pace : RateLimiter
{
    // Services count by their own clock and after the network's jitter: 2 % slower keeps us under their limit.
    private const double Caution = 1.02;

    private static readonly TimeSpan MostLateness = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly TimeSpan _interval;
    private readonly TimeSpan _forgiven;
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource<RateLimitLease>> _waiting = [];
    private readonly ITimer _timer;
    private TimeSpan _next;
    private long _granted;
    private bool _disposed;

    /// <param name="requestsPerMinute">At least 1.</param>
    public Pace(int requestsPerMinute, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(requestsPerMinute, 1);
        _time = time;
        _start = time.GetTimestamp();
        _interval = TimeSpan.FromMinutes(1) / requestsPerMinute * Caution;
        _forgiven = _interval < MostLateness ? _interval : MostLateness;
        _timer = time.CreateTimer(static state => ((Pace)state!).Turn(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public override TimeSpan? IdleDuration => null;

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>No request starts before that instant, nor do those that waited start all at once then.</summary>
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

    public override RateLimiterStatistics GetStatistics()
    {
        lock (_lock)
        {
            return new RateLimiterStatistics
            {
                CurrentAvailablePermits = IsFree ? 1 : 0,
                CurrentQueuedCount = _waiting.Count,
                TotalSuccessfulLeases = _granted,
            };
        }
    }

    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permitCount, 1);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!IsFree) return Lease.Refused;
            if (permitCount == 1) Take();
            return Lease.Granted;
        }
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(permitCount, 1);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (IsFree)
            {
                Take();
                return ValueTask.FromResult<RateLimitLease>(Lease.Granted);
            }
            var waiter = new TaskCompletionSource<RateLimitLease>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waiter);
            if (_waiting.Count == 1) Arm();
            return new ValueTask<RateLimitLease>(WaitAsync(waiter, cancellationToken));
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_lock)
            {
                _disposed = true;
                _timer.Dispose();
                while (_waiting.TryDequeue(out var waiter)) waiter.TrySetResult(Lease.Refused);
            }
        }
        base.Dispose(disposing);
    }

    private static async Task<RateLimitLease> WaitAsync(TaskCompletionSource<RateLimitLease> waiter, CancellationToken ct)
    {
        // A turn that has come is taken even when the caller has just lost interest.
        await using var _ = ct.UnsafeRegister(
            static (w, token) => ((TaskCompletionSource<RateLimitLease>)w!).TrySetCanceled(token), waiter).ConfigureAwait(false);
        return await waiter.Task.ConfigureAwait(false);
    }

    private bool IsFree => _waiting.Count == 0 && Now >= _next;

    private void Take()
    {
        var latest = Now - _forgiven;
        _next = (_next > latest ? _next : latest) + _interval;
        _granted++;
    }

    private void Turn()
    {
        lock (_lock)
        {
            if (_disposed) return;
            while (_waiting.TryPeek(out var waiter) && (waiter.Task.IsCompleted || Now >= _next))
            {
                _waiting.Dequeue();
                if (waiter.TrySetResult(Lease.Granted)) Take();
            }
            Arm();
        }
    }

    private void Arm()
    {
        if (_disposed || _waiting.Count == 0) return;
        var wait = _next - Now;
        // Timers drop what is less than a millisecond and would fire too early.
        _timer.Change(wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private sealed class Lease(bool isGranted) : RateLimitLease
    {
        public static readonly Lease Granted = new(true);
        public static readonly Lease Refused = new(false);

        public override bool IsAcquired => isGranted;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }
}
