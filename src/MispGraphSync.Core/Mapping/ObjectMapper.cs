using MispGraphSync.Core.Domain;
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
            var own = member.Sources(comment, part);
            parts[member.Id] = part + own.Count;
            sources.AddRange(own);
        }

        return new(Array.ConvertAll(members, member => new MappedAttribute(member.Id, member.Attribute, member.Outcome)), sources);
    }

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
            else Parse(member, template, context);
        }

        return members;
    }

    /// <summary>Parses the member by its role, and decides on one that is not combined.</summary>
    private static void Parse(ObjectMember member, ObjectTemplate? template, MapContext context)
    {
        var attribute = member.Attribute;
        var typeParser = AttributeMap.Find(attribute.Type).Parser;
        switch (member.Role?.Kind)
        {
            case RoleKind.Ignored:
            case null when template is { IgnoresOthers: true } && attribute.ObjectRelation is not null && typeParser is not null:
                member.Decide(member.NotSelected ?? SkipReason.UnsupportedRelation);
                break;
            case RoleKind.Victim:
                member.Decide(member.NotSelected ?? SkipReason.VictimData);
                break;
            case RoleKind.Context:
                member.Decide(null);
                break;
            case RoleKind.RequiresToIds or RoleKind.HostOfUrl when !attribute.ToIds:
                member.Decide(SkipReason.NotForDetection);
                break;
            case RoleKind.HostOfUrl when attribute.OnWarninglist && member.NotSelected is null:
                member.Decide(SkipReason.WeakAlone);
                break;
            case RoleKind.HostOfUrl when Mapper.ParseByType(attribute, context) is { } result && result.Singles.Any(IsPublicSuffix):
                member.Decide(SkipReason.WeakAlone);
                break;
            case null or RoleKind.RequiresToIds or RoleKind.HostOfUrl:
                member.Decide(Mapper.ParseByType(attribute, context));
                break;
            default:
                member.Result = Mapper.Parse(member.Role.Value.Parser ?? typeParser!, attribute.Value);
                break;
        }
    }

    private static bool IsPublicSuffix(Observable observable) =>
        observable is Observable.DomainName name && PublicSuffixes.Contains(name.Value);
}
