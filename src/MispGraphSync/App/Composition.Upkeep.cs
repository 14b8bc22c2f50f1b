using MispGraphSync.Commands;
using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Runs;
using MispGraphSync.Ledger;
using MispGraphSync.Settings;

namespace MispGraphSync.App;

// The runs that read no source: verify and purge.
internal sealed partial class Composition
{
    /// <summary>Compares destinations with the ledger. Without repair the ledger is as it was afterwards, and no run is counted.</summary>
    public Task<IReadOnlyList<VerifiedDestination>> VerifyAsync(MaintenanceRequest request, ConsoleReporter talk, Action<VerifiedDestination, IEnumerable<Finding>> show) =>
        UpkeepAsync(request, talk, async under =>
        {
            var started = _host.Time.GetTimestamp();
            var ledger = new DestinationLedger(under.Ledger, under.Run);
            var predecessors = Predecessors(request.TakesOverFrom, under);
            var options = new VerifyOptions
            {
                Instance = Settings.Instance,
                Source = Settings.Misp.Name,
                PolicyFingerprint = FingerprintOf,
                NeverBlock = ProtectedHosts,
                Repairs = !request.RollsBack,
                PredecessorOf = destination => predecessors.GetValueOrDefault(destination),
                MaxDelete = request.MaxDelete ?? Settings.Guard.MaxDelete,
            };
            var results = await new Verification(under.Destinations, ledger, options, under.Observer, _host.Time, show)
                .RunAsync(under.Control).ConfigureAwait(false);
            return (results, UpkeepReport.Of(under.Run, results, under.Control, _host.Time.GetElapsedTime(started)));
        });

    /// <summary>Removes what the ledger holds at the destinations that are confirmed.</summary>
    public Task<RunReport> PurgeAsync(MaintenanceRequest request, ConsoleReporter talk, Func<DestinationInfo, long, Task<bool>> confirm) =>
        UpkeepAsync(request, talk, async under =>
        {
            var ledger = new DestinationLedger(under.Ledger, under.Run);
            var options = new PurgeOptions { PolicyFingerprint = FingerprintOf, IsDryRun = request.RollsBack };
            var report = await new Purge(under.Destinations, ledger, options, under.Observer, _host.Time, confirm)
                .RunAsync(under.Run, under.Control).ConfigureAwait(false);
            return (report, report);
        });

    private Dictionary<IDestination, ForeignTool> Predecessors(string? tool, UnderLock under)
    {
        var found = new Dictionary<IDestination, ForeignTool>();
        if (tool is null) return found;
        var kind = Registration.Kinds.TakeoverFrom(tool);
        foreach (var destination in under.Destinations.Where(one => one.Info.Kind == kind.Name))
        {
            var settings = Settings.Destinations.First(one => one.Name == destination.Info.Name);
            var predecessor = kind.Takeover!.At(tool, destination, settings, under.Transport);
            found[destination] = predecessor;
            if (predecessor.At != destination) _explained.Add(predecessor.At);
        }

        return found.Count > 0 ? found : throw new RunFailedException(
            RunOutcome.InvalidInput, $"--adopt: {tool} left nothing at a destination that is enabled: it pushed to the kind '{kind.Name}'.", $"Enable one of that kind, or name it with --destination.");
    }

    private IReadOnlyList<string> ProtectedHosts => [.. Settings.Guard.NeverBlock, .. Fingerprints.OwnHosts(Settings)];

    private string FingerprintOf(IDestination destination) => Fingerprints.OfDestination(Settings, destination.Info.Name);

    private Task<T> UpkeepAsync<T>(MaintenanceRequest request, ConsoleReporter talk, Func<UnderLock, Task<(T Result, RunReport Report)>> work)
    {
        var frame = new RunFrame
        {
            Command = request.Command,
            Destinations = request.Destinations,
            Wait = request.Wait,
            SendsNothing = request.SendsNothing,
            RollsBack = request.RollsBack,
            IsCounted = !request.RollsBack,
        };
        return InRunAsync(frame, talk, under =>
        {
            talk.Begin(source: null, Allowed(under.Destinations));
            return work(under);
        });
    }
}
