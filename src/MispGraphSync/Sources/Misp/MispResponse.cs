using System.Globalization;
using System.Runtime.CompilerServices;
using MispGraphSync.Sources.Json;

namespace MispGraphSync.Sources.Misp;

/// <summary>A response whose headers have arrived; its body is still to be read.</summary>
internal sealed class MispResponse(HttpResponseMessage response, Stream body, DateTimeOffset received) : IDisposable
{
    public Stream Body => body;

    /// <summary>By the server's clock; by ours if it sends no date.</summary>
    public DateTimeOffset ServerTime => response.Headers.Date ?? received;

    /// <summary>How many events match, over all pages; null if a proxy or an old server does not send it.</summary>
    public int? Total =>
        response.Headers.TryGetValues("X-Result-Count", out var values)
        && int.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var total)
            ? total
            : null;

    public void Dispose()
    {
        body.Dispose();
        response.Dispose();
    }
}

/// <summary>The response to an event search, read event by event while it arrives.</summary>
internal sealed class EventSearch(MispResponse response, MispErrors errors, bool skipItems) : IDisposable
{
    private readonly MispJsonReader _reader =
        new(response.Body, index => StableId.From($"{errors.Server}\n{index}"), skipItems);

    public DateTimeOffset ServerTime => response.ServerTime;
    public int? Total => response.Total;
    public int Events => _reader.Events;

    /// <summary>Entries of the list that are no event.</summary>
    public int NonEventEntries => _reader.NonEventEntries;

    /// <exception cref="MispException">The response breaks off, or is not a list of events.</exception>
    public async IAsyncEnumerable<MispJsonEvent> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await using var events = _reader.ReadAsync(ct).GetAsyncEnumerator(ct);
        while (await errors.AdvanceAsync(events)) yield return events.Current;
        if (!_reader.SawEventList) throw errors.NotMisp();
    }

    public void Dispose()
    {
        _reader.Dispose();
        response.Dispose();
    }
}
