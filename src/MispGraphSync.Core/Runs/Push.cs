using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Runs;

/// <summary>
/// One push: read and stage once; then plan, check, apply and record for each destination. Destinations are planned one after
/// the other, since they share the ledger, and send at the same time. A failure at one never stops another.
/// </summary>
public sealed class Push(
    ISource source, ISourceLedger staging, IReadOnlyList<IDestination> destinations, IDestinationLedger ledger, PushOptions options,
    IRunObserver observer, TimeProvider time)
{
    private readonly NeverBlock _neverBlock = new(options.NeverBlock);

    /// <summary>Runs to the end, or as far as it may; never throws for what a service or the user does.</summary>
    public async Task<RunReport> RunAsync(long runId, RunControl control)
    {
        var started = time.GetTimestamp();
        var now = time.GetUtcNow();
        List<DestinationRun> runs = [.. destinations.Select(destination => Open(destination, now, control))];
        var stager = new Stager(source, staging, StageOptionsFor(runs), observer, time);
        var read = await stager.StageAsync(control, isFullReadDue => PrepareAsync(runs, isFullReadDue)).ConfigureAwait(false);

        // Attributes that are not accounted for are a bug: then nothing is sent.
        if (ConservationCheck.Check(read, []).Count > 0) read = read with { Outcome = RunOutcome.Bug };
        if (read.Outcome == RunOutcome.Done) await SendAsync(runs, read, now).ConfigureAwait(false);
        else runs.ForEach(run => run.SkipBecause(read));

        var reports = runs.ConvertAll(run => run.Report(stager.SkippedAt(run.Destination.Info)));
        return RunReport.Of(runId, read, reports, time.GetElapsedTime(started), control);
    }

    private DestinationRun Open(IDestination destination, DateTimeOffset now, RunControl control)
    {
        var execution = DestinationExecution.Open(destination, ledger, options.PolicyFingerprint(destination), control, observer, now);
        return new DestinationRun(execution, new Eligibility(destination, _neverBlock), options, source.Info.Name, time);
    }

    private StageOptions StageOptionsFor(List<DestinationRun> runs) => options.Stage with
    {
        Destinations = [.. runs.Select(run => (run.Destination.Info, run.Eligibility))],
        AcceptsEmptyRead = options.AcceptChanges,
    };

    // Before the read: what a list shows decides what is read, and a long read is wasted where no destination lets us in.
    private async Task<HeldBefore> PrepareAsync(List<DestinationRun> runs, bool isFullReadDue)
    {
        var isListDue = isFullReadDue && options is { IsDryRun: false, Stage.IsPartOfSource: false };
        await Task.WhenAll(runs.Select(async run =>
        {
            await run.PrepareAsync(isListDue).ConfigureAwait(false);
            await run.SignInAsync().ConfigureAwait(false);
        })).ConfigureAwait(false);
        var events = options.ReadsAllSources ? runs.SelectMany(run => run.MentionedEvents).ToHashSet() : [];
        return new HeldBefore(runs.Exists(run => run.HasAny), events) { MayContinue = runs.Exists(run => run.MayContinue) };
    }

    private async Task SendAsync(List<DestinationRun> runs, SourceReport read, DateTimeOffset now)
    {
        await Task.WhenAll(runs.Select(run => run.ReconcileAsync())).ConfigureAwait(false);
        foreach (var run in runs) run.Refresh(read);
        var ready = runs.FindAll(run => run.MayContinue);
        if (ready.Count > 0) ledger.PreparePlan([.. ready.Select(run => run.State)], now);
        foreach (var run in ready) await run.PlanAsync().ConfigureAwait(false);
        await Task.WhenAll(ready.Select(run => run.CheckLimitsAsync())).ConfigureAwait(false);
        if (options.IsDryRun)
        {
            // Printed, not sent: one destination after the other.
            foreach (var run in ready) await run.ApplyAsync().ConfigureAwait(false);
            return;
        }

        await Task.WhenAll(ready.Select(run => Task.Run(run.ApplyAsync))).ConfigureAwait(false);
    }
}

public sealed record PushOptions
{
    public required string Instance { get; init; }

    public required StageOptions Stage { get; init; }

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
