using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Runs;

/// <summary>
/// Deletes everything that this installation put at the destinations, and nothing else: what the ledger holds there, and with a new
/// ledger what a list shows to be ours. The next push creates everything again.
/// </summary>
/// <param name="confirm">Asked for each destination, with the number of indicators, before anything is deleted anywhere.</param>
public sealed class Purge(
    IReadOnlyList<IDestination> destinations, IDestinationLedger ledger, PurgeOptions options, IRunObserver observer, TimeProvider time,
    Func<DestinationInfo, long, Task<bool>> confirm)
{
    /// <summary>Runs to the end, or as far as it may; never throws for what a service or the user does.</summary>
    public async Task<RunReport> RunAsync(long runId, RunControl control)
    {
        var started = time.GetTimestamp();
        var now = time.GetUtcNow();
        List<DestinationExecution> all = [.. destinations.Select(destination => Open(destination, now, control))];
        var contexts = new Dictionary<DestinationExecution, ContextRun>();
        var confirmed = new List<DestinationExecution>();
        var unlisted = new HashSet<DestinationExecution>();
        foreach (var one in all)
        {
            var isListed = true;
            await one.TryAsync(async () => isListed = await ListAsync(one).ConfigureAwait(false)).ConfigureAwait(false);
            if (!one.MayContinue) continue;
            var context = await OpenContextAsync(one).ConfigureAwait(false);
            if (context is not null) contexts.Add(one, context);
            if (!isListed || context is { LacksList: true }) unlisted.Add(one);
            var held = ledger.CountLiveHeld(one.State, now) + (context?.State.Held ?? 0);
            // An earlier run may have sent something without a response.
            if (held == 0 && ledger.OpenIntents(one.State).Count == 0 && context is null) continue;
            if (await confirm(one.State.Info, held).ConfigureAwait(false)) confirmed.Add(one);
        }

        await Task.WhenAll(confirmed.Select(one => Task.Run(() => PurgeAsync(one, contexts.GetValueOrDefault(one))))).ConfigureAwait(false);
        var reports = all.SelectMany(one => new[]
        {
            one.Report(unlisted.Contains(one) ? RunOutcome.Incomplete : RunOutcome.Done), contexts.GetValueOrDefault(one)?.Report(),
        }).OfType<DestinationReport>();
        return RunReport.Of(runId, SourceReport.None, [.. reports], time.GetElapsedTime(started), control);
    }

    private DestinationExecution Open(IDestination destination, DateTimeOffset now, RunControl control) =>
        DestinationExecution.Open(destination, ledger, options.PolicyFingerprint(destination), control, observer, now);

    // What the settings no longer ask for, a new ledger cannot know.
    private async Task<ContextRun?> OpenContextAsync(DestinationExecution one)
    {
        var context = ContextRun.Open(
            one, new ContextOptions(options.Instance) { IsDryRun = options.IsDryRun }, always: one.State.IsNew || one.State.IsOutdated);
        if (context is not null) await context.PrepareAsync(isListDue: false).ConfigureAwait(false);
        return context;
    }

    // A new ledger does not know what is there, and an old copy not all of it. False: nor does this run.
    private async Task<bool> ListAsync(DestinationExecution one)
    {
        if (one.State is { IsNew: false, IsOutdated: false }) return true;
        try
        {
            if (await one.Destination.FindListObstacleAsync(one.Control.Stop).ConfigureAwait(false) is not { } obstacle)
            {
                await ListThereAsync(one).ConfigureAwait(false);
                return true;
            }

            observer.Warn(RebuildText.LeftBehind(one.State, $"cannot be listed without {obstacle}"));
        }
        // As for a push: without the right to list, what the ledger knows can still be removed.
        catch (RunFailedException failure) when (
            !failure.IsOfLedger && one.State.Held > 0 && failure.Outcome is RunOutcome.SignInFailed or RunOutcome.Unreachable)
        {
            observer.Warn(RebuildText.LeftBehind(one.State, $"could not be listed: {failure.Message}"));
        }

        return false;
    }

    private async Task ListThereAsync(DestinationExecution one)
    {
        await one.PrepareAsync().ConfigureAwait(false);
        var rebuild = new Rebuild(one, options.Instance);
        await rebuild.ListAsync().ConfigureAwait(false);
        rebuild.HoldUnclaimed();
        if (rebuild.OfEarlierApp.Count > 0)
            observer.Warn(RebuildText.OfEarlierApp(one.State, one.Destination.Capabilities, rebuild.OfEarlierApp));
    }

    private async Task PurgeAsync(DestinationExecution one, ContextRun? context)
    {
        // First: should the process die in between, the next push still plans what is gone.
        ledger.PlanEverythingNext(one.State);
        if (!options.IsDryRun) await one.TryAsync(one.ReconcileEarlierAsync).ConfigureAwait(false);
        await one.TryAsync(async () =>
        {
            ledger.ForgetExpired(one.State, one.Now);
            one.Planned = PlanCounts.None with { Delete = ledger.CountLiveHeld(one.State, one.Now) };
            observer.Planned(one.State.Info, one.Planned);
            if (!options.IsDryRun && one.Planned.Total > 0) await one.PrepareAsync().ConfigureAwait(false);
            var decision = new StepDecision(StepAction.Delete, StepReasons.Purged);
            await one.ApplyAsync(ledger.ReadHeld(one.State).Select(held => Planner.BuildDeletion(one.Destination, held, decision, one.Now)))
                .ConfigureAwait(false);
        }).ConfigureAwait(false);
        if (context is not null && one.MayContinue) await context.RevokeAllAsync().ConfigureAwait(false);
    }
}

public sealed record PurgeOptions
{
    public required string Instance { get; init; }

    /// <inheritdoc cref="PushOptions.PolicyFingerprint"/>
    public required Func<IDestination, string> PolicyFingerprint { get; init; }

    /// <summary>Nothing is sent.</summary>
    public bool IsDryRun { get; init; }
}
