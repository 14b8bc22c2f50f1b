using System.Runtime.CompilerServices;
using MispGraphSync.Core.Sync;
using MispGraphSync.Sources.Reading;
using Serilog;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// Fetches events in full, some at a time by their ids. What the server breaks down over is asked for in smaller portions;
/// an event that fails alone, or does not come, is a gap, and the rest goes on.
/// </summary>
internal sealed class EventFetch(
    MispClient client, int pageSize, bool warninglistHits, Action<string> gap, TimeProvider time, ILogger log)
{
    /// <summary>In a row; a server that fails so often fails on everything.</summary>
    private const int MostFailures = 3;

    /// <summary>In one answer; a few may have come with what was asked for, an endless number is none of MISP's.</summary>
    private const int MostUnasked = 1_000;

    /// <exception cref="MispException">Not one event could be read.</exception>
    public async IAsyncEnumerable<ReadEvent> ReadAsync(
        IReadOnlyCollection<EventHeader> events, [EnumeratorCancellation] CancellationToken ct)
    {
        var waiting = new Stack<EventHeader>(events.Reverse());
        var size = new PortionSize(pageSize);
        var (read, failures) = (0, 0);
        while (waiting.Count > 0)
        {
            var portion = new Dictionary<Guid, EventHeader>();
            while (portion.Count < size.Value && waiting.TryPop(out var next))
            {
                portion[next.Uuid] = next;
            }

            MispException? failure = null;
            await using var answer = ReadPortionAsync(portion.Values.ToArray(), portion, ct).GetAsyncEnumerator(ct);
            while (true)
            {
                try
                {
                    if (!await answer.MoveNextAsync())
                    {
                        break;
                    }
                }
                catch (MispException e)
                {
                    failure = e;
                    break;
                }
                // Anything that was not asked for, or came already, is left aside.
                if (portion.Remove(answer.Current.Event.Uuid))
                {
                    read++;
                    yield return answer.Current;
                }
            }

            if (failure is null || (failure.Trouble is MispTrouble.AnswerFailed && portion.Count == 0))
            {
                failures = 0;
                size.Succeeded();
                ReportMissing(portion);
                continue;
            }
            if (failure.Trouble is MispTrouble.AnswerFailed && size.CanShrink)
            {
                size.Shrink();
                log.Warning("MISP: {Failure} Fetching {Size} events at a time from here", failure.Message, size.Value);
                PutBack(portion, waiting);
                continue;
            }
            if (failure.Trouble is MispTrouble.AnswerFailed && ++failures < MostFailures)
            {
                gap($"Event {string.Join(", ", portion.Keys)} could not be read. {failure.Message}");
                continue;
            }
            if (read == 0)
            {
                throw failure;
            }
            gap($"{waiting.Count + portion.Count} events were not read. {failure.Message}");
            yield break;
        }
    }

    private async IAsyncEnumerable<ReadEvent> ReadPortionAsync(
        EventHeader[] events, Dictionary<Guid, EventHeader> missing, [EnumeratorCancellation] CancellationToken ct)
    {
        var started = time.GetTimestamp();
        using var answer = await client.SearchAsync(SearchBody.Full(events, warninglistHits), events.Length > 1, ct);
        using var reader = new MispJsonReader(answer.Body, index => StableKey.From($"{client.Server}\n{index}"));
        await using var items = reader.ReadAsync(ct).GetAsyncEnumerator(ct);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync())
                {
                    break;
                }
            }
            catch (Exception e) when (MispClient.IsBrokenAnswer(e))
            {
                throw client.Faults.OfReading(e);
            }
            if (reader.Events > events.Length + MostUnasked)
            {
                throw client.Faults.OfStrangeAnswer();
            }
            if (items.Current.Fault is { } fault)
            {
                if (missing.Remove(items.Current.Event.Uuid))
                {
                    gap($"Event {items.Current.Event.Uuid} cannot be read: its {fault}.");
                }
                continue;
            }
            // Search defaults stored for the key's owner may ask for metadata only: that must not pass for an emptied event.
            if (!items.Current.IsSummary)
            {
                yield return new ReadEvent(items.Current.Event, items.Current.Items, answer.ServerTime);
            }
        }
        if (!reader.SawEventList)
        {
            throw client.Faults.OfStrangeAnswer();
        }
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

    private static void PutBack(Dictionary<Guid, EventHeader> portion, Stack<EventHeader> waiting)
    {
        foreach (var header in portion.Values.Reverse())
        {
            waiting.Push(header);
        }
    }
}
