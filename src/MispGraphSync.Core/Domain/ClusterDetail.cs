using System.Collections.Immutable;

namespace MispGraphSync.Core.Domain;

/// <summary>A galaxy cluster with all that context objects need of it. Hostile texts of any length.</summary>
public sealed record ClusterDetail
{
    /// <summary>The tag that attaches it, as MISP writes it: with its name, or its UUID for a custom cluster.</summary>
    public required string Tag { get; init; }

    public required string Value { get; init; }

    public Guid? Uuid { get; init; }

    /// <summary>Made by an organisation, not by the MISP project: its text may be private.</summary>
    public bool IsCustom { get; init; }

    /// <summary>Its maker has replaced it by another.</summary>
    public bool IsRevoked { get; init; }

    public string? Description { get; init; }

    /// <summary>A number that others gave it, such as <c>T1566</c>.</summary>
    public string? ExternalId { get; init; }

    public ImmutableArray<string> Synonyms { get; init; } = [];

    /// <summary>Such as <c>attack-Windows:initial-access</c>.</summary>
    public ImmutableArray<string> KillChain { get; init; } = [];

    /// <summary>When it was last read; of several clusters with one UUID, the latest counts.</summary>
    public DateTimeOffset ReadAt { get; init; }
}
