using System.Net;
using System.Runtime.CompilerServices;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Graph;

/// <summary>Makes the calls of one destination and judges the answers.</summary>
internal sealed class GraphService(GraphApi api, GraphProduct product) : IDisposable
{
    // Five million indicators at the least that a page holds; and a list that only leads on gives nothing.
    private const int MostPages = 100_000;
    private const int MostEmptyPages = 20;

    private volatile bool _hasAnswered;

    public async Task PrepareAsync(CancellationToken ct)
    {
        using var exchange = await api.CheckAsync(ct).ConfigureAwait(false);
        ThrowIfHopeless(exchange);
        if (!exchange.IsSuccess || GraphPage.Read(exchange.Response.Written, product) is null) throw OutOfReach(exchange);
        exchange.RecordResult(0, 0);
        _hasAnswered = true;
    }

    public async Task<IReadOnlyList<StepOutcome>> SubmitAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        using var exchange = await api.SubmitAsync(steps, ct).ConfigureAwait(false);
        return Judge(exchange, elements => GraphOutcomes.OfEntities(elements, steps));
    }

    public async Task<IReadOnlyList<StepOutcome>> UpdateAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        using var exchange = await api.UpdateAsync(steps, ct).ConfigureAwait(false);
        return Judge(exchange, elements => GraphOutcomes.OfEntities(elements, steps));
    }

    /// <summary>By the service's ids; by our keys where it never told one.</summary>
    public async Task<IReadOnlyList<StepOutcome>> DeleteAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        var haveIds = steps.All(s => s.Id is not null);
        string[] names = [.. steps.Select(s => haveIds ? s.Id! : s.Key.ToString("D"))];
        using var exchange = haveIds
            ? await api.DeleteAsync(names, ct).ConfigureAwait(false)
            : await api.DeleteByExternalIdAsync("delete", names, ct).ConfigureAwait(false);
        return Judge(exchange, results => GraphOutcomes.OfResults(results, names));
    }

    public async Task<ReconcileResult> SettleAsync(IReadOnlyList<Guid> keys, CancellationToken ct)
    {
        var unsettled = keys.ToHashSet();
        foreach (var batch in keys.Chunk(GraphDestination.MostItems))
        {
            string[] names = [.. batch.Select(k => k.ToString("D"))];
            using var exchange = await api.DeleteByExternalIdAsync("settle", names, ct).ConfigureAwait(false);
            // Where the call is missing or refused, the list still tells.
            if (IsRefused(exchange)) break;
            var outcomes = Judge(exchange, results => GraphOutcomes.OfResults(results, names));
            if (!exchange.IsSuccess) throw OutOfReach(exchange);
            for (var i = 0; i < batch.Length; i++)
            {
                if (outcomes[i] is StepOutcome.Accepted) unsettled.Remove(batch[i]);
            }
        }
        if (unsettled.Count == 0) return ReconcileResult.None;
        var existing = new Dictionary<Guid, string>();
        await foreach (var indicator in ReadAsync(ct).ConfigureAwait(false))
        {
            if (indicator is { Key: { } key, Id: { } id } && unsettled.Contains(key)) existing[key] = id;
        }
        return new ReconcileResult(existing);
    }

    public async IAsyncEnumerable<RemoteIndicator> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var seen = new HashSet<Uri>();
        var empty = 0;
        Uri? next = null;
        do
        {
            var (indicators, link) = await ReadPageAsync(next, ct).ConfigureAwait(false);
            foreach (var indicator in indicators) yield return indicator;
            next = link;
            empty = indicators.Count == 0 ? empty + 1 : 0;
            if (next is null) yield break;
            if (!seen.Add(next)) throw Endless("leads in a circle: a next page comes again");
        }
        while (seen.Count < MostPages && empty < MostEmptyPages);
        throw Endless($"has no end: {seen.Count} pages, the last {empty} of them empty, and still more");
    }

    public void Dispose() => api.Dispose();

    /// <summary>A clear no to this one call, which another call may not get.</summary>
    private static bool IsRefused(ApiCall exchange) => exchange.Status is HttpStatusCode.NotImplemented
        || (int?)exchange.Status is >= 400 and < 500 and not (401 or 407 or 408 or 429);

    private static RunFailedException Endless(string how) => new(RunOutcome.Unreachable, $"Graph's list {how}.", "Run again.");

    private static RunFailedException OutOfReach(ApiCall exchange) => new(
        RunOutcome.Unreachable, $"Graph gives no usable answer ({exchange.Operation}). {ServiceUnavailable.Describe(exchange)}",
        "Run again later; check the destination's endpoint and the proxy.", exchange.Failure);

    private async Task<(List<RemoteIndicator> Indicators, Uri? Next)> ReadPageAsync(Uri? page, CancellationToken ct)
    {
        using var exchange = await api.ListAsync(page, ct).ConfigureAwait(false);
        ThrowIfHopeless(exchange);
        if (!exchange.IsSuccess || GraphPage.Read(exchange.Response.Written, product) is not var (indicators, link)) throw OutOfReach(exchange);
        exchange.RecordResult(0, 0);
        _hasAnswered = true;
        if (link is null) return (indicators, null);
        return Uri.TryCreate(exchange.SentUri, link, out var next) ? (indicators, next) : throw OutOfReach(exchange);
    }

    private StepOutcome[] Judge(ApiCall exchange, Func<List<GraphResult>, StepOutcome[]> read)
    {
        ThrowIfHopeless(exchange);
        if (exchange.IsSuccess && GraphResponse.Read(exchange.Response.Written.Span) is { } elements)
        {
            var outcomes = read(elements);
            _hasAnswered = true;
            exchange.RecordResult(outcomes.Count(o => o is StepOutcome.Accepted), outcomes.Count(o => o is StepOutcome.Rejected));
            return outcomes;
        }
        if (exchange.Status == HttpStatusCode.NoContent && exchange.Operation is "delete" or "settle")
        {
            exchange.RecordResult(exchange.Items, 0);
            return Each(exchange, new StepOutcome.Accepted(null));
        }
        var why = ServiceUnavailable.Describe(exchange);
        if ((int?)exchange.Status is >= 400 and < 500 and not 408) return Each(exchange, CapacityError.ToRejection(why, wholeBatch: true));
        return Each(exchange, new StepOutcome.Unknown(why));
    }

    private static StepOutcome[] Each(ApiCall exchange, StepOutcome outcome)
    {
        var outcomes = new StepOutcome[exchange.Items];
        Array.Fill(outcomes, outcome);
        return outcomes;
    }

    private void ThrowIfHopeless(ApiCall exchange)
    {
        if (GraphFailures.Of(exchange, _hasAnswered) is { } failure) throw failure;
    }
}
