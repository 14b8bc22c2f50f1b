using System.Text.Json;

namespace MispGraphSync.Sources.Json;

/// <summary>
/// Finds the <see cref="Field"/> of a property name: by its length first, so that nearly all names cost one comparison.
/// </summary>
internal static class FieldNames
{
    private const int Longest = 17;

    public static Field Of(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return Of(reader.ValueSpan);
        }
        if (reader.ValueSpan.Length > Longest * 6 || LenientText.IsDamaged(reader.ValueSpan))
        {
            return Field.None;
        }

        Span<byte> name = stackalloc byte[Longest * 6];
        return Of(name[..reader.CopyString(name)]);
    }

    private static Field Of(ReadOnlySpan<byte> name) =>
        name.IsEmpty || name.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? OfWord(name) : Field.Index;

    private static Field OfWord(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => name.SequenceEqual("id"u8) ? Field.Id : Field.None,
        3 => name.SequenceEqual("Tag"u8) ? Field.Tag : Field.None,
        4 => name[0] switch
        {
            (byte)'u' => name.SequenceEqual("uuid"u8) ? Field.Uuid : Field.None,
            (byte)'t' => name.SequenceEqual("type"u8) ? Field.Type : Field.None,
            (byte)'n' => name.SequenceEqual("name"u8) ? Field.Name : Field.None,
            (byte)'i' => name.SequenceEqual("info"u8) ? Field.Info : Field.None,
            (byte)'d' => name.SequenceEqual("date"u8) ? Field.Date : Field.None,
            (byte)'O' => name.SequenceEqual("Orgc"u8) ? Field.Orgc : Field.None,
            (byte)'o' => name.SequenceEqual("orgc"u8) ? Field.Orgc : Field.None,
            _ => Field.None,
        },
        5 => name[0] switch
        {
            (byte)'v' => name.SequenceEqual("value"u8) ? Field.Value : Field.None,
            (byte)'l' => name.SequenceEqual("local"u8) ? Field.Local : Field.None,
            (byte)'E' => name.SequenceEqual("Event"u8) ? Field.Event : Field.None,
            _ => Field.None,
        },
        6 => name[0] switch
        {
            (byte)'t' => name.SequenceEqual("to_ids"u8) ? Field.ToIds : Field.None,
            (byte)'G' => name.SequenceEqual("Galaxy"u8) ? Field.Galaxy : Field.None,
            (byte)'O' => name.SequenceEqual("Object"u8) ? Field.Object : Field.None,
            _ => Field.None,
        },
        7 => name[0] switch
        {
            (byte)'c' => name.SequenceEqual("comment"u8) ? Field.Comment : Field.None,
            (byte)'d' => name.SequenceEqual("deleted"u8) ? Field.Deleted : Field.None,
            (byte)'o' => name.SequenceEqual("orgc_id"u8) ? Field.OrgcId : Field.None,
            _ => Field.None,
        },
        8 => name[0] switch
        {
            (byte)'c' => name.SequenceEqual("category"u8) ? Field.Category : Field.None,
            (byte)'a' => name.SequenceEqual("analysis"u8) ? Field.Analysis : Field.None,
            (byte)'t' => name.SequenceEqual("tag_name"u8) ? Field.TagName : Field.None,
            (byte)'w' => name.SequenceEqual("warnings"u8) ? Field.Warnings : Field.None,
            (byte)'r' => name.SequenceEqual("response"u8) ? Field.Response : Field.None,
            (byte)'E' => name.SequenceEqual("EventTag"u8) ? Field.EventTag : Field.None,
            _ => Field.None,
        },
        9 => name[0] switch
        {
            (byte)'t' => name.SequenceEqual("timestamp"u8) ? Field.Timestamp : Field.None,
            (byte)'l' => name.SequenceEqual("last_seen"u8) ? Field.LastSeen : Field.None,
            (byte)'A' => name.SequenceEqual("Attribute"u8) ? Field.Attribute : Field.None,
            (byte)'p' => name.SequenceEqual("published"u8) ? Field.Published : Field.None,
            (byte)'i' => name.SequenceEqual("inherited"u8) ? Field.Inherited : Field.None,
            _ => Field.None,
        },
        10 => name[0] switch
        {
            (byte)'f' => name.SequenceEqual("first_seen"u8) ? Field.FirstSeen : Field.None,
            (byte)'e' => name.SequenceEqual("exportable"u8) ? Field.Exportable : Field.None,
            _ => Field.None,
        },
        12 => name[0] switch
        {
            (byte)'d' => name.SequenceEqual("distribution"u8) ? Field.Distribution : Field.None,
            (byte)'A' => name.SequenceEqual("AttributeTag"u8) ? Field.AttributeTag : Field.None,
            _ => Field.None,
        },
        13 => name.SequenceEqual("GalaxyCluster"u8) ? Field.GalaxyCluster : Field.None,
        15 => name[0] switch
        {
            (byte)'o' => name.SequenceEqual("object_relation"u8) ? Field.ObjectRelation : Field.None,
            (byte)'t' => name.SequenceEqual("threat_level_id"u8) ? Field.ThreatLevelId : Field.None,
            (byte)'a' => name.SequenceEqual("attribute_count"u8) ? Field.AttributeCount : Field.None,
            _ => Field.None,
        },
        16 => name.SequenceEqual("sharing_group_id"u8) ? Field.SharingGroupId : Field.None,
        17 => name.SequenceEqual("publish_timestamp"u8) ? Field.PublishTimestamp : Field.None,
        _ => Field.None,
    };
}
