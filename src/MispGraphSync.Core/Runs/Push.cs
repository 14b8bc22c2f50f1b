using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Runs;

/// <summary>
/// One run: read and stage once, then for each destination plan, guard, apply and record. Destinations are planned one after
/// the other, since they share the ledger, and send at the same time. One destination's trouble never stops another's.
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
        var runs = OpenDestinations(now);
        var stager = new Stager(source, staging, StageOptionsFor(runs), observer, time);
        var read = await stager.StageAsync(control).ConfigureAwait(false);

        if (read.Outcome == RunOutcome.Done) await SendAsync(runs, read, now, control).ConfigureAwait(false);
        else runs.ForEach(run => run.SkipBecause(read));

        var reports = runs.ConvertAll(run => run.Report(stager.SkippedAt(run.Destination.Info)));
        return Summarise(runId, read, reports, time.GetElapsedTime(started), control);
    }

    private List<DestinationRun> OpenDestinations(DateTimeOffset now) => [.. destinations.Select(destination =>
    {
        var memory = ledger.OpenDestination(destination.Info, destination.Capabilities.Shape, options.PolicyFingerprint(destination));
        return new DestinationRun(destination, memory, ledger, new Eligibility(destination, _neverBlock), options, source.Info.Name, now, observer);
    })];

    private StageOptions StageOptionsFor(List<DestinationRun> runs) => options.Stage with
    {
        Destinations = [.. runs.Select(run => (run.Destination.Info, run.Eligibility))],
        AcceptsEmptyRead = options.AcceptChanges || runs.TrueForAll(run => run.State.Held == 0),
    };

    private async Task SendAsync(List<DestinationRun> runs, SourceReport read, DateTimeOffset now, RunControl control)
    {
        // Staging may have marked keys as changed: read again.
        foreach (var run in runs) run.Refresh(read);
        await Task.WhenAll(runs.Select(run => run.GetReadyAsync(control))).ConfigureAwait(false);
        var ready = runs.FindAll(run => run.IsReady);
        if (ready.Count > 0) ledger.PreparePlan([.. ready.Select(run => run.State)], now);
        foreach (var run in ready) run.Plan(mayDelete: read.MayDelete && !options.Stage.IsPartOfSource);
        await Task.WhenAll(ready.Select(run => run.CheckLimitsAsync(control))).ConfigureAwait(false);
        if (options.IsDryRun)
        {
            // Printed, not sent: one destination after the other.
            foreach (var run in ready) await run.ApplyAsync(control).ConfigureAwait(false);
            return;
        }

        await Task.WhenAll(ready.Select(run => Task.Run(() => run.ApplyAsync(control)))).ConfigureAwait(false);
    }

    internal static RunReport Summarise(long runId, SourceReport read, IReadOnlyList<DestinationReport> reports, TimeSpan duration, RunControl control)
    {
        var imbalances = ConservationCheck.Check(read, reports);
        List<RunOutcome> codes = [read.Outcome, control.Outcome, .. reports.Select(report => report.Outcome)];
        if (!read.Complete && read.Outcome == RunOutcome.Done) codes.Add(RunOutcome.Incomplete);
        if (imbalances.Count > 0) codes.Add(RunOutcome.Bug);
        var code = RunOutcomes.Worst(codes);
        return new RunReport
        {
            RunId = runId,
            Status = StatusOf(code, read),
            Outcome = code,
            Duration = duration,
            Source = read,
            Destinations = reports,
            Imbalances = imbalances,
        };
    }

    private static RunStatus StatusOf(RunOutcome code, SourceReport read) => code switch
    {
        RunOutcome.Done or RunOutcome.ChangesPending => RunStatus.Completed,
        RunOutcome.Interrupted => RunStatus.Interrupted,
        RunOutcome.DeletionsWithheld => RunStatus.Refused,
        RunOutcome.Incomplete => read.Complete ? RunStatus.CompletedWithErrors : RunStatus.Partial,
        RunOutcome.OutOfTime => RunStatus.Partial,
        _ => RunStatus.Failed,
    };
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

    /// <summary>A destination that a new ledger cannot list is started anew.</summary>
    public bool StartsFresh { get; init; }

    /// <summary>Nothing is sent: no inventory is taken, no earlier request is settled.</summary>
    public bool IsDryRun { get; init; }
}
