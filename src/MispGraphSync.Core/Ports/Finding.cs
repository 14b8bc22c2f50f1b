namespace MispGraphSync.Core.Ports;

/// <summary>What the comparison of a destination with the ledger showed about one indicator. The slugs are listed in the docs.</summary>
public enum FindingKind
{
    /// <summary>Held, wanted and not expired, but not there, or revoked there.</summary>
    Missing,

    /// <summary>There, but not as it was sent.</summary>
    Edited,

    /// <summary>There under the key of an indicator that is wanted, but not in the ledger.</summary>
    Untracked,

    /// <summary>Another one under a key of ours: a plain create never merges.</summary>
    Duplicate,

    /// <summary>Expired: the next push sends it again or forgets it.</summary>
    Expired,

    /// <summary>Sent so short a time ago that the service may not show it yet.</summary>
    NotYetVisible,

    /// <summary>There, and not ours: never touched.</summary>
    Foreign,

    /// <summary>Put there by another tool, while ours watches the same value. Only looked for when that tool is named.</summary>
    LeftBehind,

    /// <summary>Ours, but created by an earlier app registration. Only looked for when that is asked for.</summary>
    EarlierApp,
}

/// <summary>How a finding is repaired.</summary>
public enum RepairKind
{
    /// <summary>Nothing to do, or not ours to do.</summary>
    None,

    /// <summary>Created again under its key.</summary>
    Create,

    /// <summary>Created under a new key, since the old id is not reusable.</summary>
    CreateUnderNextKey,

    /// <summary>Sent again over what is there.</summary>
    Update,

    /// <summary>Deleted and created, since the service cannot change in place what differs.</summary>
    Replace,

    /// <summary>Taken into the ledger, and updated where it differs.</summary>
    TakeOver,

    /// <summary>Forgotten, since somebody else holds its value now.</summary>
    LetGo,

    /// <summary>Deleted, while the other one under the same key stays.</summary>
    Remove,
}

/// <param name="Property">The property as it is sent.</param>
/// <param name="Sent">What was sent; null for nothing.</param>
/// <param name="There">What is there; null for nothing.</param>
public sealed record Difference(string Property, string? Sent, string? There);

/// <summary>One indicator that is not at the destination as it was sent.</summary>
public sealed record Finding
{
    public required FindingKind Kind { get; init; }

    public RepairKind Repair { get; init; }

    /// <summary>Null for foreign indicators, and for those of an earlier app that no source claims.</summary>
    public Hash128? Observables { get; init; }

    /// <summary>Null where the service returns none.</summary>
    public Guid? Key { get; init; }

    /// <summary>The service's id.</summary>
    public string? Id { get; init; }

    /// <summary>In MISP's words where there are some; null where not known.</summary>
    public string? Type { get; init; }

    public string? Value { get; init; }

    public IndicatorLabel? Label => Type is { } type && Value is { } value ? new IndicatorLabel(type, value) : null;

    public IReadOnlyList<Difference> Differences { get; init; } = [];
}

public static class Findings
{
    /// <summary>The differences between destination and ledger.</summary>
    public static IReadOnlyList<FindingKind> Faults { get; } =
    [
        FindingKind.Missing, FindingKind.Edited, FindingKind.Untracked, FindingKind.Duplicate, FindingKind.LeftBehind,
        FindingKind.EarlierApp,
    ];

    /// <summary>The repairs that need a step of the plan.</summary>
    public static IReadOnlyList<RepairKind> Planned { get; } =
        [RepairKind.Create, RepairKind.CreateUnderNextKey, RepairKind.Update, RepairKind.Replace, RepairKind.TakeOver];
}
