using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Runs;

/// <summary>
/// Sends again what destinations turned down, and nothing else: the same plan, guard, apply and record as a push, over those
/// keys and what the ledger knows of them. Nothing is read.
/// </summary>
public sealed class Retry(IReadOnlyList<IDestination> destinations, IDestinationLedger ledger, PushOptions options, IRunObserver observer, TimeProvider time)
{
    private readonly NeverBlock _neverBlock = new(options.NeverBlock);

    /// <summary>Runs to the end, or as far as it may; never throws for what a service or the user does.</summary>
    public async Task<RunReport> RunAsync(long runId, RunControl control)
    {
        var started = time.GetTimestamp();
        var now = time.GetUtcNow();
        List<DestinationRun> runs = [.. destinations.Select(destination => Open(destination, now))];
        await Task.WhenAll(runs.Select(run => run.GetReadyAsync(control))).ConfigureAwait(false);
        var ready = runs.FindAll(run => run.IsReady);
        if (ready.Count > 0) ledger.PrepareRetry([.. ready.Select(run => run.State)]);
        foreach (var run in ready)
        {
            run.PlanRejected();
            await run.CheckLimitsAsync(control).ConfigureAwait(false);
        }

        await Task.WhenAll(ready.Select(run => Task.Run(() => run.ApplyAsync(control)))).ConfigureAwait(false);

        var reports = runs.ConvertAll(run => run.Report(new Dictionary<MispGraphSync.Core.Domain.SkipReason, long>()));
        return Push.Summarise(runId, SourceReport.OfLedger, reports, time.GetElapsedTime(started), control);
    }

    private DestinationRun Open(IDestination destination, DateTimeOffset now)
    {
        var memory = ledger.OpenDestination(destination.Info, destination.Capabilities.Shape, options.PolicyFingerprint(destination));
        // Even where everything is to be planned anew: that is the next push's.
        return new DestinationRun(
            destination, memory with { PlansEverything = false }, ledger, new Eligibility(destination, _neverBlock), options, source: null, now, observer);
    }
}
