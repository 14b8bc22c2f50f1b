namespace MispGraphSync.Tests;

/// <summary>The real clock, set ahead as far as a test says: days pass, while waits stay as short as they are.</summary>
internal class ShiftedTime : TimeProvider
{
    private TimeSpan _ahead;

    public virtual bool IsShifted => _ahead != TimeSpan.Zero;

    public virtual void Advance(TimeSpan by) => _ahead += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;
}
