using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Mapping;

/// <summary>Maps an object: its attributes combined where <see cref="ObjectMap"/> knows how, else each by its type.</summary>
internal static class ObjectMapper
{
    public static MappedItem Map(MispObject thing, MapContext context)
    {
        var template = ObjectMap.Find(thing.Name);
        var members = new ObjectMember[thing.Attributes.Count];
        SortAll(template);
        if (template is not null && !ObjectCombiner.TryCombine(template, members)) SortAll(template.WithoutCombinations);

        var comment = string.IsNullOrWhiteSpace(thing.Comment) ? null : thing.Comment;
        var supports = new List<IndicatorSource>();
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

        void SortAll(ObjectTemplate? by)
        {
            for (var i = 0; i < members.Length; i++) members[i] = Sort(thing, thing.Attributes[i], by, context);
        }
    }

    /// <summary>Decides what the object makes of the attribute, and settles what it makes nothing of.</summary>
    private static ObjectMember Sort(MispObject thing, MispAttribute attribute, ObjectTemplate? template, MapContext context)
    {
        var row = AttributeMap.Find(attribute.Type);
        var member = new ObjectMember(Mapper.Id(attribute, context), attribute)
        {
            Use = template?.Find(attribute.ObjectRelation, attribute.Type),
            Unselected = Mapper.Unselected(attribute, context),
            IsKnownGood = context.EnforceWarninglist && attribute.OnWarninglist,
        };
        if (thing.Deleted || attribute.Deleted)
        {
            member.Settle(SkipReason.Deleted);
            return member;
        }

        switch (member.Use?.Kind)
        {
            case RoleKind.Ignored:
            case null when template is { IgnoresOthers: true } && attribute.ObjectRelation is not null && row is TypeRule.Detectable:
                member.Settle(member.Unselected ?? SkipReason.UnsupportedRelation);
                break;
            case RoleKind.Victim:
                member.Settle(member.Unselected ?? SkipReason.VictimData);
                break;
            case RoleKind.Context:
                member.Settle(ParseResult.Nothing, MappingOutcome.Context.Instance);
                break;
            case RoleKind.RequiresToIds or RoleKind.HostOfUrl when !attribute.ToIds:
                member.Settle(SkipReason.NotForDetection);
                break;
            case RoleKind.HostOfUrl when attribute.OnWarninglist && member.Unselected is null:
                member.Settle(SkipReason.WeakAlone);
                break;
            case null or RoleKind.RequiresToIds or RoleKind.HostOfUrl:
                var reading = Mapper.Read(attribute, context, out var fate);
                if (member.Use is { Kind: RoleKind.HostOfUrl } && reading.Singles.Any(IsPublicSuffix)) member.Settle(SkipReason.WeakAlone);
                else member.Settle(reading, fate);
                break;
            default:
                member.Reading = Mapper.Read(member.Use.Parser ?? ((TypeRule.Detectable)row).Parser, attribute.Value);
                break;
        }

        return member;
    }

    private static bool IsPublicSuffix(Observable observable) =>
        observable is Observable.DomainName name && PublicSuffixes.Contains(name.Value);
}
