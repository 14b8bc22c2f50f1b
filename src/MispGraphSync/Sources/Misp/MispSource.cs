using System.Runtime.CompilerServices;
using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using Serilog;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// A MISP server: first the matching events' metadata, then in full those that are asked for. Filters select events and
/// are never sent with the full fetch, where some of them would thin out attributes.
/// </summary>
internal sealed class MispSource : ISource
{
    private readonly MispClient _client;
    private readonly MispSettings _settings;
    private readonly FilterPlan _plan;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly EventListing _listing;
    private readonly Dictionary<EventFilter, Dictionary<Guid, EventHeader>> _fullText = [];
    private readonly List<string> _gaps = [];

    public MispSource(MispClient client, MispSettings settings, FilterPlan plan, TimeProvider time, ILogger log)
    {
        _client = client;
        _settings = settings;
        _plan = plan.Filters.IsEmpty ? new FilterPlan([EventFilter.Everything]) : plan;
        _time = time;
        _log = log;
        _listing = new EventListing(client, settings.PageSize, time, log);
        Info = new SourceInfo(settings.Name, "misp", new Uri(client.Server, "events/view/").AbsoluteUri + "{0}");
    }

    public SourceInfo Info { get; }

    public IReadOnlyList<string> Gaps => _gaps;

    public bool IsListComplete { get; private set; } = true;

    public async Task<SourceState> OpenAsync(CancellationToken ct)
    {
        foreach (var note in _plan.Notes)
        {
            _log.Information("Filters: {Note}", note);
        }
        try
        {
            return await ServerFingerprint.ReadAsync(_client, _settings.EnforceWarninglist, _plan.HasRelativeTime, _log, ct);
        }
        catch (MispException e)
        {
            throw e.ToRunFailed();
        }
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
        foreach (var header in matching!.Values)
        {
            yield return header;
        }
    }

    public async IAsyncEnumerable<ReadEvent> FetchAsync(
        IReadOnlyCollection<EventHeader> events, [EnumeratorCancellation] CancellationToken ct)
    {
        var fetch = new EventFetch(_client, _settings.PageSize, _settings.EnforceWarninglist, _gaps.Add, _time, _log);
        await using var answers = fetch.ReadAsync(events, ct).GetAsyncEnumerator(ct);
        while (true)
        {
            try
            {
                if (!await answers.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (MispException e)
            {
                throw e.ToRunFailed();
            }
            yield return answers.Current;
        }
    }

    /// <summary>When the server cannot tell, events count as aged: that keeps them, and the gap says why.</summary>
    public async Task<IReadOnlyCollection<EventHeader>> LookUpAsync(IReadOnlyCollection<EventHeader> gone, CancellationToken ct)
    {
        var plan = _plan.WithoutRelativeTime();
        var aged = new List<EventHeader>();
        foreach (var portion in gone.Chunk(_settings.PageSize))
        {
            try
            {
                aged.AddRange(await StillMatchingAsync(plan, portion, ct));
            }
            catch (MispException e)
            {
                _gaps.Add($"{portion.Length} events that no longer match could not be looked up. {e.Message}");
                aged.AddRange(portion);
            }
        }
        return aged;
    }

    private async Task<Dictionary<Guid, EventHeader>> ListAsync(EventFilter filter, CancellationToken ct)
    {
        try
        {
            var found = new Dictionary<Guid, EventHeader>();
            _gaps.AddRange(await _listing.ReadAsync(filter.Positive, found, ct));
            foreach (var search in filter.Subtracted)
            {
                var unwanted = new Dictionary<Guid, EventHeader>();
                var gaps = await _listing.ReadAsync(search, unwanted, ct);
                if (gaps.Count > 0)
                {
                    // An unknown part of what was found is unwanted: none of it may be sent.
                    _gaps.AddRange(gaps);
                    found.Clear();
                }
                foreach (var uuid in unwanted.Keys)
                {
                    found.Remove(uuid);
                }
            }
            if (filter.IsFullText) _fullText[filter] = found;
            return found;
        }
        catch (MispException e)
        {
            throw e.ToRunFailed();
        }
    }

    /// <summary>
    /// What a full-text search finds is known from the list: it cannot be asked for a few events only, and moves with no clock.
    /// </summary>
    /// <returns>As the server has them now.</returns>
    private async Task<IReadOnlyCollection<EventHeader>> StillMatchingAsync(FilterPlan plan, EventHeader[] events, CancellationToken ct)
    {
        var matching = events.ToDictionary(e => e.Uuid);
        foreach (var filter in plan.Filters)
        {
            var found = _fullText.GetValueOrDefault(filter) ?? await FindAmongAsync(filter.Positive, events, ifUnsure: events, ct);
            matching = matching.Keys.Where(found.ContainsKey).ToDictionary(uuid => uuid, uuid => found[uuid]);
            foreach (var search in filter.Subtracted)
            {
                foreach (var uuid in (await FindAmongAsync(search, events, ifUnsure: [], ct)).Keys) matching.Remove(uuid);
            }
        }
        return matching.Values;
    }

    private async Task<IReadOnlyDictionary<Guid, EventHeader>> FindAmongAsync(
        EventFilter search, EventHeader[] events, EventHeader[] ifUnsure, CancellationToken ct)
    {
        var found = new Dictionary<Guid, EventHeader>();
        if (search.LimitedTo(events) is not { } narrowed) return found;
        var gaps = await _listing.ReadAsync(narrowed, found, ct);
        _gaps.AddRange(gaps);
        return gaps.Count == 0 ? found : ifUnsure.ToDictionary(e => e.Uuid);
    }
}
