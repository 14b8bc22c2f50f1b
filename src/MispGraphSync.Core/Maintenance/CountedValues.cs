namespace MispGraphSync.Core.Maintenance;

/// <summary>A number of indicators, and a few of their values for a message.</summary>
internal sealed class CountedValues
{
    private const int MostExamples = 3;

    private readonly List<string> _examples = [];

    public long Count { get; private set; }

    /// <summary>The first: <c>a, b, c, …</c></summary>
    public string Examples => string.Join(", ", _examples) + (Count > _examples.Count ? ", …" : "");

    public void Add(IndicatorLabel label)
    {
        Count++;
        if (_examples.Count < MostExamples) _examples.Add(label.ToString());
    }
}
