namespace MispGraphSync.Tests;

/// <summary>
/// A clock that nobody waits for. It does not move while anybody works. When a wait begins and no request is in flight, it moves to the
/// next timer: waits of any length end immediately. What takes time without a wait, such as a slow response, moves it by
/// <see cref="Advance"/>.
/// </summary>
/// <param name="start">Null: now.</param>
internal sealed class VirtualTime(DateTimeOffset? start = null) : ShiftedTime
{
    /// <summary>The time limit of a request: while a token has it, a request is in flight. No other limit may be as long.</summary>
    public static readonly TimeSpan RequestLimit = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<Timer> _armed = [];
    private long _now = (start ?? System.GetUtcNow()).UtcTicks;

    public override bool IsShifted => true;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _now), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <summary>Time passes; what is due in it happens in its order.</summary>
    public override void Advance(TimeSpan by)
    {
        var until = Interlocked.Read(ref _now) + by.Ticks;
        while (Next(until) is { } timer) timer.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>The next timer that is due until then, at its time; null when there is none, at the end of that time.</summary>
    private Timer? Next(long until)
    {
        lock (_gate)
        {
            var next = _armed.Where(timer => timer.Due <= until).MinBy(timer => timer.Due);
            MoveTo(next?.Due ?? until);
            next?.Pass();
            return next;
        }
    }

    private void MoveTo(long time)
    {
        if (time > _now) Interlocked.Exchange(ref _now, time);
    }

    private void Changed() => ThreadPool.UnsafeQueueUserWorkItem(static time => time.Wait(), this, preferLocal: false);

    /// <summary>Moves to the next timer where all wait.</summary>
    private void Wait()
    {
        Timer next;
        lock (_gate)
        {
            if (!_armed.Exists(timer => timer.IsWait) || _armed.Exists(timer => timer.IsRequest)) return;
            next = _armed.MinBy(timer => timer.Due)!;
            MoveTo(next.Due);
            next.Pass();
        }

        next.Fire();
        // What waited for it comes before the next timer.
        Changed();
    }

    private sealed class Timer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;
        private bool _isOfRequest;

        public long Due { get; private set; }

        /// <summary>A wait that is over when it fires, and neither a time limit nor a report every now and then.</summary>
        public bool IsWait => state is not CancellationTokenSource && _period <= TimeSpan.Zero;

        public bool IsRequest => state is CancellationTokenSource && _isOfRequest;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._armed.Remove(this);
                (_period, _isOfRequest) = (period, dueTime == RequestLimit);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = time._now + dueTime.Ticks;
                time._armed.Add(this);
            }

            time.Changed();
            return true;
        }

        public void Fire() => callback(state);

        /// <summary>It is about to fire.</summary>
        public void Pass()
        {
            if (_period > TimeSpan.Zero) Due += _period.Ticks;
            else time._armed.Remove(this);
        }

        public void Dispose()
        {
            lock (time._gate) time._armed.Remove(this);
            if (IsRequest) time.Changed();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>A machine's clock that is wrong by some minutes.</summary>
internal sealed class WrongTime(TimeProvider right, TimeSpan ahead) : TimeProvider
{
    public override long TimestampFrequency => right.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => right.GetUtcNow() + ahead;

    public override long GetTimestamp() => right.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        right.CreateTimer(callback, state, dueTime, period);
}
