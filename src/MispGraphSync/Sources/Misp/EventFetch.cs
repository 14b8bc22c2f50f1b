using System.Runtime.CompilerServices;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Json;
using Serilog;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// Fetches events in full, some in one request by their ids, without galaxies unless an event has a custom cluster. What
/// the server fails on is asked for in smaller portions. An event that fails alone is asked for without galaxies, then in
/// pieces; when that fails too, or an event does not come, it is a gap.
/// </summary>
internal sealed class EventFetch(
    MispClient client, int pageSize, bool warninglistHits, Action<string> gap, TimeProvider time, ILogger log)
{
    /// <summary>Events in a row; a server that fails so often fails on everything.</summary>
    private const int MostFailures = 3;

    /// <summary>In one answer; a few may have come with what was asked for, an endless number is none of MISP's.</summary>
    private const int MostUnasked = 1_000;

    private readonly AdaptivePageSize _size = new(pageSize);
    private readonly Stack<(EventHeader Event, Form Form)> _waiting = [];
    private int _read;
    private int _failures;

    /// <summary>What is asked for of an event.</summary>
    private enum Form
    {
        Plain,
        WithGalaxies,
        WithoutGalaxies,
        InPieces,
    }

    /// <summary>Why MISP could not give events in one answer that were read in pieces, one sentence each.</summary>
    public List<string> Workarounds { get; } = [];

    /// <exception cref="MispException">The server fails on everything; what was read until then may be used.</exception>
    public async IAsyncEnumerable<ReadEvent> ReadAsync(
        IReadOnlyCollection<EventHeader> events, [EnumeratorCancellation] CancellationToken ct)
    {
        var withGalaxies = new List<EventHeader>();
        Push(events, Form.Plain);
        while (_waiting.Count > 0)
        {
            var (portion, form) = Take();
            MispException? failure = null;
            await using var answer = ReadPortionAsync([.. portion.Values], form, portion, ct).GetAsyncEnumerator(ct);
            while (true)
            {
                try
                {
                    if (!await answer.MoveNextAsync()) break;
                }
                catch (MispException e)
                {
                    failure = e;
                    break;
                }
                // Anything that was not asked for, or came already, is ignored.
                if (!portion.Remove(answer.Current.Event.Uuid, out var header)) continue;
                if (form is Form.Plain && CustomCluster.IsIn(answer.Current))
                {
                    withGalaxies.Add(header);
                    continue;
                }
                _read++;
                yield return answer.Current;
            }

            if (failure is null || (failure.Kind is MispErrorKind.ResponseFailed && portion.Count == 0))
            {
                _failures = 0;
                if (form is Form.InPieces) _size.FoundCause();
                else _size.Succeeded();
                ReportMissing(portion);
            }
            else if (await FaultAsync(failure, ct) is { } fault)
            {
                if (_read > 0) gap($"{_waiting.Count + portion.Count + withGalaxies.Count} events were not read.");
                throw fault;
            }
            else
            {
                Retry(portion.Values, form, failure);
            }
            if (_waiting.Count == 0)
            {
                Push(withGalaxies, Form.WithGalaxies);
                withGalaxies.Clear();
            }
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

    /// <returns>Null when the server answers other requests, so that a smaller portion is worth a try.</returns>
    private async Task<MispException?> FaultAsync(MispException failure, CancellationToken ct)
    {
        if (failure.Kind is not MispErrorKind.ResponseFailed || _failures >= MostFailures) return failure;
        return await EventProbe.FindOutageAsync(client, ct);
    }

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
        Workarounds.Add($"Event {alone.Uuid} could not be read in one answer. {failure.Message}");
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
            using var pieces = new EventPieces(client, warninglistHits);
            yield return await pieces.ReadAsync(events[0], ct);
            log.Information("MISP fetch in pieces: 1 event in {Elapsed} ms", (long)time.GetElapsedTime(started).TotalMilliseconds);
            yield break;
        }

        var body = SearchBody.Full(events, warninglistHits, galaxies: form is Form.WithGalaxies);
        using var answer = await client.SearchAsync(body, canShrink: true, ct);
        using var reader = new MispJsonReader(answer.Body, index => StableId.From($"{client.Server}\n{index}"));
        await using var items = reader.ReadAsync(ct).GetAsyncEnumerator(ct);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync()) break;
            }
            catch (Exception e) when (MispClient.IsBrokenResponse(e))
            {
                throw client.Errors.OfReading(e);
            }
            if (reader.Events > events.Length + MostUnasked) throw client.Errors.OfStrangeAnswer();
            if (items.Current.Fault is { } fault)
            {
                if (missing.Remove(items.Current.Event.Uuid)) gap($"Event {items.Current.Event.Uuid} cannot be read: its {fault}.");
            }
            // An event without its attributes must not pass for one that was emptied.
            else if (items.Current.HasItems)
            {
                yield return new ReadEvent(items.Current.Event, items.Current.Items, answer.ServerTime);
            }
        }
        if (!reader.SawEventList) throw client.Errors.OfStrangeAnswer();
        log.Information(
            "MISP fetch: {Events} of {Asked} events in {Elapsed} ms",
            reader.Events, events.Length, (long)time.GetElapsedTime(started).TotalMilliseconds);
    }

    private void ReportMissing(Dictionary<Guid, EventHeader> missing)
    {
        if (missing.Count > 0)
        {
            gap($"MISP listed {missing.Count} events and did not give them: {string.Join(", ", missing.Keys.Take(5))}"
                + (missing.Count > 5 ? " …" : "."));
        }
    }
}
