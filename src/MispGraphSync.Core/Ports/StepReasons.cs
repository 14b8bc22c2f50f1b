namespace MispGraphSync.Core.Ports;

/// <summary>Why a step is taken: stable slugs, listed in the docs.</summary>
public static class StepReasons
{
    public const string New = "new";
    public const string Changed = "changed";
    public const string Expiring = "expiring";
    public const string Expired = "expired";
    public const string Adopted = "adopted";
    public const string Withdrawn = "withdrawn";
    public const string Excluded = "excluded";
    public const string Evicted = "evicted";
    public const string Purged = "purged";
    public const string Duplicate = "duplicate";
    public const string Legacy = "left-behind";
    public const string PutBack = "put-back";

    public static IReadOnlyDictionary<string, string> Meanings { get; } = new Dictionary<string, string>
    {
        [New] = "MISP has it, the destination does not.",
        [Changed] = "What MISP says of it, or a setting, has changed.",
        [Expiring] = "Little is left of its lifetime and MISP still has it.",
        [Expired] = "It ran out at the destination while MISP still has it.",
        [Adopted] = "Found at the destination by a fresh ledger, and taken over.",
        [Withdrawn] = "No attribute in MISP supports it any more.",
        [Excluded] = "MISP still has it, but a setting of this destination leaves it out.",
        [Evicted] = "Makes room for one that ranks higher.",
        [Purged] = "Everything of this installation was to be removed.",
        [Duplicate] = "The destination has another one under the same key, which stays.",
        [PutBack] = "A replacement removed it, and the destination rejected its new form.",
        [Legacy] = "Another tool had put it there, and ours stands beside it.",
    };
}
