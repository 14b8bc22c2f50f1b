using System.Buffers;
using System.Collections.Immutable;

namespace MispGraphSync.Core.Ports;

/// <summary>A destination's side of context objects. They are sent, and revoked, like its indicators.</summary>
public interface IContextDestination
{
    /// <summary>The ledger's record of its context objects, beside that of its indicators.</summary>
    DestinationInfo Info { get; }

    ContextPolicy Policy { get; }

    /// <summary>The service's id of an object.</summary>
    string IdOf(ContextType type, Guid key);

    /// <summary>The service's id of an indicator.</summary>
    string IndicatorIdOf(Guid key);

    /// <summary>Writes the JSON item, and returns the hash that detects a change.</summary>
    ItemHashes WriteItem(IBufferWriter<byte> body, ContextObject item, ItemIdentity identity);

    /// <summary>The ends of a relationship as it was sent; null for any other object.</summary>
    ContextEnds? EndsOf(ReadOnlyMemory<byte> body);

    /// <summary>
    /// All context objects there. <see cref="RemoteIndicator.Canonical"/> is computed from an object's own content, and the item as sent
    /// can be written again.
    /// </summary>
    IAsyncEnumerable<RemoteIndicator> ReadAsync(CancellationToken ct);
}

/// <summary>Which context objects a destination gets. None by default.</summary>
public sealed record ContextPolicy
{
    public bool Identities { get; init; }

    public bool Actors { get; init; }

    public bool Techniques { get; init; }

    /// <summary>What is sent names the identity that created it.</summary>
    public bool CreatedBy { get; init; }

    /// <summary>An actor uses a technique, where one event carries both.</summary>
    public bool Relations { get; init; }

    /// <summary>
    /// Custom clusters that may leave, and clusters whose tag is local: by name, UUID or tag, without regard to case.
    /// </summary>
    public ImmutableHashSet<string> Clusters { get; init; } = [];

    /// <summary>How long an object stays that nothing supports any more: a tag that comes back in time costs nothing.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The most objects that one run creates or changes; the others wait for the next run.</summary>
    public int MostObjects { get; init; } = 2_000;

    public int MostRelations { get; init; } = 5_000;

    /// <summary>The most relationships from indicators to what they indicate; 0: none.</summary>
    public int MostIndications { get; init; }

    /// <summary>Of one indicator.</summary>
    public int MostOfIndicator { get; init; } = 3;

    public bool IsOn => Identities || NeedsClusters;

    public bool NeedsClusters => Actors || Techniques;

    public bool NamesCreators => CreatedBy && Identities;

    public bool Uses => Relations && Actors && Techniques;

    public bool Indicates => MostIndications > 0 && NeedsClusters;

    /// <summary>Whether a cluster may leave.</summary>
    public bool Allows(string tag, bool isLocal, ClusterDetail? cluster) =>
        (!isLocal && cluster is not { IsCustom: true } && !MispTag.IsOfCustomCluster(tag))
        || Clusters.Contains(tag.Trim())
        || (cluster is not null && (Clusters.Contains(cluster.Value.Trim()) || Clusters.Contains($"{cluster.Uuid:D}")));

    public bool Takes(ContextType type) => type switch
    {
        ContextType.Identity => Identities,
        ContextType.ThreatActor => Actors,
        ContextType.AttackPattern => Techniques,
        _ => Uses || Indicates,
    };

    public bool Takes(ContextEnds ends) => ends.Indicator is null ? Uses : Indicates;
}
