namespace MispGraphSync.Tests;

/// <summary>The real clock, set ahead as far as a test says: days pass, while waits stay as short as they are.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private TimeSpan _ahead;

    public bool IsShifted => _ahead != TimeSpan.Zero;

    public void Advance(TimeSpan by) => _ahead += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;
}
