using System.Text.Json;

namespace MispGraphSync.Sources.Json;

/// <summary>A tag while its JSON goes by; used again for the next one.</summary>
internal sealed class TagDraft(StringPool pool)
{
    /// <summary>Null for a tag without a name that can be read.</summary>
    public string? Name { get; private set; }

    /// <summary>
    /// Not for other installations: a local tag, or one that an administrator keeps from being exported. An inherited one does not
    /// say which it is; the event has it too.
    /// </summary>
    public bool IsLocal { get; private set; }

    public void Clear() => (Name, IsLocal) = (null, false);

    public void Set(Field field, ref Utf8JsonReader reader)
    {
        switch (field)
        {
            case Field.Name: Name = Scalar.Text(ref reader, pool); break;
            case Field.Local: IsLocal |= Scalar.Flag(ref reader); break;
            case Field.Inherited: IsLocal |= Scalar.Flag(ref reader); break;
            case Field.Exportable: IsLocal |= Scalar.IsOff(ref reader); break;
        }
    }
}
