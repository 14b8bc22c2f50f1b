using System.Collections.Immutable;

namespace MispGraphSync.Core.Mapping;

/// <summary>
/// What an object's attributes are used for; the first use that takes one counts. Where a combination has room for one of a
/// kind (one domain name, say), the earlier use fills it.
/// </summary>
internal sealed record Template(params ImmutableArray<Use> Uses)
{
    /// <summary>Roles that no use names are not watched, whatever their type.</summary>
    public bool OthersUnused { get; init; }

    /// <summary>The same without combinations: what is not watched, or under a condition only, stays so.</summary>
    public Template Separately => new([.. Uses.Where(use => use.Reader is null && use.Kind != UseKind.Main)]);

    /// <summary>Null when the attribute maps by its type.</summary>
    public Use? Find(string? relation, string type)
    {
        foreach (var use in Uses)
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
internal sealed record RoleValue(Reader Reader, params ImmutableArray<string> Types)
{
    /// <summary>Only in Graph's combined indicator, though it could be watched alone.</summary>
    public RoleValue Joined => this with { Reader = text => Reader(text) with { Alone = [] } };
}

/// <summary>One use of the attributes in some roles.</summary>
/// <param name="Reader">Null where each type's own reader counts, or none.</param>
/// <param name="Types">The attribute types it takes.</param>
/// <param name="Relations">The object relations, best first; none: any role.</param>
internal sealed record Use(UseKind Kind, Reader? Reader, ImmutableArray<string> Types, ImmutableArray<string> Relations)
{
    public static Use EachFileHash() => new(UseKind.Main, null, AttributeMap.FileHashTypes, []);

    public static Use Main(RoleValue value, params ImmutableArray<string> relations) => Of(UseKind.Main, value, relations);

    public static Use MainFirstOf(RoleValue value, params ImmutableArray<string> relations) =>
        Of(UseKind.MainFirstOf, value, relations);

    public static Use MainIfAlone(RoleValue value, params ImmutableArray<string> relations) =>
        Of(UseKind.MainIfAlone, value, relations);

    public static Use With(RoleValue value, params ImmutableArray<string> relations) => Of(UseKind.With, value, relations);

    public static Use WithEach(RoleValue value, params ImmutableArray<string> relations) => Of(UseKind.WithEach, value, relations);

    public static Use Unused(params ImmutableArray<string> relations) => ByType(UseKind.Unused, relations);

    public static Use Context(params ImmutableArray<string> relations) => ByType(UseKind.Context, relations);

    public static Use Victim(params ImmutableArray<string> relations) => ByType(UseKind.Victim, relations);

    public static Use OnlyWithToIds(params ImmutableArray<string> relations) => ByType(UseKind.OnlyWithToIds, relations);

    public static Use HostOfUrl(params ImmutableArray<string> relations) =>
        new(UseKind.HostOfUrl, null, AttributeMap.HostTypes, relations);

    public bool Takes(string? relation, string type) =>
        Types.Contains(type) && (Relations.IsEmpty || (relation is not null && Relations.Contains(relation)));

    private static Use Of(UseKind kind, RoleValue value, ImmutableArray<string> relations) =>
        new(kind, value.Reader, value.Types, relations);

    private static Use ByType(UseKind kind, ImmutableArray<string> relations) =>
        new(kind, null, AttributeMap.WatchedTypes, relations);
}

internal enum UseKind
{
    /// <summary>Carries an indicator and is watched alone too. Each of them, with each of the other mains.</summary>
    Main,

    /// <summary>The same, but only in the best role that is there; the other roles are not watched.</summary>
    MainFirstOf,

    /// <summary>Main where no other main is there at all, else joined. One of them.</summary>
    MainIfAlone,

    /// <summary>Joined to the others' indicators. One of them.</summary>
    With,

    /// <summary>Joined, each in an indicator of its own.</summary>
    WithEach,

    /// <summary>Not watched.</summary>
    Unused,

    /// <summary>Not watched: MISP's own template says that the role is not for detection.</summary>
    Context,

    /// <summary>Never sent: it is the victim's.</summary>
    Victim,

    /// <summary>By its type, and only with its own to_ids, whatever the settings say.</summary>
    OnlyWithToIds,

    /// <summary>
    /// The same, and only where the action is alert: many pages of other people may be on that host, and tools set to_ids on
    /// it by default.
    /// </summary>
    HostOfUrl,
}
