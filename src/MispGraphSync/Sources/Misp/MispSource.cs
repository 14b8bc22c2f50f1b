using System.Runtime.CompilerServices;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using Serilog;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// A MISP server: first the metadata of matching events, then the requested ones in full. Filters select events and are never sent with
/// the full fetch, where some of them would remove attributes.
/// </summary>
internal sealed class MispSource : ISource, IDisposable
{
    private readonly MispClient _client;
    private readonly MispSettings _settings;
    private readonly FilterPlan _plan;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly EventListing _listing;
    private readonly Dictionary<EventFilter, Dictionary<Guid, EventHeader>> _fullText = [];
    private readonly List<string> _gaps = [];
    private readonly MispReports _reports;
    private HttpClient? _ownHttp;
    private Func<string, bool>? _isUnknownCluster;

    public MispSource(MispClient client, MispSettings settings, FilterPlan plan, TimeProvider time, ILogger log)
    {
        (_client, _settings, _time, _log) = (client, settings, time, log);
        _plan = plan.Filters.IsEmpty ? new FilterPlan([EventFilter.Everything]) : plan;
        _reports = new MispReports(client, settings, time);
        _listing = new EventListing(client, settings.PageSize, time, log);
        Info = new SourceInfo(settings.Name, "misp", new Uri(client.Server, "events/view/").AbsoluteUri + "{0}");
    }

    public SourceInfo Info { get; }
    public IAttributeReports Reports => _reports;
    public IReadOnlyList<string> Gaps => _gaps;
    public bool IsListComplete { get; private set; } = true;

    /// <summary>The server of the settings; its key is resolved at the first request.</summary>
    public static MispSource Open(
        MispSettings settings, string? caFile, Uri? proxy, FilterPlan filters, TimeProvider time, ILogger log, Secrets secrets)
    {
        var http = MispClient.CreateHttp(settings, caFile, proxy);
        var client = new MispClient(http, settings.Url!, settings.Key!.ResolveAsync, settings.Timeout, time, log, secrets);
        return new MispSource(client, settings, filters, time, log) { _ownHttp = http };
    }

    public void Dispose() => _ownHttp?.Dispose();

    public async Task<SourceState> OpenAsync(CancellationToken ct)
    {
        foreach (var note in _plan.Notes) _log.Information("Filters: {Note}", note);
        var state = await MispServer.StateAsync(_client, _settings.EnforceWarninglist, _plan.HasRelativeTime, _log, ct);
        await _reports.OpenAsync(ct);
        return state;
    }

    public async IAsyncEnumerable<EventHeader> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        Dictionary<Guid, EventHeader>? matching = null;
        foreach (var filter in _plan.Filters)
        {
            var found = await ListAsync(filter, ct);
            matching = matching is null
                ? found
                : matching.Where(e => found.ContainsKey(e.Key)).ToDictionary(e => e.Key, e => e.Value);
        }
        IsListComplete = _gaps.Count == 0;
        foreach (var header in matching!.Values) yield return header;
    }

    public IAsyncEnumerable<ReadEvent> FetchAsync(IReadOnlyCollection<EventHeader> events, CancellationToken ct) =>
        new EventFetch(_client, _settings.PageSize, _gaps.Add, _time, _log, _isUnknownCluster)
            .ReadAsync(events, ct);

    public void FetchClusters(Func<string, bool> isUnknown) => _isUnknownCluster = isUnknown;

    public async Task<IReadOnlyCollection<EventHeader>> LookUpAsync(IReadOnlyCollection<EventHeader> gone, CancellationToken ct)
    {
        var plan = _plan.WithoutRelativeTime();
        var aged = new List<EventHeader>();
        try
        {
            foreach (var portion in gone.Chunk(_settings.PageSize)) aged.AddRange(await StillMatchingAsync(plan, portion, ct));
        }
        catch (MispException e)
        {
            _gaps.Add($"{gone.Count} events that no longer match could not be looked up. {e.Message}");
        }
        return aged;
    }

    private async Task<Dictionary<Guid, EventHeader>> ListAsync(EventFilter filter, CancellationToken ct)
    {
        var found = new Dictionary<Guid, EventHeader>();
        _gaps.AddRange(await _listing.ReadAsync(filter.Positive, found, ct));
        foreach (var search in filter.Subtracted)
        {
            var unwanted = new Dictionary<Guid, EventHeader>();
            var gaps = await _listing.ReadAsync(search, unwanted, ct);
            _gaps.AddRange(gaps);
            // After a gap, an unknown part of the events is unwanted: none of them may be sent.
            if (gaps.Count > 0) found.Clear();
            foreach (var uuid in unwanted.Keys) found.Remove(uuid);
        }
        if (filter.IsFullText) _fullText[filter] = found;
        return found;
    }

    /// <summary>
    /// The events that a full-text search finds are known from the list: it cannot be limited to a few events, and has no relative time.
    /// </summary>
    /// <returns>As the server has them now.</returns>
    private async Task<IReadOnlyCollection<EventHeader>> StillMatchingAsync(FilterPlan plan, EventHeader[] events, CancellationToken ct)
    {
        var matching = events.ToDictionary(e => e.Uuid);
        foreach (var filter in plan.Filters)
        {
            var found = _fullText.GetValueOrDefault(filter) ?? await FindAmongAsync(filter.Positive, events, ct);
            matching = matching.Keys.Where(found.ContainsKey).ToDictionary(uuid => uuid, uuid => found[uuid]);
            foreach (var search in filter.Subtracted)
            {
                foreach (var uuid in (await FindAmongAsync(search, events, ct)).Keys) matching.Remove(uuid);
            }
        }
        return matching.Values;
    }

    private async Task<Dictionary<Guid, EventHeader>> FindAmongAsync(EventFilter search, EventHeader[] events, CancellationToken ct)
    {
        var found = new Dictionary<Guid, EventHeader>();
        if (search.LimitedTo(events) is { } limited) _gaps.AddRange(await _listing.ReadAsync(limited, found, ct));
        return found;
    }
}
