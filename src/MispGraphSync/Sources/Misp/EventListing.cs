using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Json;
using Serilog;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// Lists the events that one search matches, page by page, and proves that it has them all: as many distinct UUIDs as the
/// server counts, or, where it does not count, pages up to an empty one. Each page is a query of its own, so events that
/// go meanwhile shift later pages: then the walk is repeated.
/// </summary>
/// <param name="client">Asks the server.</param>
/// <param name="pageSize">Events a page.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The application log.</param>
/// <param name="mostEvents">More than any server has: a longer list is taken to have no end.</param>
internal sealed class EventListing(MispClient client, int pageSize, TimeProvider time, ILogger log, int mostEvents = 5_000_000)
{
    /// <summary>In a row; a server that fails so often fails on everything.</summary>
    private const int MostFailures = 3;

    /// <summary>Puts what matches into <paramref name="into"/>.</summary>
    /// <returns>Why the list is not complete, one sentence each; none after a complete one.</returns>
    /// <exception cref="MispException">Not one event could be read.</exception>
    public async Task<IReadOnlyList<string>> ReadAsync(
        EventFilter search, Dictionary<Guid, EventHeader> into, CancellationToken ct)
    {
        var first = await WalkAsync(search, into, ct);
        if (first.IsComplete || first.Gaps.Count > 0)
        {
            return first.Gaps;
        }

        log.Information("MISP's events moved while they were listed; listing them again");
        var second = await WalkAsync(search, into, ct);
        return second.IsComplete || second.Gaps.Count > 0
            ? second.Gaps
            : [$"MISP counts {second.Total} matching events and listed {second.Seen}, twice."];
    }

    private async Task<Walk> WalkAsync(EventFilter search, Dictionary<Guid, EventHeader> into, CancellationToken ct)
    {
        var walk = new Walk();
        var size = new AdaptivePageSize(pageSize);
        var failures = 0;
        for (var position = 0; ;)
        {
            var page = position / size.Value;
            Page answer;
            try
            {
                answer = await ReadPageAsync(search, size, page + 1, ct);
                failures = 0;
            }
            catch (MispException e)
            {
                var fault = e.Kind is MispErrorKind.ResponseFailed ? await EventProbe.FindOutageAsync(client, ct) : e;
                if (fault is null && size.CanShrink)
                {
                    size.Shrink();
                    log.Warning("MISP: {Failure} Listing {Size} events in one request from here", e.Message, size.Value);
                    continue;
                }
                if (fault is null && ++failures < MostFailures)
                {
                    walk.Gaps.Add($"An event (number {position + 1} of the list) could not be listed. {e.Message}");
                    size.FoundCause();
                    position++;
                    continue;
                }
                if (into.Count == 0 && walk.Seen == 0) throw fault ?? e;
                walk.Gaps.Add($"The list of events ends early, after {walk.Seen}. {(fault ?? e).Message}");
                return walk;
            }

            var added = walk.Add(answer, into);
            if (answer.Strays > 0)
            {
                walk.Gaps.Add($"{answer.Strays} entries of MISP's list of events hold no event, or one whose UUID cannot be read.");
            }
            if (answer.Headers.Count == 0 || walk.HasAll)
            {
                walk.ReachedEnd = true;
                return walk;
            }
            if (walk.Seen > mostEvents)
            {
                walk.Gaps.Add($"MISP's list of events has no end: more than {mostEvents:N0}.");
                return walk;
            }
            if (added == 0)
            {
                walk.Gaps.Add("MISP answers the same page of events again and again.");
                return walk;
            }
            position = (page + 1) * answer.Size;
            if (position >= walk.Total)
            {
                walk.ReachedEnd = true;
                return walk;
            }
        }
    }

    private async Task<Page> ReadPageAsync(EventFilter search, AdaptivePageSize size, int number, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var asked = size.Value;
        using var answer = await client.SearchAsync(SearchBody.Metadata(search, asked, number), size.CanShrink, ct);
        using var reader = new MispJsonReader(
            answer.Body, index => StableId.From($"{client.Server}\n{number}\n{index}"), skipItems: true);
        var headers = new List<(EventHeader Header, bool IsMatch)>();
        var nameless = 0;
        try
        {
            await foreach (var item in reader.ReadAsync(ct))
            {
                // Whether an event that cannot be read matches is not known, so it stays.
                if (item.HasUuid) headers.Add((EventHeader.Of(item.Event), item.Fault is not null || search.MatchesMetadata(item.Event)));
                else nameless++;
                if (headers.Count > mostEvents)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (MispClient.IsBrokenResponse(e))
        {
            throw client.Errors.OfReading(e);
        }
        if (!reader.SawEventList)
        {
            throw client.Errors.OfStrangeAnswer();
        }

        size.Succeeded();
        log.Information(
            "MISP list, page {Page} of {Size}: {Events} of {Total} events in {Elapsed} ms",
            number, asked, headers.Count, answer.Total, (long)time.GetElapsedTime(started).TotalMilliseconds);
        return new Page(headers, reader.NonEventEntries + nameless, answer.Total, asked);
    }

    private sealed record Page(IReadOnlyList<(EventHeader Header, bool IsMatch)> Headers, int Strays, int? Total, int Size);

    private sealed class Walk
    {
        private readonly HashSet<Guid> _seen = [];
        private bool _hasShrunk;

        public List<string> Gaps { get; } = [];

        public int? Total { get; private set; }

        public int Seen => _seen.Count;

        public bool ReachedEnd { get; set; }

        public bool HasAll => Total is { } total && _seen.Count >= total;

        public bool IsComplete => ReachedEnd && Gaps.Count == 0 && !_hasShrunk && (Total is null || HasAll);

        /// <returns>How many were new in this walk.</returns>
        public int Add(Page page, Dictionary<Guid, EventHeader> into)
        {
            // An event that went from an earlier page pulls one of a later page over the edge, unseen.
            _hasShrunk |= page.Total < Total;
            Total = page.Total ?? Total;
            var before = _seen.Count;
            foreach (var (header, isMatch) in page.Headers)
            {
                _seen.Add(header.Uuid);
                if (isMatch) into[header.Uuid] = header;
            }
            return _seen.Count - before;
        }
    }
}
