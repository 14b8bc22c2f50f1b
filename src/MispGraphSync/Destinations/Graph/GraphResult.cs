namespace MispGraphSync.Destinations.Graph;

/// <summary>One element of a bulk answer's <c>value</c>: an entity, or a resultInfo.</summary>
internal readonly record struct GraphResult
{
    /// <summary>The service's id; null when missing or empty.</summary>
    public string? Id { get; init; }

    /// <summary>A sentence where the id would be: it failed. Null when there is none.</summary>
    public string? ErrorInsteadOfId { get; init; }

    /// <summary>Our key, where the element repeats it.</summary>
    public Guid? ExternalId { get; init; }

    /// <summary>It repeats an externalId that is none of ours.</summary>
    public bool HasForeignId { get; init; }

    /// <summary>The service's words; null when it names no error.</summary>
    public string? Error { get; init; }

    /// <summary>The error may pass another time.</summary>
    public bool IsTransient { get; init; }

    /// <summary>resultInfo's; null when missing.</summary>
    public long? Code { get; init; }

    /// <summary>resultInfo's; null when missing or empty.</summary>
    public string? Message { get; init; }
}
