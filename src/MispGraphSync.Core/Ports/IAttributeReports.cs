namespace MispGraphSync.Core.Ports;

/// <summary>What a server says of single attributes besides their events, where that moves no event's timestamp.</summary>
public interface IAttributeReports
{
    /// <summary>The decay scores of these events' attributes, page by page. An attribute without a score does not come.</summary>
    /// <exception cref="RunFailedException">Not all could be read.</exception>
    IAsyncEnumerable<AttributeScore> ReadScoresAsync(IReadOnlyCollection<EventHeader> events, CancellationToken ct);

    /// <summary>The false-positive and expiration sightings.</summary>
    /// <param name="since">Those of this time and later, by their own date; null: all.</param>
    /// <returns>Null: the server has none for this key.</returns>
    /// <exception cref="RunFailedException">The server failed.</exception>
    Task<IReadOnlyList<ReadSighting>?> ReadSightingsAsync(DateTimeOffset? since, CancellationToken ct);
}

/// <param name="Score">Whole points, rounded down.</param>
public readonly record struct AttributeScore(Guid Attribute, int Score);

/// <summary>One sighting that says something against an attribute.</summary>
/// <param name="Uuid">The sighting's own.</param>
/// <param name="Id">A later one has a higher number.</param>
/// <param name="Organisation">Whose it is; null where the server hides it.</param>
/// <param name="Ends">An expiration that counts, by the settings: the attribute ends at <paramref name="At"/>.</param>
public sealed record ReadSighting(
    Guid Uuid, long Id, Guid Attribute, SightingKind Kind, string? Organisation, DateTimeOffset At, bool Ends);

/// <summary>With MISP's numbers.</summary>
public enum SightingKind
{
    FalsePositive = 1,
    Expiration = 2,
}

/// <summary>What is read of single attributes, and what it means.</summary>
public sealed record ReportOptions
{
    public bool ReadsScores { get; init; }

    /// <summary>An attribute with a score below this gives no indicator; null: no score excludes one.</summary>
    public int? Threshold { get; init; }

    /// <summary>A score is the attribute's confidence.</summary>
    public bool ScoreIsConfidence { get; init; }

    public bool ReadsSightings { get; init; }

    /// <summary>A rule asks for sightings: while they cannot be read, the read is incomplete.</summary>
    public bool NeedsSightings { get; init; }

    /// <summary>Whose expirations count. Another word makes all sightings be read again.</summary>
    public string Expirations { get; init; } = "";
}
