using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Runs;

/// <summary>
/// Removes all that this installation put at the destinations: what the ledger holds there, and nothing else. The next push
/// creates everything again.
/// </summary>
/// <param name="confirm">Asked for each destination, with the number of indicators, before anything is removed anywhere.</param>
public sealed class Purge(
    IReadOnlyList<IDestination> destinations, IDestinationLedger ledger, PurgeOptions options, IRunObserver observer, TimeProvider time,
    Func<DestinationInfo, long, Task<bool>> confirm)
{
    /// <summary>Runs to the end, or as far as it may; never throws for what a service or the user does.</summary>
    public async Task<RunReport> RunAsync(long runId, RunControl control)
    {
        var started = time.GetTimestamp();
        var now = time.GetUtcNow();
        var runs = destinations.Select(destination => Open(destination, control)).ToList();
        var confirmed = new List<DestinationPurge>();
        foreach (var run in runs)
        {
            if (run.HasWork(now) && await confirm(run.Info, run.Count(now)).ConfigureAwait(false)) confirmed.Add(run);
        }

        await Task.WhenAll(confirmed.Select(run => Task.Run(() => run.RunAsync(now)))).ConfigureAwait(false);
        return Summarise(runId, runs, time.GetElapsedTime(started), control);
    }

    private DestinationPurge Open(IDestination destination, RunControl control)
    {
        var memory = ledger.OpenDestination(destination.Info, destination.Capabilities.Shape, options.PolicyFingerprint(destination));
        return new DestinationPurge(destination, memory, ledger, options.IsDryRun, control, observer);
    }

    private static RunReport Summarise(long runId, List<DestinationPurge> runs, TimeSpan duration, RunControl control)
    {
        var source = new SourceReport { Name = "", Kind = "none", Complete = true };
        var reports = runs.ConvertAll(run => run.Report());
        var imbalances = ConservationCheck.Check(source, reports);
        var code = RunOutcomes.Worst([control.Outcome, imbalances.Count > 0 ? RunOutcome.Bug : RunOutcome.Done, .. reports.Select(report => report.Outcome)]);
        return new RunReport
        {
            RunId = runId,
            Status = DestinationRun.StatusOf(code),
            Outcome = code,
            Duration = duration,
            Source = source,
            Destinations = reports,
            Imbalances = imbalances,
        };
    }
}

public sealed record PurgeOptions
{
    /// <inheritdoc cref="PushOptions.PolicyFingerprint"/>
    public required Func<IDestination, string> PolicyFingerprint { get; init; }

    /// <summary>Nothing is sent.</summary>
    public bool IsDryRun { get; init; }
}
