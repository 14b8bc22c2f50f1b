namespace MispGraphSync.Core.Ports;

/// <summary>What became of one step.</summary>
public abstract record StepOutcome
{
    private StepOutcome() { }

    /// <summary>The service said so. <see cref="Id"/> is its id for it; null where it has none.</summary>
    public sealed record Accepted(string? Id) : StepOutcome;

    /// <summary>
    /// The service rejected it, in its own words. Transient: it may pass another time. WholeBatch: the batch was refused
    /// without naming a culprit. IsGone: what was to be updated is no longer there, so it is created by the next run.
    /// NoRoom: nothing is wrong with it; the service holds as many indicators as it takes, and others may make room.
    /// </summary>
    public sealed record Rejected(
        string Response, bool IsTransient = false, bool WholeBatch = false, bool IsGone = false, bool NoRoom = false) : StepOutcome;

    /// <summary>No answer, or none that tells: it may or may not have happened.</summary>
    public sealed record Unknown(string Why) : StepOutcome;

    public sealed record NotAttempted : StepOutcome
    {
        public static NotAttempted Instance { get; } = new();
    }
}
