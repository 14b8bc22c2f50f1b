using System.Collections.Immutable;

namespace MispGraphSync.Core.Domain;

/// <summary>One attribute's contribution to one indicator, in the two forms that services take: combined and single.</summary>
public sealed record IndicatorSource
{
    /// <summary>The attribute's UUID, or the derived one where MISP has none.</summary>
    public required Guid Attribute { get; init; }

    /// <summary>0, 1, 2 … where one attribute is a source of several indicators (domain|ip, an object's pairs).</summary>
    public required int Part { get; init; }

    public required string Type { get; init; }
    public string? Category { get; init; }

    /// <summary>The name of the object that the attribute is in, and its role there. Null outside objects, and without rules.</summary>
    public string? Object { get; init; }

    public string? Role { get; init; }

    /// <summary>Why it is sent only where a rule says so; null: it needs no rule.</summary>
    public SkipReason? NeedsRule { get; init; }

    /// <summary>Empty when no combined indicator has a field for it, or when another part of the attribute carries it.</summary>
    public required ImmutableArray<Observable> Combined { get; init; }

    /// <summary>Null when it cannot be an indicator alone.</summary>
    public Observable? Single { get; init; }

    /// <summary>A pattern is written to match logs, which not every destination does.</summary>
    public bool IsPattern => Type == "stix2-pattern";

    /// <summary>The host of a URL, perhaps shared with other people: sent only where the action is alert.</summary>
    public bool IsHostOfUrl { get; init; }

    /// <summary>The other half of a value that names two things (domain|ip); null for any other value.</summary>
    public Observable? OtherHalf { get; init; }

    /// <summary>Last change of the attribute; of the latest one where several were combined.</summary>
    public DateTimeOffset Timestamp { get; init; } = DateTimeOffset.UnixEpoch;

    public DateTimeOffset? FirstSeen { get; init; }
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>The attribute's comment, or the object's.</summary>
    public string? Comment { get; init; }

    /// <summary>The attribute's own tags, without the event's.</summary>
    public ImmutableArray<MispTag> Tags { get; init; } = [];

    public ImmutableArray<GalaxyCluster> Galaxies { get; init; } = [];
}
