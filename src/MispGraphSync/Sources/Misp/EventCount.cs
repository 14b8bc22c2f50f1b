using MispGraphSync.Core.Sync;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Reading;

namespace MispGraphSync.Sources.Misp;

/// <summary>How many events a search matches, by the server's count of them. One event's metadata is all that is fetched.</summary>
internal static class EventCount
{
    /// <summary>Null where the server does not count, or cannot evaluate the filter.</summary>
    /// <exception cref="MispException">There is no answer, or not a good one.</exception>
    public static async Task<int?> AskAsync(MispClient client, EventFilter search, CancellationToken ct)
    {
        using var answer = await client.SearchAsync(SearchBody.Metadata(search, limit: 1, page: 1), canShrink: false, ct);
        using var reader = new MispJsonReader(answer.Body, index => StableKey.From($"{client.Server}\n{index}"), skipItems: true);
        var listed = 0;
        await foreach (var _ in reader.ReadAsync(ct)) listed++;
        if (!reader.SawEventList) throw client.Faults.OfStrangeAnswer();
        if (search.Conditions.Any(c => c.Key.IsEvaluatedHere)) return null;
        return answer.Total ?? (listed == 0 ? 0 : null);
    }
}
