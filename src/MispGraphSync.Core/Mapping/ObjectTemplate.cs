using System.Collections.Immutable;

namespace MispGraphSync.Core.Mapping;

/// <summary>The roles of an object's attributes. Of two observables for the same field the earlier role's is combined.</summary>
/// <param name="IgnoresOthers">Attributes without a role are not used for detection, whatever their type.</param>
internal sealed record ObjectTemplate(ImmutableArray<AttributeRole> Roles, bool IgnoresOthers = false)
{
    public ObjectTemplate WithoutCombinations => new([.. Roles.Where(role => role.Kind > RoleKind.EachDetail)]);

    /// <summary>The first role that takes the attribute; null when it maps by its type.</summary>
    public AttributeRole? Find(string? relation, string type)
    {
        foreach (var role in Roles)
        {
            if (role.Takes(relation, type)) return role;
        }

        return null;
    }
}

/// <summary>One use of the attributes in some object relations.</summary>
/// <param name="Relations">The object relations, best first; none: any.</param>
internal sealed record AttributeRole(RoleKind Kind, RoleValue Value, params ImmutableArray<string> Relations)
{
    public bool Takes(string? relation, string type) =>
        Value.Types.Contains(type) && (Relations.IsEmpty || (relation is not null && Relations.Contains(relation)));
}

/// <summary>The kind of value in a role. It gives loose text a meaning: a mutex's name is <c>text</c>.</summary>
/// <param name="Parser">Null where each type's own parser is used, or none.</param>
/// <param name="Types">The attribute types that hold such a value.</param>
internal sealed record RoleValue(ValueParser? Parser, params ImmutableArray<string> Types)
{
    /// <summary>Without the single indicator.</summary>
    public RoleValue OnlyCombined => this with { Parser = text => Parser!(text) with { Singles = [] } };
}

internal enum RoleKind
{
    /// <summary>Carries combined indicators and is a single one too. Each of them, with each of the other mains.</summary>
    Main,
    /// <summary>The same, but only in the best relation that is present; the other relations are ignored.</summary>
    PreferredMain,
    /// <summary>Main where no other main is present, else a detail. One of them.</summary>
    FallbackMain,
    /// <summary>Completes the others' combined indicators. One of them.</summary>
    Detail,
    /// <summary>The same, each in an indicator of its own.</summary>
    EachDetail,
    /// <summary>Not used for detection.</summary>
    Ignored,
    /// <summary>Not used for detection, as MISP's own template says.</summary>
    Context,
    /// <summary>Never sent: it is the victim's.</summary>
    Victim,
    /// <summary>By its type, and only with its own to_ids, whatever the settings say.</summary>
    RequiresToIds,
    /// <summary>The same, only for alerts: other people share the host, and tools set to_ids on it by default.</summary>
    HostOfUrl,
}
