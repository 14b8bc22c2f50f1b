using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>What the planner makes of one key.</summary>
public abstract record PlanDecision
{
    private PlanDecision() { }

    /// <param name="Generation">Above 0 when a list showed the earlier ones as revoked.</param>
    public sealed record Step(StepDecision Decision, int Generation = 0) : PlanDecision;

    /// <summary>The destination has it under our key, and the ledger does not know it, or not its content: held from now on.</summary>
    /// <param name="Then">What it needs besides.</param>
    public sealed record TakeOver(HeldIndicator Found, PlanDecision Then) : PlanDecision;

    /// <summary>Unchanged, or neither wanted nor held.</summary>
    public sealed record Nothing : PlanDecision
    {
        public static Nothing Instance { get; } = new();
    }

    /// <summary>Not resent: rejected earlier, unchanged.</summary>
    public sealed record Suppressed : PlanDecision
    {
        public static Suppressed Instance { get; } = new();
    }

    /// <summary>Expired at the destination and not wanted: forgotten without a request.</summary>
    public sealed record Expired : PlanDecision
    {
        public static Expired Instance { get; } = new();
    }

    /// <summary>
    /// Nothing is sent, but the time of its renewal changes; its expiry means never, when its sources have aged.
    /// </summary>
    public sealed record Reschedule(DateTimeOffset RenewAt) : PlanDecision;
}
