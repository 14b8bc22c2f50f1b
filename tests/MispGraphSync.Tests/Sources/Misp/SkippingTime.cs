namespace MispGraphSync.Tests.Sources.Misp;

/// <summary>
/// Waits for nothing but the time limit of a request, and notes what it was asked to wait. Its clock is a month ahead, so
/// that it cannot be taken for the server's.
/// </summary>
internal sealed class SkippingTime : TimeProvider
{
    private readonly List<TimeSpan> _waits = [];
    private TimeSpan _skipped = TimeSpan.FromDays(30);

    public TimeSpan Limit { get; set; } = TimeSpan.FromSeconds(60);

    public IReadOnlyList<TimeSpan> Waits => _waits;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _skipped;

    public override long GetTimestamp() => base.GetTimestamp() + (long)(_skipped.TotalSeconds * TimestampFrequency);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Limit || dueTime <= TimeSpan.Zero)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }
        _waits.Add(dueTime);
        _skipped += dueTime;
        return base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);
    }
}
