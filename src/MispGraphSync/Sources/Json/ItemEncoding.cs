using MispGraphSync.Core.Domain;

namespace MispGraphSync.Sources.Json;

/// <summary>Items as compact bytes, for a temporary file that only the process that wrote it reads.</summary>
internal static class ItemEncoding
{
    [Flags]
    private enum Has
    {
        None = 0,
        Uuid = 1,
        Category = 2,
        Comment = 4,
        Relation = 8,
        FirstSeen = 16,
        LastSeen = 32,
        ToIds = 64,
        Deleted = 128,
        OnWarninglist = 256,
    }

    public static void Write(BinaryWriter writer, EventItem item)
    {
        switch (item)
        {
            case EventItem.Attribute { Value: var attribute }:
                writer.Write(false);
                Write(writer, attribute);
                break;

            case EventItem.Object { Value: var value }:
                writer.Write(true);
                Write(writer, value);
                break;
        }
    }

    public static EventItem Read(BinaryReader reader) =>
        reader.ReadBoolean() ? new EventItem.Object(ReadObject(reader)) : new EventItem.Attribute(ReadAttribute(reader));

    private static void Write(BinaryWriter writer, MispObject value)
    {
        var has = (value.Uuid is null ? Has.None : Has.Uuid)
            | (value.Comment is null ? Has.None : Has.Comment)
            | (value.Deleted ? Has.Deleted : Has.None);
        writer.Write7BitEncodedInt((int)has);
        Write(writer, value.Uuid);
        writer.Write(value.Name);
        Write(writer, value.Comment);
        writer.Write7BitEncodedInt(value.Attributes.Count);
        foreach (var attribute in value.Attributes)
        {
            Write(writer, attribute);
        }
    }

    private static MispObject ReadObject(BinaryReader reader)
    {
        var has = (Has)reader.Read7BitEncodedInt();
        return new MispObject
        {
            Uuid = has.HasFlag(Has.Uuid) ? ReadUuid(reader) : null,
            Name = reader.ReadString(),
            Comment = has.HasFlag(Has.Comment) ? reader.ReadString() : null,
            Deleted = has.HasFlag(Has.Deleted),
            Attributes = ReadList(reader, ReadAttribute),
        };
    }

    private static void Write(BinaryWriter writer, MispAttribute value)
    {
        var has = (value.Uuid is null ? Has.None : Has.Uuid)
            | (value.Category is null ? Has.None : Has.Category)
            | (value.Comment is null ? Has.None : Has.Comment)
            | (value.ObjectRelation is null ? Has.None : Has.Relation)
            | (value.FirstSeen is null ? Has.None : Has.FirstSeen)
            | (value.LastSeen is null ? Has.None : Has.LastSeen)
            | (value.ToIds ? Has.ToIds : Has.None)
            | (value.Deleted ? Has.Deleted : Has.None)
            | (value.OnWarninglist ? Has.OnWarninglist : Has.None);
        writer.Write7BitEncodedInt((int)has);
        Write(writer, value.Uuid);
        writer.Write(value.Type);
        Write(writer, value.Category);
        writer.Write(value.Value);
        writer.Write7BitEncodedInt64(value.Timestamp.ToUnixTimeSeconds());
        Write(writer, value.FirstSeen);
        Write(writer, value.LastSeen);
        Write(writer, value.Comment);
        Write(writer, value.ObjectRelation);

        writer.Write7BitEncodedInt(value.Tags.Count);
        foreach (var tag in value.Tags)
        {
            writer.Write(tag.Name);
            writer.Write(tag.IsLocal);
        }
        writer.Write7BitEncodedInt(value.Galaxies.Count);
        foreach (var cluster in value.Galaxies)
        {
            writer.Write(cluster.Galaxy);
            writer.Write(cluster.Value);
        }
    }

    private static MispAttribute ReadAttribute(BinaryReader reader)
    {
        var has = (Has)reader.Read7BitEncodedInt();
        return new MispAttribute
        {
            // In the order in which it was written.
            Uuid = has.HasFlag(Has.Uuid) ? ReadUuid(reader) : null,
            Type = reader.ReadString(),
            Category = has.HasFlag(Has.Category) ? reader.ReadString() : null,
            Value = reader.ReadString(),
            Timestamp = DateTimeOffset.FromUnixTimeSeconds(reader.Read7BitEncodedInt64()),
            FirstSeen = has.HasFlag(Has.FirstSeen) ? ReadMoment(reader) : null,
            LastSeen = has.HasFlag(Has.LastSeen) ? ReadMoment(reader) : null,
            Comment = has.HasFlag(Has.Comment) ? reader.ReadString() : null,
            ObjectRelation = has.HasFlag(Has.Relation) ? reader.ReadString() : null,
            Tags = ReadList(reader, r => new MispTag(r.ReadString(), r.ReadBoolean())),
            Galaxies = ReadList(reader, r => new GalaxyCluster(r.ReadString(), r.ReadString())),
            ToIds = has.HasFlag(Has.ToIds),
            Deleted = has.HasFlag(Has.Deleted),
            OnWarninglist = has.HasFlag(Has.OnWarninglist),
        };
    }

    private static void Write(BinaryWriter writer, string? text)
    {
        if (text is not null)
        {
            writer.Write(text);
        }
    }

    private static void Write(BinaryWriter writer, Guid? uuid)
    {
        if (uuid is { } value)
        {
            Span<byte> bytes = stackalloc byte[16];
            value.TryWriteBytes(bytes);
            writer.Write(bytes);
        }
    }

    private static void Write(BinaryWriter writer, DateTimeOffset? moment)
    {
        if (moment is { } value)
        {
            writer.Write(value.UtcTicks);
        }
    }

    private static Guid ReadUuid(BinaryReader reader)
    {
        Span<byte> bytes = stackalloc byte[16];
        reader.ReadExactly(bytes);
        return new Guid(bytes);
    }

    private static DateTimeOffset ReadMoment(BinaryReader reader) => new(reader.ReadInt64(), TimeSpan.Zero);

    private static T[] ReadList<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        var count = reader.Read7BitEncodedInt();
        if (count == 0)
        {
            return [];
        }
        var list = new T[count];
        for (var i = 0; i < count; i++)
        {
            list[i] = read(reader);
        }
        return list;
    }
}
