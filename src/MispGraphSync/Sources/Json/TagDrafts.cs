using System.Text.Json;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Sources.Json;

/// <summary>A tag while its JSON is read; reused for the next one.</summary>
internal sealed class TagDraft(StringPool pool)
{
    /// <summary>Null for a tag without a readable name.</summary>
    public string? Name { get; private set; }

    /// <summary>
    /// Must not leave this installation: a local tag, or one that is not exportable. An inherited tag does not say which it is;
    /// the event has it too.
    /// </summary>
    public bool IsLocal { get; private set; }

    public void Clear() => (Name, IsLocal) = (null, false);

    public void Set(Field field, ref Utf8JsonReader reader)
    {
        switch (field)
        {
            case Field.Name: Name = Scalar.Text(ref reader, pool); break;
            case Field.Local or Field.Inherited: IsLocal |= Scalar.Flag(ref reader); break;
            case Field.Exportable: IsLocal |= Scalar.IsOff(ref reader); break;
        }
    }
}

/// <summary>A galaxy and its current cluster while their JSON is read; reused for the next one.</summary>
internal sealed class GalaxyDraft(StringPool pool)
{
    private int _first;
    private string? _galaxyType;
    private string? _type;
    private string? _value;
    private string? _tag;
    private int? _distribution;
    private bool _isLocal;

    public void Begin(TaggedDraft owner) => (_first, _galaxyType) = (owner.Clusters.Count, null);

    public void BeginCluster() => (_type, _value, _tag, _distribution, _isLocal) = (null, null, null, null, false);

    public void Set(Field field, ref Utf8JsonReader reader)
    {
        if (field is Field.Type) _galaxyType = Scalar.Text(ref reader, pool);
    }

    public void SetCluster(Field field, ref Utf8JsonReader reader)
    {
        switch (field)
        {
            case Field.Type: _type = Scalar.Text(ref reader, pool); break;
            case Field.Value: _value = Scalar.Text(ref reader, pool); break;
            case Field.TagName: _tag = Scalar.Text(ref reader, pool); break;
            case Field.Distribution: _distribution = Scalar.SmallInteger(ref reader); break;
            case Field.Local: _isLocal = Scalar.Flag(ref reader); break;
        }
    }

    public void EndCluster(TaggedDraft owner)
    {
        if (!string.IsNullOrEmpty(_value) && !IsRestricted) owner.Clusters.Add((new GalaxyCluster(_type ?? "", _value), _tag));
    }

    /// <summary>A galaxy's own type applies to all of its clusters; it may come before them or after.</summary>
    public void End(TaggedDraft owner)
    {
        if (string.IsNullOrEmpty(_galaxyType)) return;
        foreach (ref var one in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(owner.Clusters)[_first..])
            one.Cluster = one.Cluster with { Galaxy = _galaxyType };
    }

    /// <summary>
    /// Not sent: attached locally, or visible only to its own organisation (0) or a sharing group (4). Old servers give their
    /// library's clusters a 0 too; the tags of those contain the name instead of a UUID.
    /// </summary>
    private bool IsRestricted => _isLocal
        || (_distribution is 0 or 4 && (string.IsNullOrEmpty(_tag) || MispTag.IsOfCustomCluster(_tag)));
}
