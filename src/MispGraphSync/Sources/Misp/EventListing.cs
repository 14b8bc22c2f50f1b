using MispGraphSync.Sources.Filters;
using Serilog;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// Lists the events that one search matches, page by page, and proves that the list is complete: as many distinct UUIDs as the
/// server counts, or, if it does not count, pages up to an empty one. Each page is a query of its own, so events that disappear
/// meanwhile shift later pages: then the list is read again.
/// </summary>
/// <param name="maxEvents">More than any server has: a longer list is taken to be endless.</param>
internal sealed class EventListing(MispClient client, int pageSize, TimeProvider time, ILogger log, int maxEvents = 5_000_000)
{
    /// <summary>In a row; a server that fails so often fails on everything.</summary>
    private const int MaxFailures = 3;

    /// <returns>Why the list is not complete, one sentence each; none for a complete one.</returns>
    /// <exception cref="MispException">Not one event could be read.</exception>
    public async Task<IReadOnlyList<string>> ReadAsync(
        EventFilter filter, Dictionary<Guid, EventHeader> into, CancellationToken ct)
    {
        var first = await ReadPagesAsync(filter, into, ct);
        if (first.IsComplete || first.Gaps.Count > 0) return first.Gaps;
        log.Information("MISP's events changed during the listing; listing them again");
        var second = await ReadPagesAsync(filter, into, ct);
        return second.IsComplete || second.Gaps.Count > 0
            ? second.Gaps
            : [$"MISP counts {second.Total} matching events and listed {second.Seen}, twice."];
    }

    private async Task<Progress> ReadPagesAsync(EventFilter filter, Dictionary<Guid, EventHeader> into, CancellationToken ct)
    {
        var progress = new Progress();
        var size = new AdaptivePageSize(pageSize);
        var failures = 0;
        for (var position = 0; ;)
        {
            var number = position / size.Value;
            Page page;
            try
            {
                page = await ReadPageAsync(filter, size, number + 1, ct);
                failures = 0;
            }
            catch (MispException e)
            {
                var outage = e.Kind is MispErrorKind.ResponseFailed ? await EventProbe.FindOutageAsync(client, ct) : e;
                if (outage is null && size.CanShrink)
                {
                    size.Shrink();
                    log.Warning("MISP: {Failure} Listing {Size} events in one request from here", e.Message, size.Value);
                    continue;
                }
                if (outage is null && ++failures < MaxFailures)
                {
                    progress.Gaps.Add($"An event (number {position + 1} of the list) could not be listed. {e.Message}");
                    size.FoundCause();
                    position++;
                    continue;
                }
                if (into.Count == 0 && progress.Seen == 0) throw outage ?? e;
                return progress.EndWith($"The list of events ends early, after {progress.Seen}. {(outage ?? e).Message}");
            }

            var added = progress.Add(page, into);
            if (page.Unreadable > 0)
                progress.Gaps.Add($"{page.Unreadable} entries of MISP's list of events hold no event, or one whose UUID cannot be read.");
            position = (number + 1) * page.Size;
            if (page.Headers.Count == 0 || progress.HasAll) return progress.End();
            if (progress.Seen > maxEvents) return progress.EndWith($"MISP's list of events has no end: more than {maxEvents:N0}.");
            if (added == 0) return progress.EndWith("MISP answers the same page of events again and again.");
            if (position >= progress.Total) return progress.End();
        }
    }

    private async Task<Page> ReadPageAsync(EventFilter filter, AdaptivePageSize size, int number, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var asked = size.Value;
        using var search = await client.SearchEventsAsync(
            SearchBody.Metadata(filter, asked, number), size.CanShrink, skipItems: true, ct);
        var headers = new List<(EventHeader Header, bool IsMatch)>();
        var nameless = 0;
        await foreach (var item in search.ReadAsync(ct))
        {
            // It is unknown whether an unreadable event matches, so it stays.
            if (item.HasUuid) headers.Add((EventHeader.Of(item.Event), item.Fault is not null || filter.MatchesMetadata(item.Event)));
            else nameless++;
            if (headers.Count > maxEvents) break;
        }

        size.Succeeded();
        log.Information(
            "MISP list, page {Page} of {Size}: {Events} of {Total} events in {Elapsed} ms",
            number, asked, headers.Count, search.Total, (long)time.GetElapsedTime(started).TotalMilliseconds);
        return new Page(headers, search.NonEventEntries + nameless, search.Total, asked);
    }

    private sealed record Page(IReadOnlyList<(EventHeader Header, bool IsMatch)> Headers, int Unreadable, int? Total, int Size);

    private sealed class Progress
    {
        private readonly HashSet<Guid> _seen = [];
        private bool _hasShrunk;
        private bool _reachedEnd;

        public List<string> Gaps { get; } = [];
        public int? Total { get; private set; }
        public int Seen => _seen.Count;
        public bool HasAll => Total is { } total && _seen.Count >= total;
        public bool IsComplete => _reachedEnd && Gaps.Count == 0 && !_hasShrunk && (Total is null || HasAll);

        /// <returns>How many were new.</returns>
        public int Add(Page page, Dictionary<Guid, EventHeader> into)
        {
            // An event that disappears from an earlier page moves one of a later page over the edge, unseen.
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

        public Progress End()
        {
            _reachedEnd = true;
            return this;
        }

        public Progress EndWith(string gap)
        {
            Gaps.Add(gap);
            return this;
        }
    }
}
