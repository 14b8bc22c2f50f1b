namespace MispGraphSync.Sandbox.Misp;

/// <summary>UUIDs made from numbers, so that a sandbox's events are the same each time. They look like version 4.</summary>
internal static class MispIds
{
    public enum Kind : short
    {
        Event = 0x0e00,
        Attribute = 0x0a00,
        Object = 0x0b00,
        Organisation = 0x0c00,
        Tag = 0x0d00,
        Galaxy = 0x0f00,
        Sighting = 0x1100,
    }

    public static string Uuid(Kind kind, long number) => Of(kind, number).ToString();

    public static Guid Of(Kind kind, long number) =>
        new((int)(number >> 16), (short)number, (short)(0x4000 | ((int)kind >> 4)), 0x8a, 0x5d, 0x5a, 0, 0, 0, 0, (byte)((int)kind >> 8));

    public static bool TryRead(Kind kind, string uuid, out long number)
    {
        number = 0;
        if (!Guid.TryParse(uuid, out var guid)) return false;

        var bytes = guid.ToByteArray();
        number = ((long)BitConverter.ToInt32(bytes, 0) << 16) | BitConverter.ToUInt16(bytes, 4);
        return Of(kind, number) == guid;
    }
}
