namespace MispGraphSync.Tests;

/// <summary>A clock that runs fifty times as fast as the real one, timers and all: retries are waited out, and nobody waits.</summary>
internal sealed class HurriedTime : TimeProvider
{
    private const int Speed = 50;

    private readonly DateTimeOffset _started = System.GetUtcNow();
    private readonly long _startedAt = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => _started + (System.GetElapsedTime(_startedAt) * Speed);

    public override long GetTimestamp() => _startedAt + ((System.GetTimestamp() - _startedAt) * Speed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Hurried(dueTime), Hurried(period));

    private static TimeSpan Hurried(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan ? time : TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds / Speed));
}
