namespace MispGraphSync.Sources.Json;

/// <summary>Items as compact bytes, for a temporary file that only the process that wrote it reads.</summary>
internal static class ItemEncoding
{
    public static void Write(BinaryWriter writer, EventItem item)
    {
        writer.Write(item is EventItem.Object);
        if (item is EventItem.Attribute { Value: var attribute }) Write(writer, attribute);
        if (item is not EventItem.Object { Value: var value }) return;
        Write(writer, value.Uuid);
        writer.Write(value.Name);
        Write(writer, value.Comment);
        writer.Write(value.Deleted);
        writer.Write7BitEncodedInt(value.Attributes.Count);
        foreach (var member in value.Attributes) Write(writer, member);
    }

    // Initialisers run in their order, which is that of Write.
    public static EventItem Read(BinaryReader reader) => !reader.ReadBoolean()
        ? new EventItem.Attribute(ReadAttribute(reader))
        : new EventItem.Object(new MispObject
        {
            Uuid = ReadUuid(reader),
            Name = reader.ReadString(),
            Comment = ReadText(reader),
            Deleted = reader.ReadBoolean(),
            Attributes = ReadList(reader, ReadAttribute),
        });

    private static void Write(BinaryWriter writer, MispAttribute value)
    {
        Write(writer, value.Uuid);
        writer.Write(value.Type);
        Write(writer, value.Category);
        writer.Write(value.Value);
        writer.Write(value.ToIds);
        writer.Write(value.Deleted);
        writer.Write(value.OnWarninglist);
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

    private static MispAttribute ReadAttribute(BinaryReader reader) => new()
    {
        Uuid = ReadUuid(reader),
        Type = reader.ReadString(),
        Category = ReadText(reader),
        Value = reader.ReadString(),
        ToIds = reader.ReadBoolean(),
        Deleted = reader.ReadBoolean(),
        OnWarninglist = reader.ReadBoolean(),
        Timestamp = DateTimeOffset.FromUnixTimeSeconds(reader.Read7BitEncodedInt64()),
        FirstSeen = ReadMoment(reader),
        LastSeen = ReadMoment(reader),
        Comment = ReadText(reader),
        ObjectRelation = ReadText(reader),
        Tags = ReadList(reader, static r => new MispTag(r.ReadString(), r.ReadBoolean())),
        Galaxies = ReadList(reader, static r => new GalaxyCluster(r.ReadString(), r.ReadString())),
    };

    private static void Write(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null) writer.Write(text);
    }

    private static string? ReadText(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;

    private static void Write(BinaryWriter writer, DateTimeOffset? moment)
    {
        writer.Write(moment is not null);
        if (moment is { } value) writer.Write(value.UtcTicks);
    }

    private static DateTimeOffset? ReadMoment(BinaryReader reader) =>
        reader.ReadBoolean() ? new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero) : null;

    private static void Write(BinaryWriter writer, Guid? uuid)
    {
        writer.Write(uuid is not null);
        if (uuid is not { } value) return;
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes);
        writer.Write(bytes);
    }

    private static Guid? ReadUuid(BinaryReader reader)
    {
        if (!reader.ReadBoolean()) return null;
        Span<byte> bytes = stackalloc byte[16];
        reader.ReadExactly(bytes);
        return new Guid(bytes);
    }

    private static T[] ReadList<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        var count = reader.Read7BitEncodedInt();
        if (count == 0) return [];
        var list = new T[count];
        for (var i = 0; i < count; i++) list[i] = read(reader);
        return list;
    }
}
