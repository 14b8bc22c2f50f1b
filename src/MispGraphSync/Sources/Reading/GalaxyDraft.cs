using System.Text.Json;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Sources.Reading;

/// <summary>A galaxy and the cluster of it that goes by; used again for the next one.</summary>
internal sealed class GalaxyDraft(StringPool pool)
{
    private int _first;
    private string? _galaxyType;
    private string? _clusterType;
    private string? _clusterValue;

    public void Begin(List<GalaxyCluster> clusters) => (_first, _galaxyType) = (clusters.Count, null);

    public void BeginCluster() => _clusterType = _clusterValue = null;

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
        }
    }

    public void EndCluster(List<GalaxyCluster> clusters)
    {
        if (!string.IsNullOrEmpty(_clusterValue)) clusters.Add(new GalaxyCluster(_clusterType ?? "", _clusterValue));
    }

    /// <summary>A galaxy's own type counts for all of its clusters; it may come before them or after.</summary>
    public void End(List<GalaxyCluster> clusters)
    {
        if (string.IsNullOrEmpty(_galaxyType)) return;
        for (var i = _first; i < clusters.Count; i++) clusters[i] = clusters[i] with { Galaxy = _galaxyType };
    }
}
