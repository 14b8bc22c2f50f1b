using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Runs;

/// <summary>
/// Sends again what destinations rejected, and what an earlier run left without a response; nothing else. The same plan, checks,
/// apply and record as a push, for those keys and what the ledger knows of them. Reads no source.
/// </summary>
public sealed class Retry(
    IReadOnlyList<IDestination> destinations, IDestinationLedger ledger, PushOptions options, IRunObserver observer, TimeProvider time)
{
    private readonly NeverBlock _neverBlock = new(options.NeverBlock);

    /// <summary>Runs to the end, or as far as it may; never throws for what a service or the user does.</summary>
    public async Task<RunReport> RunAsync(long runId, RunControl control)
    {
        var started = time.GetTimestamp();
        var now = time.GetUtcNow();
        List<DestinationRun> runs = [.. destinations.Select(destination => Open(destination, now, control))];
        foreach (var run in runs) run.SkipOutdated();
        await Task.WhenAll(runs.FindAll(run => run.MayContinue).Select(PrepareAsync)).ConfigureAwait(false);
        var ready = runs.FindAll(run => run.MayContinue);
        if (ready.Count > 0) ledger.PrepareRetry([.. ready.Select(run => (run.State, run.Reconciled))]);
        foreach (var run in ready) run.MarkContext();
        foreach (var run in ready)
        {
            await run.PlanRejectedAsync().ConfigureAwait(false);
            await run.CheckLimitsAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(ready.Select(run => Task.Run(run.ApplyAsync))).ConfigureAwait(false);
        foreach (var run in ready) await run.ApplyAgainAsync().ConfigureAwait(false);

        var reports = runs.SelectMany(run => run.Reports(new Dictionary<SkipReason, long>()));
        return RunReport.Of(runId, SourceReport.OfLedger, [.. reports], time.GetElapsedTime(started), control);
    }

    private static async Task PrepareAsync(DestinationRun run)
    {
        await run.PrepareAsync(isListDue: false).ConfigureAwait(false);
        await run.ReconcileAsync().ConfigureAwait(false);
    }

    private DestinationRun Open(IDestination destination, DateTimeOffset now, RunControl control)
    {
        var execution = DestinationExecution.Open(destination, ledger, options.PolicyFingerprint(destination), control, observer, now);
        // Even where everything is to be planned again: the next push does that.
        execution.State = execution.State with { PlansEverything = false };
        return new DestinationRun(execution, new Eligibility(destination, _neverBlock, now), options, time);
    }
}
