using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>What the planner makes of one key.</summary>
public abstract record PlanDecision
{
    private PlanDecision() { }

    /// <param name="Generation">Above 0 when a fresh ledger found the earlier ones dead.</param>
    public sealed record Step(StepDecision Decision, int Generation = 0) : PlanDecision;

    /// <summary>The destination has it under our key, and this ledger has not: held from now on, and brought up to date.</summary>
    public sealed record TakeOver(HeldIndicator Found, StepDecision Update) : PlanDecision;

    /// <summary>Unchanged, or neither wanted nor held.</summary>
    public sealed record Nothing : PlanDecision
    {
        public static Nothing Instance { get; } = new();
    }

    /// <summary>Turned down before, and unchanged since.</summary>
    public sealed record Suppressed : PlanDecision
    {
        public static Suppressed Instance { get; } = new();
    }

    /// <summary>The destination has let go of it by itself and it is not wanted: gone without a request.</summary>
    public sealed record Expired : PlanDecision
    {
        public static Expired Instance { get; } = new();
    }

    /// <summary>
    /// Nothing is sent, but it comes up for renewal at another time: at its expiry, that is never, when its supports have aged.
    /// </summary>
    public sealed record Reschedule(DateTimeOffset RenewAt) : PlanDecision;
}
