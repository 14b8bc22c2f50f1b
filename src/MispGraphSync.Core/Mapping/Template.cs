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

    /// <summary>Null when the attribute maps by its type.</summary>
    public Use? Find(string? relation, Row row)
    {
        foreach (var use in Uses)
        {
            if (use.Takes(relation, row)) return use;
        }

        return null;
    }
}

/// <summary>One use of the attributes in some roles.</summary>
/// <param name="Reader">Null where each type's own reader counts, or none.</param>
/// <param name="Relations">The object relations, best first. None: any hash of a file, whatever its relation.</param>
internal sealed record Use(UseKind Kind, Reader? Reader, ImmutableArray<string> Relations)
{
    public static Use EachFileHash() => new(UseKind.Main, null, []);

    public static Use Main(Reader reader, params ImmutableArray<string> relations) => new(UseKind.Main, reader, relations);

    public static Use MainFirstOf(Reader reader, params ImmutableArray<string> relations) =>
        new(UseKind.MainFirstOf, reader, relations);

    public static Use MainIfAlone(Reader reader, params ImmutableArray<string> relations) =>
        new(UseKind.MainIfAlone, reader, relations);

    public static Use With(Reader reader, params ImmutableArray<string> relations) => new(UseKind.With, reader, relations);

    public static Use WithIfSelected(Reader reader, params ImmutableArray<string> relations) =>
        new(UseKind.WithIfSelected, reader, relations);

    public static Use WithEach(Reader reader, params ImmutableArray<string> relations) =>
        new(UseKind.WithEach, reader, relations);

    public static Use Unused(params ImmutableArray<string> relations) => new(UseKind.Unused, null, relations);

    public static Use OnlyWithToIds(params ImmutableArray<string> relations) => new(UseKind.OnlyWithToIds, null, relations);

    public bool Takes(string? relation, Row row) => Relations.IsEmpty
        ? row is Row.Watched { IsFileHash: true }
        : relation is not null && Relations.Contains(relation);
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

    /// <summary>The same, but only when it is selected by its own right: it may be the victim's.</summary>
    WithIfSelected,

    /// <summary>Joined, each in an indicator of its own.</summary>
    WithEach,

    /// <summary>Not watched.</summary>
    Unused,

    /// <summary>By its type, and only with its own to_ids, whatever the settings say.</summary>
    OnlyWithToIds,
}
