using MispGraphSync.Commands;
using MispGraphSync.Core.Sync;
using MispGraphSync.Destinations;
using MispGraphSync.Http;
using MispGraphSync.Ledger;
using MispGraphSync.Output;

namespace MispGraphSync;

// The runs that read no source: verify and purge.
internal sealed partial class Composition
{
    /// <summary>Compares destinations with the ledger. Without repair the ledger is as it was afterwards, and no run is counted.</summary>
    public Task<IReadOnlyList<VerifiedDestination>> VerifyAsync(UpkeepRequest request, Talk talk, Action<VerifiedDestination, IEnumerable<Finding>> show) =>
        UpkeepAsync(request, talk, async under =>
        {
            var started = _host.Time.GetTimestamp();
            var ledger = new VerifyLedger(new PlanLedger(under.Ledger), new RecordLedger(under.Ledger, under.Run), new InventoryLedger(under.Ledger));
            var predecessors = Predecessors(request.Adopts, under);
            var options = new VerifyOptions
            {
                Instance = Settings.Instance,
                Source = Settings.Misp.Name,
                PolicyFingerprint = FingerprintOf,
                NeverBlock = ProtectedHosts,
                Repairs = !request.LeavesNoTrace,
                PredecessorOf = destination => predecessors.GetValueOrDefault(destination),
                MaxDelete = request.MaxDelete ?? Settings.Guard.MaxDelete,
            };
            var results = await new Verification(under.Destinations, ledger, options, talk, _host.Time, show).RunAsync(under.Control).ConfigureAwait(false);
            if (options.Repairs) EndRun(under, UpkeepReport.Of(under.Run, results, under.Control, _host.Time.GetElapsedTime(started)));
            return results;
        });

    /// <summary>Removes what the ledger holds at the destinations that are confirmed.</summary>
    public Task<RunReport> PurgeAsync(UpkeepRequest request, Talk talk, Func<DestinationInfo, long, Task<bool>> confirm) =>
        UpkeepAsync(request, talk, async under =>
        {
            var ledger = new Core.Sync.PurgeLedger(new PlanLedger(under.Ledger), new RecordLedger(under.Ledger, under.Run), new Ledger.PurgeLedger(under.Ledger));
            var options = new PurgeOptions { PolicyFingerprint = FingerprintOf, IsDryRun = request.LeavesNoTrace };
            var report = await new Purge(under.Destinations, ledger, options, talk, _host.Time, confirm).RunAsync(under.Run, under.Control).ConfigureAwait(false);
            EndRun(under, report);
            return report;
        });

    private Dictionary<IDestination, Predecessor> Predecessors(PredecessorName? name, UnderLock under)
    {
        var found = new Dictionary<IDestination, Predecessor>();
        if (name is null) return found;
        foreach (var destination in under.Destinations)
        {
            if (name.At(destination, Settings.Destinations.First(one => one.Name == destination.Info.Name), under.Transport) is not { } predecessor) continue;
            found[destination] = predecessor;
            if (predecessor.At != destination) _explained.Add(predecessor.At);
        }

        return found.Count > 0 ? found : throw new RunFailedException(
            ExitCode.Usage, $"--adopt: {name} left nothing at a destination that is enabled: it pushed to the kind '{name.Kind}'.", $"Enable one of that kind, or name it with --destination.");
    }

    private IReadOnlyList<string> ProtectedHosts => [.. Settings.Guard.NeverBlock, .. Fingerprints.OwnHosts(Settings)];

    private string FingerprintOf(IDestination destination) => Fingerprints.OfDestination(Settings, destination.Info.Name);

    private async Task<T> UpkeepAsync<T>(UpkeepRequest request, Talk talk, Func<UnderLock, Task<T>> work)
    {
        var chosen = Choose(request.Destinations);
        _log = AppLog.Create(Settings.Logs, talk.IsVeryVerbose, isOptional: request.LeavesNoTrace);
        using var control = new RunControl(_host.Interrupt, CancellationToken.None, _host.Abort);
        using var held = await LockAsync(request.Wait, talk).ConfigureAwait(false);
        using var told = talk.TellOnInterrupt();
        using var ledger = LedgerFile.Open(Settings.Ledger, rollsBack: request.LeavesNoTrace);
        // A number that is rolled back would be given to another run, and the request files would lie.
        var run = request.LeavesNoTrace ? 0 : new RunHistory(ledger).Begin(request.Command, _host.Time.GetUtcNow());
        var transport = NewTransport(run, deadline: null, control);
        var destinations = chosen.Select(one => Destination(one, transport, request.SendsNothing)).ToList();
        talk.Begin(source: null, Allowed(destinations));
        try
        {
            return await work(new UnderLock(run, ledger, destinations, control, transport)).ConfigureAwait(false);
        }
        finally
        {
            talk.End();
            foreach (var destination in destinations) await destination.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void EndRun(UnderLock under, RunReport report)
    {
        if (under.Run == 0) return;
        Close(new RunHistory(under.Ledger), under.Run, report);
        _log.Information("Run {Run} ended: {Status}, exit {ExitCode}", under.Run, RunJson.Slug(report.Status), (int)report.ExitCode);
        LogRetention.Tidy(Settings.Logs, _host.Time.GetUtcNow());
    }

    /// <summary>What a run has while it holds the lock.</summary>
    private sealed record UnderLock(long Run, LedgerFile Ledger, IReadOnlyList<IDestination> Destinations, RunControl Control, Transport Transport);
}
