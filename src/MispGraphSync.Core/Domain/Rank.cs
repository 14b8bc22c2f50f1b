namespace MispGraphSync.Core.Domain;

/// <summary>
/// How much an indicator deserves a place where there are too few: by severity, then confidence, then when it was last
/// reported. One number, so that the ledger sorts by it.
/// </summary>
public readonly record struct Rank(long Value)
{
    // Seconds since 1970 fit, for some ten thousand years.
    private const int DateBits = 40;

    public static Rank Of(ThreatLevel severity, int confidence, DateTimeOffset lastReported)
    {
        var weight = ((long)(ThreatLevel.Undefined - severity) * 101) + Math.Clamp(confidence, 0, 100);
        return new Rank((weight << DateBits) | Math.Clamp(lastReported.ToUnixTimeSeconds(), 0, (1L << DateBits) - 1));
    }

    /// <summary>Whether it may take the other's place: a later date alone moves nobody, or places would change hands for ever.</summary>
    public bool Outranks(Rank other) => Value >> DateBits > other.Value >> DateBits;
}
