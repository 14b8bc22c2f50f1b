using System.Collections.Immutable;

namespace MispGraphSync.Core.Mapping;

/// <summary>
/// What an object's attributes are used for; the first use that takes one counts. Where a combination has room for one of a
/// kind (one domain name, say), the earlier use fills it.
/// </summary>
internal sealed record ObjectTemplate(params ImmutableArray<AttributeRole> Roles)
{
    /// <summary>Roles that no use names are not watched, whatever their type.</summary>
    public bool IgnoresOthers { get; init; }

    /// <summary>The same without combinations: what is not watched, or under a condition only, stays so.</summary>
    public ObjectTemplate WithoutCombinations => new([.. Roles.Where(use => use.Parser is null && use.Kind != RoleKind.Main)]);

    /// <summary>Null when the attribute maps by its type.</summary>
    public AttributeRole? Find(string? relation, string type)
    {
        foreach (var use in Roles)
        {
            if (use.Takes(relation, type)) return use;
        }

        return null;
    }
}

/// <summary>
/// What the value in a role is, and the attribute types that hold such a value. A role gives loose text a meaning (a mutex's
/// name is <c>text</c>); an attribute of any other type keeps the meaning of its type, a link in the place of a URL too.
/// </summary>
internal sealed record RoleValue(ValueParser Parser, params ImmutableArray<string> Types)
{
    /// <summary>Only in Graph's combined indicator, though it could be watched alone.</summary>
    public RoleValue Joined => this with { Parser = text => Parser(text) with { Singles = [] } };
}

/// <summary>One use of the attributes in some roles.</summary>
/// <param name="Parser">Null where each type's own reader counts, or none.</param>
/// <param name="Types">The attribute types it takes.</param>
/// <param name="Relations">The object relations, best first; none: any role.</param>
internal sealed record AttributeRole(RoleKind Kind, ValueParser? Parser, ImmutableArray<string> Types, ImmutableArray<string> Relations)
{
    public static AttributeRole EachFileHash() => new(RoleKind.Main, null, AttributeMap.FileHashTypes, []);

    public static AttributeRole Main(RoleValue value, params ImmutableArray<string> relations) => Of(RoleKind.Main, value, relations);

    public static AttributeRole PreferredMain(RoleValue value, params ImmutableArray<string> relations) =>
        Of(RoleKind.PreferredMain, value, relations);

    public static AttributeRole FallbackMain(RoleValue value, params ImmutableArray<string> relations) =>
        Of(RoleKind.FallbackMain, value, relations);

    public static AttributeRole Detail(RoleValue value, params ImmutableArray<string> relations) => Of(RoleKind.Detail, value, relations);

    public static AttributeRole EachDetail(RoleValue value, params ImmutableArray<string> relations) => Of(RoleKind.EachDetail, value, relations);

    public static AttributeRole Ignored(params ImmutableArray<string> relations) => ByType(RoleKind.Ignored, relations);

    public static AttributeRole Context(params ImmutableArray<string> relations) => ByType(RoleKind.Context, relations);

    public static AttributeRole Victim(params ImmutableArray<string> relations) => ByType(RoleKind.Victim, relations);

    public static AttributeRole RequiresToIds(params ImmutableArray<string> relations) => ByType(RoleKind.RequiresToIds, relations);

    public static AttributeRole HostOfUrl(params ImmutableArray<string> relations) =>
        new(RoleKind.HostOfUrl, null, AttributeMap.HostTypes, relations);

    public bool Takes(string? relation, string type) =>
        Types.Contains(type) && (Relations.IsEmpty || (relation is not null && Relations.Contains(relation)));

    private static AttributeRole Of(RoleKind kind, RoleValue value, ImmutableArray<string> relations) =>
        new(kind, value.Parser, value.Types, relations);

    private static AttributeRole ByType(RoleKind kind, ImmutableArray<string> relations) =>
        new(kind, null, AttributeMap.DetectableTypes, relations);
}

internal enum RoleKind
{
    /// <summary>Carries an indicator and is watched alone too. Each of them, with each of the other mains.</summary>
    Main,

    /// <summary>The same, but only in the best role that is there; the other roles are not watched.</summary>
    PreferredMain,

    /// <summary>Main where no other main is there at all, else joined. One of them.</summary>
    FallbackMain,

    /// <summary>Joined to the others' indicators. One of them.</summary>
    Detail,

    /// <summary>Joined, each in an indicator of its own.</summary>
    EachDetail,

    /// <summary>Not watched.</summary>
    Ignored,

    /// <summary>Not watched: MISP's own template says that the role is not for detection.</summary>
    Context,

    /// <summary>Never sent: it is the victim's.</summary>
    Victim,

    /// <summary>By its type, and only with its own to_ids, whatever the settings say.</summary>
    RequiresToIds,

    /// <summary>
    /// The same, and only where the action is alert: many pages of other people may be on that host, and tools set to_ids on
    /// it by default.
    /// </summary>
    HostOfUrl,
}
