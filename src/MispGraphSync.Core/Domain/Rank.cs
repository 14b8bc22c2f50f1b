namespace MispGraphSync.Core.Domain;

/// <summary>The order of indicators where there is not room for all: by severity, confidence, last report.</summary>
public readonly record struct Rank(long Value)
{
    // Seconds since 1970 fit, for some ten thousand years.
    private const int DateBits = 40;

    public static Rank Of(ThreatLevel severity, int confidence, DateTimeOffset lastReported)
    {
        var weight = ((long)(ThreatLevel.Undefined - severity) * 101) + Math.Clamp(confidence, 0, 100);
        return new Rank((weight << DateBits) | Math.Clamp(lastReported.ToUnixTimeSeconds(), 0, (1L << DateBits) - 1));
    }

    /// <summary>True when it may evict the other. A later date alone does not evict, which prevents churn.</summary>
    public bool Outranks(Rank other) => Value >> DateBits > other.Value >> DateBits;
}
