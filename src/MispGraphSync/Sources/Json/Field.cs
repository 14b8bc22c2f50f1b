using System.Text;
using System.Text.Json;

namespace MispGraphSync.Sources.Json;

/// <summary>The JSON names that are read. All others are <see cref="None"/>: skipped with everything below them.</summary>
internal enum Field : byte
{
    None,

    /// <summary>A number: the position in a list that PHP wrote as an object.</summary>
    Index,

    Analysis, Attribute, AttributeCount, AttributeTag, Category, Comment, Date, Default, Deleted, Description, Distribution, Event,
    EventTag, Exportable, ExternalId, FirstSeen, Galaxy, GalaxyCluster, GalaxyClusterRelation, Id, Info, Inherited, KillChain, LastSeen,
    Local, Meta, Name, Object, ObjectRelation, Orgc, OrgcId, Published, PublishTimestamp, ReferencedClusterType, Response, Revoked,
    SharingGroupId, Synonyms, Tag, TagName, ThreatLevelId, Timestamp, ToIds, Type, Uuid, Value, Warnings,
}

/// <summary>Finds the <see cref="Field"/> of a property name in a hash table with open addressing: mostly one comparison.</summary>
internal static class FieldNames
{
    private const int Longest = 30;
    private const int Mask = 127;

    private static readonly (byte[]? Name, Field Field)[] Slots = Fill(
        ("analysis", Field.Analysis), ("Attribute", Field.Attribute), ("attribute_count", Field.AttributeCount),
        ("AttributeTag", Field.AttributeTag), ("category", Field.Category), ("comment", Field.Comment), ("date", Field.Date),
        ("default", Field.Default), ("deleted", Field.Deleted), ("description", Field.Description), ("distribution", Field.Distribution),
        ("Event", Field.Event), ("EventTag", Field.EventTag), ("exportable", Field.Exportable), ("external_id", Field.ExternalId),
        ("first_seen", Field.FirstSeen), ("Galaxy", Field.Galaxy), ("GalaxyCluster", Field.GalaxyCluster),
        ("GalaxyClusterRelation", Field.GalaxyClusterRelation), ("id", Field.Id), ("info", Field.Info), ("inherited", Field.Inherited),
        ("kill_chain", Field.KillChain), ("last_seen", Field.LastSeen), ("local", Field.Local), ("meta", Field.Meta),
        ("name", Field.Name), ("Object", Field.Object), ("object_relation", Field.ObjectRelation), ("Orgc", Field.Orgc),
        ("orgc", Field.Orgc), ("orgc_id", Field.OrgcId), ("published", Field.Published), ("publish_timestamp", Field.PublishTimestamp),
        ("referenced_galaxy_cluster_type", Field.ReferencedClusterType), ("response", Field.Response), ("revoked", Field.Revoked),
        ("sharing_group_id", Field.SharingGroupId), ("synonyms", Field.Synonyms), ("Tag", Field.Tag), ("tag_name", Field.TagName),
        ("threat_level_id", Field.ThreatLevelId), ("timestamp", Field.Timestamp), ("to_ids", Field.ToIds), ("type", Field.Type),
        ("uuid", Field.Uuid), ("value", Field.Value), ("warnings", Field.Warnings));

    public static Field Of(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return Of(reader.ValueSpan);
        if (reader.ValueSpan.Length > Longest * 6 || LenientText.IsDamaged(reader.ValueSpan)) return Field.None;
        Span<byte> name = stackalloc byte[Longest * 6];
        return Of(name[..reader.CopyString(name)]);
    }

    private static Field Of(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty) return Field.None;
        for (var slot = SlotOf(name); Slots[slot].Name is { } known; slot = (slot + 1) & Mask)
        {
            if (name.SequenceEqual(known)) return Slots[slot].Field;
        }
        return name.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? Field.None : Field.Index;
    }

    // With these factors no two of the names share a slot.
    private static int SlotOf(ReadOnlySpan<byte> name) => ((name.Length * 4) + (name[0] * 13) + (name[^1] * 6)) & Mask;

    private static (byte[]?, Field)[] Fill(params ReadOnlySpan<(string Name, Field Field)> names)
    {
        var slots = new (byte[]?, Field)[Mask + 1];
        foreach (var (text, field) in names)
        {
            var name = Encoding.UTF8.GetBytes(text);
            var slot = SlotOf(name);
            while (slots[slot].Item1 is not null) slot = (slot + 1) & Mask;
            slots[slot] = (name, field);
        }
        return slots;
    }
}
