using System.Runtime.CompilerServices;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Destinations.Defender;

/// <summary>
/// Walks the list to its end. Its order is not documented and a walk is no snapshot, so what comes twice is given once.
/// </summary>
internal sealed class DefenderList(DefenderApi api, DefenderService service, DefenderOwner owner)
{
    // A tenant holds 15,000: two pages. Far more pages are a list that leads nowhere.
    private const int MostPages = 100;

    public async IAsyncEnumerable<RemoteIndicator> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Uri? next = null;
        var read = 0;
        for (var page = 0; page < MostPages; page++)
        {
            var (indicators, link) = await ReadPageAsync(next, read, ct).ConfigureAwait(false);
            read += indicators.Count;
            foreach (var indicator in indicators)
            {
                if (indicator.Id is not { } id || seen.Add(id)) yield return indicator;
            }
            next = link;
            // Documented: the last page is shorter. A next link is not documented, and followed where there is one.
            if (link is null && indicators.Count < DefenderApi.PageSize) yield break;
        }
        throw new RunFailedException(RunOutcome.Unreachable, $"Defender's list has no end: {MostPages} pages and still more.", "Run again.");
    }

    private async Task<(List<RemoteIndicator> Indicators, Uri? Next)> ReadPageAsync(Uri? link, int skip, CancellationToken ct)
    {
        using var exchange = link is null ? await api.ListAsync(skip, ct).ConfigureAwait(false) : await api.ListAsync(link, ct).ConfigureAwait(false);
        if (DefenderPage.Read(service.Good(exchange), owner) is not var (indicators, next)) throw DefenderService.OutOfReach(exchange);
        exchange.RecordResult(0, 0);
        if (string.IsNullOrEmpty(next)) return (indicators, null);
        return Uri.TryCreate(exchange.SentUri, next, out var uri) ? (indicators, uri) : throw DefenderService.OutOfReach(exchange);
    }
}
