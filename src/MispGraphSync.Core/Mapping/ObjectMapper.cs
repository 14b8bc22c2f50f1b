using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Mapping;

/// <summary>Maps an object: its attributes combined where <see cref="ObjectMap"/> has a template, else each by its type.</summary>
internal static class ObjectMapper
{
    public static MappedItem Map(MispObject thing, MapContext context)
    {
        var template = ObjectMap.Find(thing.Name);
        var members = Members(thing, template, context);
        if (template is not null && !ObjectCombiner.TryCombine(template, members))
        {
            members = Members(thing, template.WithoutCombinations, context);
        }

        var comment = string.IsNullOrWhiteSpace(thing.Comment) ? null : thing.Comment;
        var sources = new List<IndicatorSource>();
        var parts = new Dictionary<Guid, int>();
        foreach (var member in members)
        {
            // A hostile object may hold one UUID twice, and no two sources may share UUID and part.
            parts.TryGetValue(member.Id, out var part);
            IReadOnlyList<IndicatorSource> own = WithName(member.Sources(comment, part), members);
            if (own.Count == 0 && member is { IsCombined: false, Role: not { Kind: RoleKind.Victim } })
                own = Mapper.SourcesByRule(member.Id, member.Attribute, member.Outcome, part, context, comment);
            parts[member.Id] = part + own.Count;
            sources.AddRange(context.ForRules
                ? own.Select(source => source with { Object = thing.Name, Role = member.Attribute.ObjectRelation })
                : own);
        }

        return new(Array.ConvertAll(members, member => new MappedAttribute(member.Id, member.Attribute, member.Outcome)), sources);
    }

    // A protected name's address is its own. The other way round, a name may be parked at such an address.
    private static List<IndicatorSource> WithName(List<IndicatorSource> own, ObjectMember[] members)
    {
        if (!own.Exists(IsAddress)) return own;
        // Also one that is not for detection or on a warninglist: well-known names are.
        var names = members.Where(other => other is { IsDeleted: false, Role.Kind: <= RoleKind.EachDetail })
            .SelectMany(other => other.Result.Combined).OfType<Observable.DomainName>().Distinct().ToList();
        return names is [var only] ? own.ConvertAll(source => IsAddress(source) ? source with { OtherHalf = only } : source) : own;
    }

    private static bool IsAddress(IndicatorSource source) => source is { Single: Observable.NetworkAddress, OtherHalf: null };

    private static ObjectMember[] Members(MispObject thing, ObjectTemplate? template, MapContext context)
    {
        var members = new ObjectMember[thing.Attributes.Count];
        for (var i = 0; i < members.Length; i++)
        {
            var attribute = thing.Attributes[i];
            var member = members[i] = new ObjectMember(Mapper.Id(attribute, context), attribute)
            {
                Role = template?.Find(attribute.ObjectRelation, attribute.Type),
                NotSelected = Mapper.NotSelected(attribute, context),
                IsKnownGood = context.EnforceWarninglist && attribute.OnWarninglist,
            };
            if (thing.Deleted || attribute.Deleted) member.Decide(SkipReason.Deleted);
            else if (member.Role is { Kind: <= RoleKind.EachDetail } role)
                member.Result = Mapper.Parse(role.Value.Parser ?? AttributeMap.Find(attribute.Type).Parser!, attribute.Value);
            else member.Decide(ParseAlone(member, template, context));
        }

        return members;
    }

    // Null is context.
    private static ParseResult? ParseAlone(ObjectMember member, ObjectTemplate? template, MapContext context) => member.Role?.Kind switch
    {
        RoleKind.Context => null,
        RoleKind.Victim => member.NotSelected ?? SkipReason.VictimData,
        RoleKind.Ignored => member.NotSelected ?? SkipReason.UnsupportedRelation,
        null when template is { IgnoresOthers: true } && member.Attribute.ObjectRelation is not null
            && AttributeMap.Find(member.Attribute.Type).Parser is not null => member.NotSelected ?? SkipReason.UnsupportedRelation,
        RoleKind.RequiresToIds or RoleKind.HostOfUrl when !member.Attribute.ToIds => SkipReason.NotForDetection,
        RoleKind.HostOfUrl when member.Attribute.OnWarninglist && member.NotSelected is null => SkipReason.WeakAlone,
        RoleKind.HostOfUrl when Mapper.ParseByType(member.Attribute, context) is { } result =>
            result.Singles.Any(IsPublicSuffix) ? SkipReason.WeakAlone : result,
        _ => Mapper.ParseByType(member.Attribute, context),
    };

    private static bool IsPublicSuffix(Observable observable) =>
        observable is Observable.DomainName name && PublicSuffixes.Contains(name.Value);
}
