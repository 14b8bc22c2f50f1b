namespace MispGraphSync.Tests;

/// <summary>
/// The real clock, set ahead as far as a test says: days pass, while waits stay as short as they are. With a speed, it also runs
/// so many times as fast, timers and all: waits are waited out, and nobody waits.
/// </summary>
internal class ShiftedTime(int speed = 1) : TimeProvider
{
    private readonly long _startedAt = System.GetTimestamp();
    private TimeSpan _ahead;

    public virtual bool IsShifted => _ahead != TimeSpan.Zero || speed != 1;

    public virtual void Advance(TimeSpan by) => _ahead += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead + (System.GetElapsedTime(_startedAt) * (speed - 1));

    public override long GetTimestamp() => _startedAt + ((System.GetTimestamp() - _startedAt) * speed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Hurried(dueTime), Hurried(period));

    private TimeSpan Hurried(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan ? time : TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds / speed));
}
