namespace MispGraphSync.Sources.Misp;

/// <summary>
/// How many events to ask for in one request: a quarter after the server failed, doubled after some good answers, never
/// above what the user set.
/// </summary>
internal sealed class AdaptivePageSize(int largest)
{
    private const int GoodOnes = 2;

    private int _good;
    private int _before;

    public int Value { get; private set; } = Math.Max(1, largest);

    public bool CanShrink => Value > 1;

    public void Shrink()
    {
        _before = Math.Max(_before, Value);
        Value = Math.Max(1, Value / 4);
        _good = 0;
    }

    /// <summary>One event was the cause, not the size: back to the size before.</summary>
    public void FoundCause()
    {
        Value = Math.Max(_before, Value);
        _before = _good = 0;
    }

    public void Succeeded()
    {
        if (++_good >= GoodOnes && Value < largest)
        {
            Value = Math.Min(largest, Value * 2);
            _good = 0;
        }
    }
}
