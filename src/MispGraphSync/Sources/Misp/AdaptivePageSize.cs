namespace MispGraphSync.Sources.Misp;

/// <summary>
/// Events in one request: a quarter after the server failed, doubled after some successes, up to the size of the settings.
/// </summary>
internal sealed class AdaptivePageSize(int largest)
{
    private const int SuccessesToGrow = 2;

    private int _successes;
    private int _before;

    public int Value { get; private set; } = Math.Max(1, largest);
    public bool CanShrink => Value > 1;

    public void Shrink()
    {
        _before = Math.Max(_before, Value);
        Value = Math.Max(1, Value / 4);
        _successes = 0;
    }

    /// <summary>One event was the cause, not the size: back to the size before.</summary>
    public void FoundCause()
    {
        Value = Math.Max(_before, Value);
        _before = _successes = 0;
    }

    public void Succeeded()
    {
        if (++_successes < SuccessesToGrow || Value >= largest) return;
        Value = Math.Min(largest, Value * 2);
        _successes = 0;
    }
}
