using System.Text.Json;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Sources.Json;

/// <summary>A MISP object while its JSON goes by; used again for the next one.</summary>
internal sealed class ObjectDraft(StringPool pool)
{
    private Guid? _uuid;
    private string? _name;
    private string? _comment;
    private bool _deleted;

    public List<MispAttribute> Attributes { get; } = [];

    public void Clear()
    {
        _uuid = null;
        _name = _comment = null;
        _deleted = false;
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
