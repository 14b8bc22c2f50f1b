using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// What must hold of every plan and step, whatever MISP and the services answer. What breaks one is a bug: it is not sent, and the
/// run ends at that destination.
/// </summary>
internal static class Invariants
{
    /// <param name="what">A sentence about the plan or step.</param>
    public static RunFailedException Broken(DestinationInfo destination, string what) =>
        new(new Failure.BrokenInvariant(destination.Name, what));

    /// <exception cref="RunFailedException">A bug.</exception>
    /// <param name="written">The steps that were decided.</param>
    /// <param name="planned">The steps that the ledger has.</param>
    /// <param name="held">The indicators held when the plan was made.</param>
    public static void CheckPlan(DestinationInfo destination, PlanCounts written, PlanCounts planned, long held)
    {
        if (written != planned)
            throw Broken(destination, $"{written.Total} steps were decided, and the plan has {planned.Total} or other ones.");
        if (planned.OnHeld > held)
            throw Broken(destination, $"The plan changes or deletes {planned.OnHeld} indicators, and only {held} are held.");
    }

    /// <exception cref="RunFailedException">A bug.</exception>
    /// <param name="indicator">What a creation, update or renewal sends.</param>
    public static void CheckStep(IDestination destination, Indicator indicator, DateTimeOffset expires, DateTimeOffset now)
    {
        if (indicator.Tlp > destination.Policy.MaxTlp)
            throw Broken(destination.Info, $"An indicator above maxTlp was planned (TLP {indicator.Tlp}).");
        if (expires <= now) throw Broken(destination.Info, "An indicator was planned that has expired already.");
    }
}
