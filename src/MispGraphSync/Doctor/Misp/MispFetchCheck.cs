using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;

namespace MispGraphSync.Doctor.Misp;

/// <summary>Whether the server gives an event in full, asked for by the very request that a push sends.</summary>
internal sealed class MispFetchCheck(MispContext misp) : ICheck
{
    /// <summary>A full event can take long, and has smaller requests after it when it fails.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private const string Remedy = "Look into MISP's logs (app/tmp/logs/error.log, PHP's log); PHP's memory_limit and max_execution_time "
        + "must do for one event.";

    public string Name => "misp fetch";

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct) => misp.AskAsync(LookAsync, Patience);

    private async Task<IReadOnlyList<CheckResult>> LookAsync(MispClient client, CancellationToken ct)
    {
        var filter = misp.Filters.Filters.IsEmpty ? EventFilter.Everything : misp.Filters.Filters[0].Positive;
        var probe = await EventProbe.AskAsync(client, filter, ct).ConfigureAwait(false);
        if (probe.First is not { } header) return [CheckResult.Skipped("no event matches")];

        var gaps = new List<string>();
        var fetch = misp.Fetch(client, gaps.Add);
        await foreach (var read in fetch.ReadAsync([header], ct).ConfigureAwait(false)) return [Judge(read, fetch)];
        return [CheckResult.Failed(RunOutcome.Unreachable, gaps.FirstOrDefault() ?? $"Event {header.Uuid} did not come.", Remedy)];
    }

    private static CheckResult Judge(ReadEvent read, EventFetch fetch)
    {
        var attributes = read.Items.Sum(item => item is EventItem.Object one ? one.Value.Attributes.Count : 1);
        return fetch.Workarounds.Count == 0
            ? CheckResult.Ok($"event {read.Event.Uuid} came in full, with {attributes:N0} attributes")
            : CheckResult.Warning($"{fetch.Workarounds[0]} It came in pieces, which takes many more requests.", Remedy);
    }
}
