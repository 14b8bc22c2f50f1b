using System.Text.Json;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Sources.Json;

/// <summary>A cluster and the tag that attached it.</summary>
internal readonly record struct TaggedCluster(GalaxyCluster Cluster, string? Tag);

/// <summary>A galaxy and the cluster of it that goes by; used again for the next one.</summary>
internal sealed class GalaxyDraft(StringPool pool)
{
    private int _first;
    private string? _galaxyType;
    private string? _clusterType;
    private string? _clusterValue;
    private string? _clusterTag;
    private int? _distribution;
    private bool _isLocal;

    public void Begin(List<TaggedCluster> clusters) => (_first, _galaxyType) = (clusters.Count, null);

    public void BeginCluster()
    {
        _clusterType = _clusterValue = _clusterTag = null;
        _distribution = null;
        _isLocal = false;
    }

    public void Set(Field field, ref Utf8JsonReader reader)
    {
        if (field is Field.Type) _galaxyType = Scalar.Text(ref reader, pool);
    }

    public void SetCluster(Field field, ref Utf8JsonReader reader)
    {
        switch (field)
        {
            case Field.Type: _clusterType = Scalar.Text(ref reader, pool); break;
            case Field.Value: _clusterValue = Scalar.Text(ref reader, pool); break;
            case Field.TagName: _clusterTag = Scalar.Text(ref reader, pool); break;
            case Field.Distribution: _distribution = Scalar.SmallInteger(ref reader); break;
            case Field.Local: _isLocal = Scalar.Flag(ref reader); break;
        }
    }

    public void EndCluster(List<TaggedCluster> clusters)
    {
        if (string.IsNullOrEmpty(_clusterValue) || IsRestricted) return;
        clusters.Add(new TaggedCluster(new GalaxyCluster(_clusterType ?? "", _clusterValue), _clusterTag));
    }

    /// <summary>A galaxy's own type counts for all of its clusters; it may come before them or after.</summary>
    public void End(List<TaggedCluster> clusters)
    {
        if (string.IsNullOrEmpty(_galaxyType)) return;
        for (var i = _first; i < clusters.Count; i++) clusters[i] = new(clusters[i].Cluster with { Galaxy = _galaxyType }, clusters[i].Tag);
    }

    /// <summary>Those whose tag may leave. Of a tag that may not be exported, the cluster does not say so.</summary>
    public static GalaxyCluster[] Open(List<TaggedCluster> clusters, List<MispTag> tags) => clusters.Count == 0
        ? []
        : [.. clusters.Where(one => !Has(tags, one.Tag, isLocal: true) || Has(tags, one.Tag, isLocal: false)).Select(one => one.Cluster)];

    private static bool Has(List<MispTag> tags, string? name, bool isLocal) =>
        tags.Exists(tag => tag.Name == name && tag.IsLocal == isLocal);

    /// <summary>
    /// The cluster lends no name to what is sent: it was attached locally, or only its own organisation (0) or a sharing group
    /// (4) may see it. Old servers give their library's clusters a 0 too; the tags of those hold names.
    /// </summary>
    private bool IsRestricted => _isLocal
        || (_distribution is 0 or 4 && (string.IsNullOrEmpty(_clusterTag) || MispTag.IsOfCustomCluster(_clusterTag)));
}
