using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Ports;

/// <summary>What was noticed of one indicator when a destination was compared with the ledger.</summary>
public enum FindingKind
{
    /// <summary>Held by us, wanted and not run out, but not there, or revoked there.</summary>
    Missing,

    /// <summary>There, but not as it was sent.</summary>
    Edited,

    /// <summary>There under the key of an indicator that is wanted, but not in the ledger.</summary>
    Untracked,

    /// <summary>One more under a key of ours: a service that creates plainly never merges.</summary>
    Duplicate,

    /// <summary>Ran out, here and there: the next push sends it again or forgets it.</summary>
    Expired,

    /// <summary>Sent so short a time ago that the service may not show it yet.</summary>
    NotYetVisible,

    /// <summary>There, and not ours: never touched.</summary>
    Foreign,

    /// <summary>What another tool put there, while ours watches the very same beside it. Only looked for when that tool is named.</summary>
    Legacy,
}

/// <summary>What puts a finding right.</summary>
public enum RepairKind
{
    /// <summary>Nothing to do, or nothing that is ours to do.</summary>
    None,

    /// <summary>Created again under its key.</summary>
    Create,

    /// <summary>Created again under a new key, since the old one may not live again.</summary>
    NextLife,

    /// <summary>Sent again over what is there.</summary>
    Update,

    /// <summary>Deleted and created again, since the service cannot change in place what differs.</summary>
    Replace,

    /// <summary>Taken into the ledger and updated.</summary>
    TakeOver,

    /// <summary>Dropped from the ledger, since somebody else holds its value now: what others hold is left alone.</summary>
    LetGo,

    /// <summary>Deleted, while the other one under the same key stays.</summary>
    RemoveCopy,
}

/// <param name="Property">The property as it is sent.</param>
/// <param name="Sent">What was sent; null for nothing.</param>
/// <param name="There">What is there; null for nothing.</param>
public sealed record Difference(string Property, string? Sent, string? There);

/// <summary>One indicator that is not simply there as it was sent.</summary>
public sealed record Finding
{
    public required FindingKind Kind { get; init; }

    public RepairKind Repair { get; init; }

    /// <summary>The ledger's key; null for what is foreign.</summary>
    public Hash128? Observables { get; init; }

    /// <summary>The stable key; null where the service returns none.</summary>
    public Guid? Key { get; init; }

    /// <summary>The service's id.</summary>
    public string? Id { get; init; }

    /// <summary>The service's word for the kind of observable; null for what is not there.</summary>
    public string? Type { get; init; }

    public string? Value { get; init; }

    public IReadOnlyList<Difference> Differences { get; init; } = [];
}

public static class Findings
{
    /// <summary>The kinds that are a fault: the destination is not as the ledger has it.</summary>
    public static IReadOnlyList<FindingKind> Faults { get; } = [FindingKind.Missing, FindingKind.Edited, FindingKind.Untracked, FindingKind.Duplicate, FindingKind.Legacy];

    /// <summary>The repairs that the planner finds a step for.</summary>
    public static IReadOnlyList<RepairKind> Planned { get; } = [RepairKind.Create, RepairKind.NextLife, RepairKind.Update, RepairKind.Replace, RepairKind.TakeOver];

    /// <summary>Stable slugs, listed in the docs.</summary>
    public static string Slug(this FindingKind kind) => kind switch
    {
        FindingKind.Missing => "missing",
        FindingKind.Edited => "edited",
        FindingKind.Untracked => "untracked",
        FindingKind.Duplicate => "duplicate",
        FindingKind.Expired => "expired",
        FindingKind.NotYetVisible => "not-yet-visible",
        FindingKind.Legacy => "left-behind",
        _ => "foreign",
    };

    /// <inheritdoc cref="Slug(FindingKind)"/>
    public static string Slug(this RepairKind repair) => repair switch
    {
        RepairKind.Create => "create",
        RepairKind.NextLife => "create-anew",
        RepairKind.Update => "update",
        RepairKind.Replace => "replace",
        RepairKind.TakeOver => "take-over",
        RepairKind.LetGo => "let-go",
        RepairKind.RemoveCopy => "remove",
        _ => "none",
    };
}
