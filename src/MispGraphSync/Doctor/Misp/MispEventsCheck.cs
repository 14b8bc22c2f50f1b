using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;

namespace MispGraphSync.Doctor.Misp;

/// <summary>How many events the filters match, by the server's own count.</summary>
internal sealed class MispEventsCheck(MispContext misp) : ICheck
{
    public string Name => "misp events";

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct) => misp.AskAsync(LookAsync);

    private async Task<IReadOnlyList<CheckResult>> LookAsync(MispClient client, CancellationToken ct)
    {
        var filters = misp.Filters.Filters;
        var counts = new List<int?>();
        foreach (var filter in filters.IsEmpty ? [EventFilter.Everything] : filters.ToArray())
        {
            counts.Add((await EventProbe.AskAsync(client, filter.Positive, ct).ConfigureAwait(false)).Total);
        }

        if (counts.Contains(null)) return [CheckResult.Ok("the server lists events, and does not count them")];
        if (counts.Contains(0)) return [await NoneAsync(client, ct).ConfigureAwait(false)];
        var least = counts.Min()!.Value;
        var isExact = filters.Length <= 1 && !filters.Any(filter => filter.Subtracted.Any());
        return [CheckResult.Ok(isExact ? $"{Count(least)} match" : $"at most {Count(least)} match: by filter {string.Join(", ", counts.Select(count => $"{count:N0}"))}, before exclusions")];
    }

    private static async Task<CheckResult> NoneAsync(MispClient client, CancellationToken ct)
    {
        var seen = await EventProbe.AskAsync(client, EventFilter.Everything, ct).ConfigureAwait(false);
        return seen.Total > 0
            ? CheckResult.Warning(
                $"No event matches misp.eventFilters, of {seen.Total:N0} that the key sees.",
                "Widen the filters: an event must match every filter, and every key of one (docs/filters.md).")
            : CheckResult.Warning(
                "The key sees no event at all.",
                "Look at the distribution of the events, and at the organisation of the key's user: it sees what is shared with it.");
    }

    private static string Count(int events) => events == 1 ? "1 event" : $"{events:N0} events";
}
