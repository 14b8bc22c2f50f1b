using System.Runtime.CompilerServices;
using Serilog;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// Fetches events in full, several in one request by their ids, without galaxies unless an event has a custom cluster. If the server
/// fails, the requests become smaller. An event that fails alone is requested without galaxies, then in pieces; if that fails too,
/// or the event is not in the response, it is a gap.
/// </summary>
internal sealed class EventFetch(
    MispClient client, int pageSize, Action<string> gap, TimeProvider time, ILogger log,
    Func<string, bool>? isUnknownCluster = null)
{
    /// <summary>Events in a row; a server that fails so often fails on everything.</summary>
    private const int MaxFailures = 3;

    /// <summary>In one response; a few more events may come, but MISP never sends an endless number.</summary>
    private const int MaxUnrequested = 1_000;

    private readonly AdaptivePageSize _size = new(pageSize);
    private readonly Stack<(EventHeader Event, Form Form)> _waiting = [];
    private readonly HashSet<string> _clusters = new(StringComparer.OrdinalIgnoreCase);
    private int _read;
    private int _failures;

    private enum Form
    {
        Plain, WithGalaxies, WithoutGalaxies, InPieces,
    }

    /// <summary>Why MISP could not send events in one response that were read in pieces, one sentence each.</summary>
    public List<string> Workarounds { get; } = [];

    /// <exception cref="MispException">The server fails on everything; the events before that may be used.</exception>
    public async IAsyncEnumerable<ReadEvent> ReadAsync(
        IReadOnlyCollection<EventHeader> events, [EnumeratorCancellation] CancellationToken ct)
    {
        var withGalaxies = new List<EventHeader>();
        Push(events, Form.Plain);
        while (_waiting.Count > 0)
        {
            var (portion, form) = Take();
            MispException? failure = null;
            await using var answers = ReadPortionAsync([.. portion.Values], form, portion, ct).GetAsyncEnumerator(ct);
            while (true)
            {
                try
                {
                    if (!await answers.MoveNextAsync()) break;
                }
                catch (MispException e)
                {
                    failure = e;
                    break;
                }
                // An event that was not requested, or came already, is ignored.
                if (!portion.Remove(answers.Current.Event.Uuid, out var header)) continue;
                if (form is Form.Plain && NeedsGalaxies(answers.Current))
                {
                    withGalaxies.Add(header);
                    continue;
                }
                _read++;
                yield return answers.Current;
            }

            if (failure is null || (failure.Kind is MispErrorKind.ResponseFailed && portion.Count == 0))
            {
                _failures = 0;
                if (form is Form.InPieces) _size.FoundCause();
                else _size.Succeeded();
                ReportMissing(portion.Keys);
            }
            else if (await FindOutageAsync(failure, ct) is { } outage)
            {
                if (_read > 0) gap($"{_waiting.Count + portion.Count + withGalaxies.Count} events were not read.");
                throw outage;
            }
            else Retry(portion.Values, form, failure);

            // Not all at the end: a read that is stopped would lose them, in each run.
            if (_waiting.Count > 0 && withGalaxies.Count < pageSize) continue;
            Push(withGalaxies, Form.WithGalaxies);
            withGalaxies.Clear();
        }
    }

    private (Dictionary<Guid, EventHeader> Portion, Form Form) Take()
    {
        var portion = new Dictionary<Guid, EventHeader>();
        var form = _waiting.Peek().Form;
        var most = form is Form.InPieces ? 1 : _size.Value;
        while (portion.Count < most && _waiting.TryPeek(out var next) && next.Form == form)
        {
            _waiting.Pop();
            portion[next.Event.Uuid] = next.Event;
        }
        return (portion, form);
    }

    private void Push(IEnumerable<EventHeader> events, Form form)
    {
        foreach (var header in events.Reverse()) _waiting.Push((header, form));
    }

    /// <returns>Null if the server answers other requests, so that a smaller portion may succeed.</returns>
    private async Task<MispException?> FindOutageAsync(MispException failure, CancellationToken ct) =>
        failure.Kind is not MispErrorKind.ResponseFailed || _failures >= MaxFailures
            ? failure
            : await EventProbe.FindOutageAsync(client, ct);

    private void Retry(IReadOnlyCollection<EventHeader> portion, Form form, MispException failure)
    {
        if (portion.Count > 1)
        {
            _size.Shrink();
            log.Warning("MISP: {Failure} Fetching {Size} events in one request from here", failure.Message, _size.Value);
            Push(portion, form);
            return;
        }

        var alone = portion.Single();
        if (form is Form.InPieces)
        {
            _failures++;
            gap($"Event {alone.Uuid} could not be read. {failure.Message}");
            return;
        }
        var next = form is Form.WithGalaxies ? Form.WithoutGalaxies : Form.InPieces;
        Workarounds.Add($"Event {alone.Uuid} could not be read in one response. {failure.Message}");
        log.Warning(
            "MISP: {Failure} Fetching event {Event} {Form}",
            failure.Message, alone.Uuid, next is Form.InPieces ? "in pieces" : "without galaxies");
        Push(portion, next);
    }

    private async IAsyncEnumerable<ReadEvent> ReadPortionAsync(
        EventHeader[] events, Form form, Dictionary<Guid, EventHeader> missing, [EnumeratorCancellation] CancellationToken ct)
    {
        var started = time.GetTimestamp();
        if (form is Form.InPieces)
        {
            using var pieces = new EventPieces(client, events[0]);
            yield return await pieces.ReadAsync(ct);
            log.Information("MISP fetch in pieces: 1 event in {Elapsed} ms", (long)time.GetElapsedTime(started).TotalMilliseconds);
            yield break;
        }

        var body = SearchBody.Full(events, galaxies: form is Form.WithGalaxies);
        using var search = await client.SearchEventsAsync(body, canShrink: true, skipItems: false, ct);
        await foreach (var item in search.ReadAsync(ct))
        {
            if (search.Events > events.Length + MaxUnrequested) throw client.Errors.NotMisp();
            if (item.Fault is { } fault)
            {
                if (missing.Remove(item.Event.Uuid)) gap($"Event {item.Event.Uuid} cannot be read: its {fault}.");
            }
            // An event without its attributes must not look like an empty one.
            else if (item.HasItems) yield return new ReadEvent(item.Event, item.Items, search.ServerTime);
        }
        log.Information(
            "MISP fetch: {Events} of {Asked} events in {Elapsed} ms",
            search.Events, events.Length, (long)time.GetElapsedTime(started).TotalMilliseconds);
    }

    private void ReportMissing(IReadOnlyCollection<Guid> missing)
    {
        if (missing.Count == 0) return;
        gap($"MISP listed {missing.Count} events and did not give them: {string.Join(", ", missing.Take(5))}"
            + (missing.Count > 5 ? " …" : "."));
    }

    /// <summary>
    /// The tag of a custom cluster contains a UUID; its name is only in the galaxies, which can be 40 times the rest of an event. A
    /// local tag's cluster is never sent, so its name is not needed. An unknown cluster that is asked for comes with one event.
    /// </summary>
    private bool NeedsGalaxies(ReadEvent read)
    {
        var tags = read.Event.Tags.Concat(read.Items.SelectMany(item => item switch
        {
            EventItem.Attribute attribute => attribute.Value.Tags,
            EventItem.Object one => one.Value.Attributes.SelectMany(attribute => attribute.Tags),
            _ => [],
        }));
        if (isUnknownCluster is null) return tags.Any(IsCustom);
        var needs = false;
        foreach (var tag in tags) needs |= IsCustom(tag) | (isUnknownCluster(tag.Name) && _clusters.Add(tag.Name));
        return needs;

        static bool IsCustom(MispTag tag) => !tag.IsLocal && MispTag.IsOfCustomCluster(tag.Name);
    }
}
