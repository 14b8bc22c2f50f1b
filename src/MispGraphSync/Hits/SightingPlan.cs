using MispGraphSync.Core.Hits;
using MispGraphSync.Ledger;
using MispGraphSync.Settings;

namespace MispGraphSync.Hits;

/// <summary>A sighting that the hits give, and what is known of it.</summary>
/// <param name="Label">Of the indicator, for people.</param>
/// <param name="Known">Null: MISP was never asked to keep it.</param>
internal sealed record PlannedSighting(Guid Uuid, Sighting Sighting, IndicatorLabel? Label, SightingRecord? Known)
{
    /// <summary>What MISP did not take in so many runs is not sent again.</summary>
    private const int MaxAttempts = 5;

    public bool IsWritten => Known is { IsWritten: true };

    public bool IsGivenUp => Known is { IsWritten: false, Attempts: >= MaxAttempts };

    public bool IsDue => !IsWritten && !IsGivenUp;
}

/// <summary>
/// Which sightings the hits give: one for each attribute that supports a hit, each day once, wherever and however often it was seen.
/// </summary>
internal sealed class SightingPlan
{
    private const int KeysAtATime = 1_000;
    private const int MaxSources = 100_000;

    private readonly Dictionary<(string Source, Guid Attribute, DateOnly Day, SightingType Type), PlannedSighting> _sightings = [];
    private readonly Dictionary<(long Destination, Hash128 Observables), HitSources> _hits = [];

    public IReadOnlyCollection<PlannedSighting> Sightings => _sightings.Values;

    public HitSources SourcesOf(HitRow hit) => _hits.GetValueOrDefault((hit.Destination, hit.Observables)) ?? new HitSources();

    /// <param name="hits">The rows that are listed; they get their sources.</param>
    /// <param name="hasServer">Whether the settings have a MISP server of this name.</param>
    public static SightingPlan Of(
        LedgerFile file, IReadOnlyList<HitDestination> destinations, IReadOnlyList<HitRow> hits, IReadOnlyList<HitDay> days,
        AppSettings settings, Func<string, bool> hasServer, DateTimeOffset now)
    {
        var plan = new SightingPlan();
        foreach (var destination in destinations)
        {
            if (destination.Row is not { } row) continue;
            var keys = hits.Where(hit => hit.Destination == row.Id).Select(hit => hit.Observables)
                .Concat(days.Where(day => day.Destination == row.Id).Select(day => day.Observables)).Distinct();
            foreach (var some in keys.Chunk(KeysAtATime)) plan.Find(file, destination, row, some.ToHashSet());
        }

        var (ledger, labels) = (new HitLedger(file), hits.ToLookup(hit => (hit.Destination, hit.Observables), hit => hit.Label));
        foreach (var day in days)
        {
            // An activity of tomorrow, by a clock that is ahead, has its sighting then: one that is dated today would differ from it.
            if (day.First.UtcDateTime.Date > now.UtcDateTime.Date) continue;
            if (!plan._hits.TryGetValue((day.Destination, day.Observables), out var sources)) continue;
            var label = labels[(day.Destination, day.Observables)].FirstOrDefault();
            foreach (var one in sources.Taken)
            {
                var tlp = one.Row.TaggedTlp ?? sources.Destination!.Settings.Policy.DefaultTlp;
                if (!hasServer(one.Link.Source)) sources.Against = NoSighting.NoServer;
                else if (tlp > settings.Sightings.MaxTlp) sources.Against = NoSighting.AboveMaxTlp;
                else sources.Add(plan.Add(day, one, settings.Instance, ledger, label, now));
            }
        }

        return plan;
    }

    private void Find(LedgerFile file, HitDestination destination, DestinationRow row, HashSet<Hash128> keys)
    {
        var search = new IndicatorSourceSearch(file);
        foreach (var found in search.Find(new IndicatorSourceQuery { Keys = keys }, MaxSources))
        {
            if (found.Key(row.Shape) is not { } key || !keys.Contains(key)) continue;
            if (destination.Eligibility.SkipReasonFor(found.Row) is not null) continue;
            if (!_hits.TryGetValue((row.Id, key), out var sources)) _hits[(row.Id, key)] = sources = new HitSources();
            sources.Destination = destination;
            sources.Taken.Add(new HitSource(found.Row, search.Link(found.Event)));
        }
    }

    private PlannedSighting Add(
        HitDay day, HitSource source, string instance, HitLedger ledger, IndicatorLabel? label, DateTimeOffset now)
    {
        var at = day.First < now ? day.First : now;
        var sighting = new Sighting(
            source.Link.Source, source.Link.Uuid, source.Row.Source.Attribute, day.Type,
            DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds()));
        var key = (sighting.Source, sighting.Attribute, DateOnly.FromDateTime(sighting.Date.UtcDateTime), sighting.Type);
        // The earliest comes first.
        if (_sightings.TryGetValue(key, out var known)) return known;
        var uuid = sighting.Uuid(instance);
        return _sightings[key] = new PlannedSighting(uuid, sighting, label, ledger.FindSighting(uuid));
    }
}

/// <summary>An attribute that supports an indicator that fired.</summary>
internal sealed record HitSource(IndicatorSourceRow Row, EventLink Link);

/// <summary>The sources of one hit, and its sightings.</summary>
internal sealed class HitSources
{
    public HitDestination? Destination { get; set; }

    public List<HitSource> Taken { get; } = [];

    /// <summary>Each once.</summary>
    public HashSet<PlannedSighting> Sightings { get; } = [];

    /// <summary>Why a source gives none; null where each does.</summary>
    public NoSighting? Against { get; set; }

    public void Add(PlannedSighting sighting) => Sightings.Add(sighting);
}
