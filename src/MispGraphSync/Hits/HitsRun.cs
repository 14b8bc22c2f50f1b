using MispGraphSync.Core.Hits;
using MispGraphSync.Ledger;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Misp;

namespace MispGraphSync.Hits;

/// <param name="Since">What is listed, and at least read; null: as the settings say.</param>
/// <param name="Sources">Only hits of these sources; empty: of all.</param>
/// <param name="WritesSightings">Writes them, or on a dry run shows what would be written.</param>
internal sealed record HitsOptions(DateTimeOffset? Since, IReadOnlyList<string> Sources, bool WritesSightings, bool IsDryRun);

/// <summary>Alerts to evidence to observables to indicators that we held there then, to attributes, hits and sightings.</summary>
/// <param name="openServer">Connects to the MISP server of this name, to write; null where the settings have none.</param>
internal sealed class HitsRun(
    LedgerFile file, IReadOnlyList<HitDestination> destinations, AppSettings settings, HitsOptions options,
    Func<string, (MispSightings Client, IDisposable Connection)?> openServer, TimeProvider time)
{
    /// <summary>How long a sighting may wait for a server that is down, or for its turn.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromDays(30);

    private readonly HitLedger _ledger = new(file);
    private readonly Dictionary<(string Destination, Hash128 Observables), Alert> _latest = [];

    public async Task<HitsReport> RunAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var looks = new List<LookReport>();
        foreach (var destination in destinations)
        {
            var look = new Look(file, destination, now);
            looks.Add(await look.RunAsync(options.Since, ct).ConfigureAwait(false));
            foreach (var (observables, alert) in look.Latest) _latest[(destination.Name, observables)] = alert;
        }

        var since = options.Since ?? now - destinations.Max(one => one.Settings.Alerts.LookBack);
        var hits = _ledger.List(since);
        var days = _ledger.ListDays(since < now - MaxWait ? since : now - MaxWait);
        var sightings = await WriteAsync(Plan(hits, days, now), ct).ConfigureAwait(false);
        file.InTransaction(() => _ledger.ForgetOld(now));
        // Again, with what was written.
        var plan = Plan(hits, days, now);
        return new HitsReport
        {
            Since = since,
            Looks = looks,
            Hits = [.. hits.Select(hit => HitOf(hit, plan)).OfType<Hit>()],
            Sightings = sightings,
        };
    }

    private SightingPlan Plan(IReadOnlyList<HitRow> hits, IReadOnlyList<HitDay> days, DateTimeOffset now) =>
        SightingPlan.Of(
            file, destinations, hits, days, settings,
            name => settings.Sources.Any(one => one is { IsServer: true, Url: not null } && one.Name == name), now);

    private async Task<SightingsReport?> WriteAsync(SightingPlan plan, CancellationToken ct)
    {
        if (!options.WritesSightings) return null;
        PlannedSighting[] due = [.. plan.Sightings.Where(one => one.IsDue && IsOfSource(one.Sighting.Source))];
        PlannedSighting[] chosen = [.. due.Take(settings.Sightings.MaxPerRun)];
        if (options.IsDryRun) return new SightingsReport(0, 0, due.Length - chosen.Length, [], chosen);
        var (written, refused, failures) = (0, 0, new List<RunFailedException>());
        foreach (var ofServer in chosen.GroupBy(one => one.Sighting.Source))
        {
            if (openServer(ofServer.Key) is not { } server) continue;
            using var connection = server.Connection;
            var writer = new SightingWriter(server.Client, _ledger, settings.Sightings.Source, time);
            try
            {
                await writer.WriteAsync(ofServer, ct).ConfigureAwait(false);
            }
            catch (RunFailedException fault) when (!fault.IsOfLedger)
            {
                failures.Add(fault);
            }

            (written, refused) = (written + writer.Written, refused + writer.Refused);
        }

        return new SightingsReport(written, refused, due.Length - written - refused, failures, []);
    }

    private bool IsOfSource(string source) => options.Sources.Count == 0 || options.Sources.Contains(source);

    // Null for a destination or a source that was not asked for.
    private Hit? HitOf(HitRow row, SightingPlan plan)
    {
        if (destinations.FirstOrDefault(one => one.Row?.Id == row.Destination) is not { } destination) return null;
        var sources = plan.SourcesOf(row);
        if (options.Sources.Count > 0 && !sources.Taken.Exists(one => IsOfSource(one.Link.Source))) return null;
        var written = sources.Sightings.Count(one => one.IsWritten);
        var waiting = sources.Sightings.Count(one => one.IsDue);
        var reason = ReasonAgainst(row, sources);
        return new Hit(
            destination.Name, row.Label, row.Alerts, row.FalsePositives, row.First, row.Last, row.Match,
            _latest.GetValueOrDefault((destination.Name, row.Observables)),
            [.. sources.Taken.DistinctBy(one => (one.Link.Source, one.Link.Uuid))],
            waiting > 0 ? options is { IsDryRun: true, WritesSightings: true } ? SightingState.Planned : SightingState.Waiting
                : written > 0 ? SightingState.Written : SightingState.None,
            written, waiting, reason);
    }

    private static NoSighting? ReasonAgainst(HitRow row, HitSources sources) => row switch
    {
        { Match: HitMatch.Weak } => NoSighting.WeakMatch,
        _ when row.Tests == row.Alerts => NoSighting.Test,
        _ when sources.Taken.Count == 0 => NoSighting.Withdrawn,
        _ when sources.Sightings.Any(one => one.IsGivenUp) => NoSighting.Refused,
        _ => sources.Against,
    };
}
