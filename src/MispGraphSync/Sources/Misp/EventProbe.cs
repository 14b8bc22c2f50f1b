using MispGraphSync.Sources.Filters;

namespace MispGraphSync.Sources.Misp;

/// <summary>The smallest search: one event's metadata, with the server's count of all that match.</summary>
/// <param name="Total">Null if the server does not count, or cannot evaluate the filter.</param>
internal sealed record EventProbe(int? Total, EventHeader? First)
{
    public static async Task<EventProbe> AskAsync(MispClient client, EventFilter filter, CancellationToken ct)
    {
        using var search = await client.SearchEventsAsync(
            SearchBody.Metadata(filter, limit: 1, page: 1), canShrink: false, skipItems: true, ct);
        EventHeader? first = null;
        await foreach (var item in search.ReadAsync(ct)) first ??= EventHeader.Of(item.Event);
        return new EventProbe(filter.IsEvaluatedHere ? null : search.Total ?? (first is null ? 0 : null), first);
    }

    /// <summary>After a failed search: whether the server answers at all. A short outage is waited out here.</summary>
    /// <returns>Null if it answers, so that the failure is due to the search itself.</returns>
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
