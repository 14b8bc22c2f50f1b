using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Json;

namespace MispGraphSync.Sources.Misp;

/// <summary>The smallest search: one event's metadata, with the server's count of all that match.</summary>
/// <param name="Total">Null where the server does not count, or cannot evaluate the filter.</param>
/// <param name="First">Null when no event is listed.</param>
internal sealed record EventProbe(int? Total, EventHeader? First)
{
    /// <exception cref="MispException">There is no answer, or not a good one.</exception>
    public static async Task<EventProbe> AskAsync(MispClient client, EventFilter search, CancellationToken ct)
    {
        using var answer = await client.SearchAsync(SearchBody.Metadata(search, limit: 1, page: 1), canShrink: false, ct);
        using var reader = new MispJsonReader(answer.Body, index => StableId.From($"{client.Server}\n{index}"), skipItems: true);
        EventHeader? first = null;
        try
        {
            await foreach (var item in reader.ReadAsync(ct))
            {
                first ??= EventHeader.Of(item.Event);
            }
        }
        catch (Exception e) when (MispClient.IsBrokenResponse(e))
        {
            throw client.Errors.OfReading(e);
        }
        if (!reader.SawEventList) throw client.Errors.OfStrangeAnswer();
        if (search.Conditions.Any(c => c.Key.IsEvaluatedHere)) return new EventProbe(null, first);
        return new EventProbe(answer.Total ?? (first is null ? 0 : null), first);
    }

    /// <summary>
    /// After a search failed: whether the server answers at all. A short outage is waited out here, so that nothing else
    /// has to be repeated.
    /// </summary>
    /// <returns>Null when it answers, so that the search itself is what it fails on.</returns>
    public static async Task<MispException?> FindOutageAsync(MispClient client, CancellationToken ct)
    {
        try
        {
            await AskAsync(client, EventFilter.Everything, ct);
            return null;
        }
        catch (MispException e)
        {
            return e;
        }
    }
}
