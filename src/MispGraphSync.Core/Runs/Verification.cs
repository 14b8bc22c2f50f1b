using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Runs;

/// <summary>
/// Compares destinations with the ledger, one after the other, and repairs the differences if that is asked for. Reads no source:
/// what is wanted is what the last push read.
/// </summary>
/// <param name="show">Receives each destination's result with its findings, which can be read until it returns.</param>
public sealed class Verification(
    IReadOnlyList<IDestination> destinations, IDestinationLedger ledger, VerifyOptions options, IRunObserver observer, TimeProvider time,
    Action<VerifiedDestination, IEnumerable<Finding>> show)
{
    private readonly NeverBlock _neverBlock = new(options.NeverBlock);

    /// <summary>Runs to the end, or as far as it may; never throws for what a service or the user does.</summary>
    public async Task<IReadOnlyList<VerifiedDestination>> RunAsync(RunControl control)
    {
        var results = new List<VerifiedDestination>();
        foreach (var destination in destinations)
        {
            var execution = Open(destination, control);
            var repairs = MayRepair(execution.State);
            if (options.Repairs && !repairs)
                observer.Warn($"{RebuildText.Outdated(execution.State)} Nothing is repaired there; push first.");
            var context = ContextRun.Open(execution, new ContextOptions(options.Instance) { IsDryRun = !repairs });
            results.Add(await VerifyAsync(execution, context, control).ConfigureAwait(false));
            if (context is null || results[^1].Failure is not null) continue;
            var eligibility = new Eligibility(destination, _neverBlock, execution.Now);
            if (await context.VerifyAsync(Open(destination, control).State, eligibility, show).ConfigureAwait(false) is { } result)
                results.Add(result);
        }

        return results;
    }

    // What an old copy of the ledger holds may have been withdrawn or changed since.
    private bool MayRepair(DestinationState state) => options.Repairs && !state.IsOutdated;

    private DestinationExecution Open(IDestination destination, RunControl control) => DestinationExecution.Open(
        destination, ledger, options.PolicyFingerprint(destination), control, observer, time.GetUtcNow());

    private async Task<VerifiedDestination> VerifyAsync(DestinationExecution execution, ContextRun? context, RunControl control)
    {
        var (destination, state, now) = (execution.Destination, execution.State, execution.Now);
        var tool = options.ForeignToolAt(destination);
        var planner = PlannerFor(destination, state, now, context);
        var earlier = tool is { Recognise: null } ? new EarlierAppTakeover(At(destination)) : null;
        var check = new DestinationCheck(execution, planner, new Ownership(options.Instance, state.Info), earlier);
        var held = state.Held;

        await execution.TryAsync(async () =>
        {
            await ReconcileAsync(execution).ConfigureAwait(false);
            held = ledger.CountHeld(state);
            await TakeOverAsync(earlier, state).ConfigureAwait(false);
            await check.ListAsync().ConfigureAwait(false);
        }).ConfigureAwait(false);
        var result = new VerifiedDestination { Name = state.Info.Name, Kind = state.Info.Kind, Held = held };
        if (!execution.MayContinue) return Show(result, execution, []);

        if (earlier is null && check.OfEarlierApp.Count > 0)
            observer.Warn(RebuildText.OfEarlierApp(state, destination.Capabilities, check.OfEarlierApp));
        var takeover = tool is { Recognise: { } recognise } ? new Takeover(tool, recognise, At(tool.At), options.MaxDelete) : null;
        check.Compare();
        earlier?.AddFindings();
        if (takeover is not null) await execution.TryAsync(takeover.FindAsync).ConfigureAwait(false);
        check.AddForeign();
        var repair = MayRepair(state) ? await RepairAsync(execution, planner, takeover, earlier).ConfigureAwait(false) : null;
        result = result with
        {
            There = ledger.CountLiveRemote(state, now),
            AsSent = check.AsSent,
            Pending = check.Pending,
            Found = ledger.CountFindings(state),
            LeftToPush = ledger.ReadFindings(state, FindingKind.Untracked).LongCount(finding => finding.Repair == RepairKind.None),
            LegacyKept = takeover?.Kept ?? 0,
            Repair = repair,
        };
        return Show(result, execution, ledger.ReadFindings(state));

        DestinationExecution At(IDestination place) => new(place, ledger, state, control, observer, now);
    }

    private async Task TakeOverAsync(EarlierAppTakeover? earlier, DestinationState state)
    {
        if (earlier is null) return;
        await earlier.FindAsync().ConfigureAwait(false);
        if (MayRepair(state)) await earlier.SendAsync().ConfigureAwait(false);
    }

    private VerifiedDestination Show(VerifiedDestination result, DestinationExecution execution, IEnumerable<Finding> findings)
    {
        var isIncomplete = (options.Repairs && execution.State.IsOutdated) || (result.Repair is { } repair
            ? repair.Tally.Accepted < repair.Tally.Total || repair.Suppressed > 0 || result.LeftToPush > 0
            : execution.MayContinue && result.Faults > 0);
        result = result with
        {
            Outcome = execution.Outcome == RunOutcome.Done && isIncomplete ? RunOutcome.Incomplete : execution.Outcome,
            Failure = execution.Failure,
            Requests = execution.Destination.Requests,
        };
        show(result, findings);
        return result;
    }

    private async Task ReconcileAsync(DestinationExecution execution)
    {
        if (MayRepair(execution.State))
        {
            await execution.ReconcileEarlierAsync().ConfigureAwait(false);
            return;
        }

        if (ledger.OpenIntents(execution.State).Count is not (> 0 and var open)) return;
        observer.Warn(
            $"{open:N0} requests of an earlier run at '{execution.State.Info.Name}' got no response: their indicators may show as "
            + "missing or untracked. The next push reconciles them.");
    }

    private async Task<RepairReport?> RepairAsync(
        DestinationExecution execution, Planner planner, Takeover? takeover, EarlierAppTakeover? earlier)
    {
        var repair = new Repair(execution, planner);
        await execution.TryAsync(repair.RunAsync).ConfigureAwait(false);
        if (takeover is { Found: > 0 }) await execution.TryAsync(takeover.DeleteAsync).ConfigureAwait(false);
        var planned = execution.Planned with
        {
            Update = execution.Planned.Update + (earlier?.Planned.Update ?? 0),
            Delete = execution.Planned.Delete + (takeover?.Found ?? 0),
        };
        var tally = execution.Tally + (takeover?.Tally ?? default) + (earlier?.Tally ?? default);
        return new RepairReport(planned, tally, repair.Suppressed, ledger.CountHeld(execution.State));
    }

    // What is listed under a wanted key is taken over as by a push with a new ledger.
    private Planner PlannerFor(IDestination destination, DestinationState state, DateTimeOffset now, ContextRun? context) => new(
        destination,
        new Eligibility(destination, _neverBlock, now),
        new PlanFacts(now, options.Instance, options.Sources, LooksAtDestination: true, Ownership.LastGeneration)
        {
            Gap = ledger.FindGap(options.Sources),
            CreatorOf = context is null ? null : context.CreatorOf,
        },
        key => ledger.FindListedKey(state, key, now));
}

public sealed record VerifyOptions
{
    public required string Instance { get; init; }

    /// <summary>The sources that pushes read: only their references are current.</summary>
    public required IReadOnlySet<string> Sources { get; init; }

    /// <inheritdoc cref="PushOptions.PolicyFingerprint"/>
    public required Func<IDestination, string> PolicyFingerprint { get; init; }

    /// <inheritdoc cref="PushOptions.NeverBlock"/>
    public IReadOnlyList<string> NeverBlock { get; init; } = [];

    /// <summary>The other tool to take over from at a destination; null for none.</summary>
    public Func<IDestination, ForeignTool?> ForeignToolAt { get; init; } = _ => null;

    /// <summary>How many of another tool's indicators may be deleted in one run.</summary>
    public DeletionLimit MaxDelete { get; init; } = new(50, IsPercent: true);

    /// <summary>False: nothing is sent and the ledger is only read.</summary>
    public bool Repairs { get; init; }
}
