using System.Text.Json;
using MispGraphSync.Core.Mapping;

namespace MispGraphSync.Sources.Json;

/// <summary>What a galaxy cluster has besides its own scalars, while its JSON is read; reused for the next one.</summary>
internal sealed class ClusterDraft
{
    /// <summary>More are noise or an attack.</summary>
    public const int MaxPerEvent = 10_000;

    private const int MaxTexts = 200;
    private const int MaxLength = 1_000;

    private readonly List<string> _synonyms = [];
    private readonly List<string> _killChain = [];
    private string? _externalId;
    private bool _isRevoked;

    public void Clear()
    {
        _synonyms.Clear();
        _killChain.Clear();
        (_externalId, _isRevoked) = (null, false);
    }

    /// <summary>A scalar of the cluster's <c>meta</c>, of one of its lists, or of a relation.</summary>
    public void Add(Field field, ref Utf8JsonReader reader)
    {
        switch (field)
        {
            case Field.Synonyms: Add(_synonyms, ref reader); break;
            case Field.KillChain: Add(_killChain, ref reader); break;
            case Field.ExternalId: _externalId ??= Scalar.Text(ref reader); break;
            case Field.Revoked: _isRevoked |= Scalar.Flag(ref reader); break;
            // A server keeps no mark of its own: the cluster has a relation to the one that replaces it.
            case Field.ReferencedClusterType: _isRevoked |= Scalar.Text(ref reader) == "revoked-by"; break;
        }
    }

    /// <summary>Null: no cluster that becomes a context object.</summary>
    public ClusterDetail? Build(FieldValues cluster)
    {
        if (cluster.NonEmptyText(Field.TagName) is not { Length: <= MaxLength } tag || !ContextMap.IsContext(tag)) return null;
        if (cluster.NonEmptyText(Field.Value) is not { Length: <= MaxLength } value || cluster.IsOn(Field.Deleted)) return null;
        return new ClusterDetail
        {
            Tag = tag,
            Value = value,
            Uuid = cluster.Uuid,
            IsCustom = MispTag.IsOfCustomCluster(tag) || (cluster.Has(Field.Default) && !cluster.IsOn(Field.Default)),
            IsRevoked = _isRevoked || cluster.IsOn(Field.Revoked),
            Description = cluster.NonEmptyText(Field.Description),
            ExternalId = _externalId,
            Synonyms = [.. _synonyms],
            KillChain = [.. _killChain],
        };
    }

    private static void Add(List<string> texts, ref Utf8JsonReader reader)
    {
        if (texts.Count < MaxTexts && Scalar.Text(ref reader) is { Length: > 0 and <= MaxLength } text) texts.Add(text);
    }
}
