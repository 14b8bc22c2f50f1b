namespace MispGraphSync.Output.Progress;

/// <summary>How many requests ended within the last minute: sixty counters, one a second, overwritten in turn.</summary>
internal sealed class RequestWindow
{
    private const int Seconds = 60;

    private readonly int[] _counts = new int[Seconds];
    private readonly long[] _second = new long[Seconds];

    /// <param name="at">Time since any fixed moment.</param>
    public void Add(TimeSpan at)
    {
        var second = (long)at.TotalSeconds;
        var slot = (int)(second % Seconds);
        if (_second[slot] != second) (_second[slot], _counts[slot]) = (second, 0);
        _counts[slot]++;
    }

    public int CountAt(TimeSpan now)
    {
        var oldest = (long)now.TotalSeconds - Seconds + 1;
        var sum = 0;
        for (var i = 0; i < Seconds; i++)
        {
            if (_second[i] >= oldest) sum += _counts[i];
        }

        return sum;
    }
}
