using MispGraphSync.Commands;
using MispGraphSync.Core.Planning;
using MispGraphSync.Hits;
using MispGraphSync.Http;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Misp;

namespace MispGraphSync.App;

// What fired. It is no run of the ledger's list: nothing is sent to a destination.
internal sealed partial class Composition
{
    public async Task<HitsReport> HitsAsync(HitsRequest request)
    {
        OpenLog(request.Common, isOptional: request.IsDryRun);
        try
        {
            var chosen = Settings.Choose(request.Destinations);
            _ = Settings.ChooseSources(request.Sources);
            var file = Settings.RequiredLedger;
            using var held = await LockAsync(request.Wait).ConfigureAwait(false);
            using var stop = _host.StopSource();
            using var ledger = LedgerFile.Open(file, isDryRun: request.IsDryRun);
            var retries = new RetryOptions { OnPause = _reporter.Paused, Stop = _host.Interrupt };
            var transport = NewTransport(run: 0, retries);
            _reporter.Begin(source: null, []);
            var options = new HitsOptions(
                request.Since, request.Sources, request.Sightings || Settings.Sightings.Enabled, request.IsDryRun);
            var destinations = HitDestinations(chosen, ledger, transport);
            var run = new HitsRun(ledger, destinations, Settings, options, OpenSightings, _host.Time);
            var report = await run.RunAsync(stop.Token).ConfigureAwait(false);
            WriteMetrics(request, ledger, report);
            _log.Information(
                "hits: {Hits} indicators fired, {Written} sightings written, exit {ExitCode}", report.Hits.Count,
                report.Sightings?.Written ?? 0, ExitCodes.Of(report.Outcome));
            return report;
        }
        catch (Exception fault)
        {
            Failures.Log(_log, "hits", fault, _host);
            throw;
        }
        finally
        {
            _reporter.End();
        }
    }

    private void WriteMetrics(HitsRequest request, LedgerFile ledger, HitsReport report)
    {
        if (request.IsDryRun || Settings.MetricsTextfile is not { } file) return;
        var (now, figures) = (_host.Time.GetUtcNow(), new HitFigures(ledger));
        var metrics = new PushMetrics
        {
            Ended = now,
            Outcome = report.Outcome,
            Duration = TimeSpan.Zero,
            IsPush = false,
            Hits = new HitMetrics(
                [.. DestinationRow.All(ledger).Select(row => (row.Info, Summary: figures.Of(row.Id, now)))
                    .Where(one => one.Summary is not null).Select(one => (one.Info, one.Summary!))],
                figures.CountWritten(now)),
        };
        if (MetricsFile.Write(file, metrics) is { } warning) _reporter.Warn(warning);
    }

    private List<HitDestination> HitDestinations(List<DestinationSettings> chosen, LedgerFile ledger, Transport transport)
    {
        var (rows, neverBlock) = (DestinationRow.All(ledger), new NeverBlock(NeverBlock));
        return chosen.ConvertAll(one => new HitDestination(
            one, Registration.Kinds.Of(one).AlertsOf(one), new Eligibility(Open(one, transport), neverBlock, _host.Time.GetUtcNow()),
            rows.FirstOrDefault(row => row.Is(one.Info)), RoutesOf(one, transport)));
    }

    private static IReadOnlyList<(string, Func<Destinations.AlertReader>)> RoutesOf(DestinationSettings one, Transport transport) =>
        Registration.Kinds.Of(one).AlertsOf(one) is not { } feed
            ? []
            : [.. Registration.Kinds.AlertRoutesOf(one).Select(choice =>
                (choice.Route.Name, (Func<Destinations.AlertReader>)(() => choice.Route.Open(one, feed, choice.Endpoint, transport))))];

    /// <summary>With the key for sightings, where there is one: so that the key to read with keeps its least right.</summary>
    private (MispSightings, IDisposable)? OpenSightings(string server)
    {
        if (Settings.Sources.FirstOrDefault(one => one.Name == server) is not { IsServer: true, Url: { } url } misp) return null;
        if ((misp.SightingsKey ?? misp.Key) is not { } key) return null;
        var http = MispClient.CreateHttp(misp, Settings.CaFile, Settings.Proxy);
        return (new MispSightings(new MispClient(http, url, key.ResolveAsync, misp.Timeout, _host.Time, _log, _secrets)), http);
    }
}
