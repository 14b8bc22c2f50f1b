namespace MispGraphSync.Core.Ports;

/// <summary>The steps of one unconfirmed request. Bodies are empty where they were not kept.</summary>
public sealed record OpenIntent(long Id, Operation Operation, IReadOnlyList<PlanStep> Steps);

/// <summary>How to correct indicators of an unconfirmed request.</summary>
public enum UnconfirmedHandling
{
    /// <summary>Nothing to correct: every earlier request got a response.</summary>
    None,

    /// <summary>Send again, which creates what is missing.</summary>
    Resend,

    /// <summary>Delete and create: an update would fail if nothing is there.</summary>
    Replace,
}

/// <summary>What a list showed about a held indicator.</summary>
/// <param name="Id">The service's id; null keeps the known one.</param>
public sealed record Correction(Hash128 Observables, CorrectionKind Kind, string? Id = null);

public enum CorrectionKind
{
    /// <summary>The content is unknown, so it is sent again. The immutable part is unchanged.</summary>
    ContentUnknown,

    /// <summary>As above, but an update cannot correct it.</summary>
    MustBeReplaced,

    /// <summary>It is gone, and its key cannot be used again.</summary>
    KeyIsRevoked,

    /// <summary>Another owner holds the value.</summary>
    HeldByOther,
}
