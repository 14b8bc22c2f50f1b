using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Runs;

/// <summary>
/// One push: read and stage each source once; then plan, check, apply and record for each destination. Sources are read and
/// destinations planned one after the other, since they share the ledger. Destinations send at the same time. A failure at one source or
/// destination never stops another.
/// </summary>
public sealed class Push(
    IReadOnlyList<SourceToRead> sources, ISourceLedger staging, IReadOnlyList<IDestination> destinations, IDestinationLedger ledger,
    PushOptions options, IRunObserver observer, TimeProvider time)
{
    private readonly NeverBlock _neverBlock = new(options.NeverBlock);

    /// <summary>Runs to the end, or as far as it may; never throws for what a service or the user does.</summary>
    public async Task<RunReport> RunAsync(long runId, RunControl control)
    {
        var started = time.GetTimestamp();
        var now = time.GetUtcNow();
        List<DestinationRun> runs = [.. destinations.Select(destination => Open(destination, now, control))];
        var stage = StageOptionsFor(runs);
        List<Stager> stagers = [.. sources.Select(one => new Stager(one, staging, stage, observer, time))];
        await ReadAsync(stagers, runs, control).ConfigureAwait(false);
        var reads = stagers.ConvertAll(one => one.Report);
        var total = SourceReport.Total(reads);

        // Attributes that are not accounted for are a bug: then nothing is sent.
        if (ConservationCheck.Check(total, []).Count > 0) total = total with { Outcome = RunOutcome.Bug };
        if (total.Outcome == RunOutcome.Done) await SendAsync(runs, reads, now).ConfigureAwait(false);
        else runs.ForEach(run => run.SkipBecause(total));

        var reports = runs.SelectMany(run => run.Reports(SkipCounts.Sum(stagers.Select(one => one.SkippedAt(run.Destination.Info)))));
        return RunReport.Of(runId, total, [.. reports], time.GetElapsedTime(started), control) with { Sources = reads };
    }

    // All answer, or fail, before the first is read: what is wrong with the settings of one must not be found out after an hour.
    private async Task ReadAsync(List<Stager> stagers, List<DestinationRun> runs, RunControl control)
    {
        foreach (var one in stagers)
        {
            await one.OpenAsync(control).ConfigureAwait(false);
            if (one.Report.EndsRun) return;
        }

        var open = stagers.FindAll(one => one.IsOpen);
        if (open.Count == 0) return;
        var held = await PrepareAsync(runs, open.Exists(one => one.IsFullReadDue)).ConfigureAwait(false);
        foreach (var one in open)
        {
            await one.ReadAsync(control, held).ConfigureAwait(false);
            if (one.Report.EndsRun) return;
        }

        open[0].AddMissing(open.Select(one => one.Missing).Aggregate((one, other) => one.Intersect(other).ToHashSet()));
    }

    private DestinationRun Open(IDestination destination, DateTimeOffset now, RunControl control)
    {
        var execution = DestinationExecution.Open(destination, ledger, options.PolicyFingerprint(destination), control, observer, now);
        return new DestinationRun(execution, new Eligibility(destination, _neverBlock, now), options, time);
    }

    private StageOptions StageOptionsFor(List<DestinationRun> runs) => options.Stage with
    {
        Destinations = [.. runs.Select(run => (run.Destination.Info, run.Eligibility))],
        AcceptsEmptyRead = options.AcceptChanges,
        IsOnlySource = sources.Count == 1 && options.OtherSources.Count == 0,
        // Also for destinations that this run does not send to: the next run does not read the same events again.
        ReadsClusters = ledger.HasContext,
    };

    // Before the read: what a list shows decides what is read, and a long read is wasted where no destination lets us in.
    private async Task<HeldBefore> PrepareAsync(List<DestinationRun> runs, bool isFullReadDue)
    {
        var isListDue = isFullReadDue && options is { IsDryRun: false, Stage.IsPartOfSource: false };
        await Task.WhenAll(runs.Select(async run =>
        {
            await run.PrepareAsync(isListDue, mayListForUnclaimed: true).ConfigureAwait(false);
            await run.SignInAsync().ConfigureAwait(false);
        })).ConfigureAwait(false);
        var events = options.ReadsAllSources ? runs.SelectMany(run => run.MentionedEvents).ToHashSet() : [];
        return new HeldBefore(runs.Exists(run => run.HasAny), events) { MayContinue = runs.Exists(run => run.MayContinue) };
    }

    private async Task SendAsync(List<DestinationRun> runs, IReadOnlyList<SourceReport> reads, DateTimeOffset now)
    {
        await Task.WhenAll(runs.Select(run => run.ReconcileAsync())).ConfigureAwait(false);
        foreach (var run in runs) run.Refresh(reads);
        var ready = runs.FindAll(run => run.MayContinue);
        foreach (var run in ready) await run.SendCreatorsAsync().ConfigureAwait(false);
        if (ready.Count > 0) ledger.PreparePlan([.. ready.Select(run => run.State)], now);
        foreach (var run in ready) run.MarkContext();
        await DestinationRun.PlanAsync(ready).ConfigureAwait(false);
        if (options.IsDryRun)
        {
            // Printed, not sent: one destination after the other.
            foreach (var run in ready) await run.CheckLimitsAsync().ConfigureAwait(false);
            foreach (var run in ready) await run.ApplyAsync().ConfigureAwait(false);
            return;
        }

        // Where a value exists once, each destination of a place lists what the one before it sent.
        List<List<DestinationRun>> places = [.. ready.GroupBy(PlaceOf).Select(runs => runs.ToList())];
        await Task.WhenAll(places.Select(place => place[0].CheckLimitsAsync())).ConfigureAwait(false);
        await Task.WhenAll(places.Select(place => Task.Run(() => ApplyInTurnAsync(place)))).ConfigureAwait(false);
        foreach (var run in ready) await run.ApplyAgainAsync().ConfigureAwait(false);
    }

    private static object PlaceOf(DestinationRun run) =>
        run.Destination.Capabilities.HasSharedNamespace ? (run.Destination.Info.Kind, run.Destination.Info.Place) : run;

    private static async Task ApplyInTurnAsync(List<DestinationRun> runs)
    {
        foreach (var (i, run) in runs.Index())
        {
            if (i > 0) await run.CheckLimitsAsync(listsAgain: true).ConfigureAwait(false);
            await run.ApplyAsync().ConfigureAwait(false);
        }
    }
}

public sealed record PushOptions
{
    public required string Instance { get; init; }

    public StageOptions Stage { get; init; } = new();

    /// <summary>Text that changes when a destination's settings would send something else.</summary>
    public required Func<IDestination, string> PolicyFingerprint { get; init; }

    /// <summary>
    /// Text that changes when a destination's settings would choose other indicators. Deletions wait until a change is accepted.
    /// </summary>
    public required Func<IDestination, string> SelectionFingerprint { get; init; }

    public DeletionLimit MaxDelete { get; init; } = new(50, IsPercent: true);

    public bool AcceptChanges { get; init; }

    /// <summary><c>guard.neverBlock</c>, the MISP host and the destinations' own hosts.</summary>
    public IReadOnlyList<string> NeverBlock { get; init; } = [];

    /// <summary>Every source of the settings is read: what no source has is gone.</summary>
    public bool ReadsAllSources { get; init; } = true;

    /// <summary>The names of the settings' sources that this run does not read although it could.</summary>
    public IReadOnlyList<string> OtherSources { get; init; } = [];

    /// <summary>
    /// Whether the settings have another destination, disabled, at the same place: what it sent is not known to be unwanted.
    /// </summary>
    public Func<IDestination, bool> SharesPlace { get; init; } = _ => false;

    /// <summary>Something shows that the ledger does not know the latest requests.</summary>
    public bool MayHaveLostRecords { get; init; }

    /// <summary>Nothing is kept from run to run: each run lists the destinations.</summary>
    public bool HasNoLedger { get; init; }

    /// <summary>Nothing is sent, and no earlier request is reconciled. A destination is listed where the ledger is new.</summary>
    public bool IsDryRun { get; init; }
}
