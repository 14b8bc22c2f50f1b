namespace MispGraphSync.Core.Hits;

/// <summary>
/// What one alert says of indicators. It names no machine, no user, no path and no tenant: readers take the observed values alone.
/// </summary>
public sealed record Alert
{
    /// <summary>The service's id. One alert is read many times while it grows, and counts once.</summary>
    public required string Id { get; init; }

    /// <summary>For people, and never kept. Hostile.</summary>
    public string? Title { get; init; }

    /// <summary>The alert's web page, for people, and never kept. Hostile.</summary>
    public string? Link { get; init; }

    /// <summary>The first event of the alert.</summary>
    public required DateTimeOffset First { get; init; }

    public required DateTimeOffset Last { get; init; }

    public AlertVerdict Verdict { get; init; }

    /// <summary>How an indicator of ours may be found in it.</summary>
    public AlertRelevance Relevance { get; init; }

    public IReadOnlyList<ObservedValue> Values { get; init; } = [];

    /// <summary>UUIDs in its custom details: one of them may be an indicator's key.</summary>
    public IReadOnlyList<Guid> Ids { get; init; } = [];
}

/// <summary>What an analyst decided.</summary>
public enum AlertVerdict { None, FalsePositive, Test }

public enum AlertRelevance
{
    /// <summary>It comes from other detections.</summary>
    None,

    /// <summary>Only the key of an indicator counts.</summary>
    ById,

    /// <summary>Values count too.</summary>
    ByValue,
}

/// <summary>How an indicator was found in an alert.</summary>
public enum HitMatch
{
    /// <summary>By its key.</summary>
    Id,

    Value,

    /// <summary>The host of a URL was seen, and nothing of its path: perhaps another page.</summary>
    Weak,
}

/// <summary>Why an alert that may be ours does not count.</summary>
public enum NotCounted
{
    /// <summary>No indicator of ours has a value in it.</summary>
    NotHeld,

    /// <summary>Its first activity is earlier than our indicator.</summary>
    BeforeSent,

    /// <summary>Its first activity is later than the end of our indicator.</summary>
    AfterEnd,
}
