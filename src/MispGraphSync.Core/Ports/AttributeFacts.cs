namespace MispGraphSync.Core.Ports;

/// <summary>
/// What a server says of one attribute besides its event, without moving a timestamp: its decay score and its sightings. Kept in the
/// ledger from run to run.
/// </summary>
public sealed record AttributeFacts
{
    /// <summary>Whole points, rounded down, so that "below 30" means the same as for the score itself. Null: none is known.</summary>
    public int? DecayScore { get; init; }

    /// <summary>The score is below the threshold of the source's settings: the attribute gives no indicator.</summary>
    public bool IsDecayed { get; init; }

    /// <summary>The score is the confidence as well, by the source's settings.</summary>
    public bool IsConfidence { get; init; }

    /// <summary>How many sightings call it a false positive; null for none.</summary>
    public int? FalsePositives { get; init; }

    /// <summary>When it ends, by expiration sightings; null for none.</summary>
    public DateTimeOffset? EndsAt { get; init; }
}
