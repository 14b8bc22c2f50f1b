using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Mapping;

/// <summary>Maps an object: its attributes combined where <see cref="ObjectMap"/> knows how, else each by its type.</summary>
internal static class ObjectMapper
{
    public static MappedItem Map(MispObject thing, MapContext context)
    {
        var template = ObjectMap.Find(thing.Name);
        var members = new Member[thing.Attributes.Count];
        for (var i = 0; i < members.Length; i++) members[i] = Sort(thing, thing.Attributes[i], template, context);
        if (template is not null && !Combiner.TryCombine(template, members))
        {
            for (var i = 0; i < members.Length; i++) members[i] = Sort(thing, thing.Attributes[i], template: null, context);
        }

        var comment = string.IsNullOrWhiteSpace(thing.Comment) ? null : thing.Comment;
        var supports = new List<Support>();
        var parts = new Dictionary<Guid, int>();
        foreach (var member in members)
        {
            // A hostile object may hold one UUID twice, and no two supports may share UUID and part.
            parts.TryGetValue(member.Id, out var part);
            var own = member.Supports(comment, part);
            parts[member.Id] = part + own.Count;
            supports.AddRange(own);
        }

        return new(Array.ConvertAll(members, member => new MappedAttribute(member.Id, member.Attribute, member.Fate)), supports);
    }

    /// <summary>Decides what the object makes of the attribute, and settles what it makes nothing of.</summary>
    private static Member Sort(MispObject thing, MispAttribute attribute, Template? template, MapContext context)
    {
        var row = AttributeMap.Find(attribute.Type);
        var member = new Member(Mapper.Id(attribute, context), attribute)
        {
            Use = IsOpenToRoles(row) ? template?.Find(attribute.ObjectRelation, row) : null,
            Unselected = Mapper.Unselected(attribute, context),
            IsKnownGood = context.EnforceWarninglist && attribute.OnWarninglist,
        };
        var unused = member.Use is { Kind: UseKind.Unused }
            || (template is { OthersUnused: true } && member.Use is null && attribute.ObjectRelation is not null);

        if (thing.Deleted || attribute.Deleted) member.Settle(SkipReason.Deleted);
        else if (unused && row is Row.Watched) member.Settle(member.Unselected ?? SkipReason.UnsupportedRelation);
        else if (member.Use is { Kind: UseKind.OnlyWithToIds } && !attribute.ToIds) member.Settle(SkipReason.NotForDetection);
        else if (ReaderOf(member.Use, row) is { } reader) member.Reading = Mapper.Read(reader, attribute.Value);
        else member.Settle(Mapper.Read(attribute, context, out var fate), fate);
        return member;
    }

    /// <summary>Null where the role has no meaning of its own and the attribute is not combined.</summary>
    private static Reader? ReaderOf(Use? use, Row row) => use is null or { Kind: UseKind.Unused or UseKind.OnlyWithToIds }
        ? null
        : use.Reader ?? (row as Row.Watched)?.Reader;

    /// <summary>
    /// A role lends a meaning to loose text, such as a mutex's name. It never turns into an indicator what must stay here.
    /// </summary>
    private static bool IsOpenToRoles(Row row) => row is Row.Watched
        or Row.Never { Reason: SkipReason.Untyped or SkipReason.FreeText or SkipReason.UnsupportedType };
}
