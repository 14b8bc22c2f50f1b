namespace MispGraphSync.Sources.Misp;

/// <summary>
/// How many events to ask for at once: halved when the server breaks down over an answer, doubled again after some good
/// ones, never above what the user set.
/// </summary>
internal sealed class PortionSize(int largest)
{
    private const int GoodOnes = 4;

    private int _good;

    public int Value { get; private set; } = Math.Max(1, largest);

    public bool CanShrink => Value > 1;

    public void Shrink()
    {
        Value = Math.Max(1, Value / 2);
        _good = 0;
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
