using System.Text.Json;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Sources.Json;

/// <summary>
/// An attribute while its JSON is read; reused for the next one. Without a type or a value it is still an attribute, with an empty
/// text there: it has to be counted.
/// </summary>
internal sealed class AttributeDraft(StringPool pool) : TaggedDraft
{
    private Guid? _uuid;
    private string? _type;
    private string? _category;
    private string? _value;
    private bool _toIds;
    private bool _deleted;
    private DateTimeOffset? _timestamp;
    private DateTimeOffset? _firstSeen;
    private DateTimeOffset? _lastSeen;
    private string? _comment;
    private string? _relation;

    public bool OnWarninglist { get; set; }

    public void Clear()
    {
        _uuid = null;
        _type = _category = _value = _comment = _relation = null;
        _toIds = _deleted = OnWarninglist = false;
        _timestamp = _firstSeen = _lastSeen = null;
        Tags.Clear();
        Clusters.Clear();
    }

    public void Set(Field field, ref Utf8JsonReader reader)
    {
        switch (field)
        {
            case Field.Uuid: _uuid = Scalar.Uuid(ref reader); break;
            case Field.Type: _type = Scalar.Text(ref reader, pool); break;
            case Field.Category: _category = Scalar.Text(ref reader, pool); break;
            case Field.Value: _value = Scalar.Text(ref reader); break;
            case Field.ToIds: _toIds = Scalar.Flag(ref reader); break;
            case Field.Deleted: _deleted = Scalar.Flag(ref reader); break;
            case Field.Timestamp: _timestamp = Scalar.Time(ref reader); break;
            case Field.FirstSeen: _firstSeen = Scalar.Moment(ref reader); break;
            case Field.LastSeen: _lastSeen = Scalar.Moment(ref reader); break;
            case Field.Comment: _comment = Scalar.Text(ref reader, pool); break;
            case Field.Warnings: OnWarninglist |= Scalar.IsSomething(ref reader); break;
            case Field.ObjectRelation: _relation = Scalar.Text(ref reader, pool); break;
        }
    }

    public MispAttribute Build() => new()
    {
        Uuid = _uuid,
        Type = _type ?? "",
        Category = _category,
        Value = _value ?? "",
        ToIds = _toIds,
        Deleted = _deleted,
        OnWarninglist = OnWarninglist,
        Timestamp = _timestamp ?? DateTimeOffset.UnixEpoch,
        FirstSeen = _firstSeen,
        LastSeen = _lastSeen,
        Comment = string.IsNullOrEmpty(_comment) ? null : _comment,
        ObjectRelation = string.IsNullOrEmpty(_relation) ? null : _relation,
        Tags = BuildTags(),
        Galaxies = BuildClusters(),
    };
}

/// <summary>A MISP object while its JSON is read; reused for the next one.</summary>
internal sealed class ObjectDraft(StringPool pool)
{
    private Guid? _uuid;
    private string? _name;
    private string? _comment;
    private bool _deleted;

    public List<MispAttribute> Attributes { get; } = [];

    public void Clear()
    {
        (_uuid, _name, _comment, _deleted) = (null, null, null, false);
        Attributes.Clear();
    }

    public void Set(Field field, ref Utf8JsonReader reader)
    {
        switch (field)
        {
            case Field.Uuid: _uuid = Scalar.Uuid(ref reader); break;
            case Field.Name: _name = Scalar.Text(ref reader, pool); break;
            case Field.Comment: _comment = Scalar.Text(ref reader, pool); break;
            case Field.Deleted: _deleted = Scalar.Flag(ref reader); break;
        }
    }

    public MispObject Build() => new()
    {
        Uuid = _uuid,
        Name = _name ?? "",
        Comment = string.IsNullOrEmpty(_comment) ? null : _comment,
        Deleted = _deleted,
        Attributes = Attributes.ToArray(),
    };
}
