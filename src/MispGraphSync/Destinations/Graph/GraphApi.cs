using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Graph;
using Microsoft.Kiota.Http.HttpClientLibrary.Middleware;
using MispGraphSync.Http;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations.Graph;

/// <summary>The calls of Graph's beta tiIndicators ("tiIndicator methods"), over the Graph library's own transport.</summary>
internal sealed class GraphApi : IDisposable
{
    private const string Indicators = "security/tiIndicators";

    // Without a size, the list of a big tenant fails.
    private const string FirstPage = Indicators + "?$top=100";

    // Ten million indicators if each page holds 100.
    private const int MaxPages = 100_000;
    private const int MaxEmptyPages = 20;

    private readonly GraphProduct _product;
    private readonly DestinationClient _client;

    /// <param name="endpoint">An origin.</param>
    public GraphApi(DestinationSettings settings, GraphProduct product, Uri endpoint, Transport transport, ITokenSource tokens)
    {
        _product = product;
        _client = new DestinationClient(
            "Graph", settings, endpoint, transport, tokens, GraphFailures.Of, "beta/", library: LibraryHandlers());
    }

    /// <summary>Lists one indicator at most: whether the API is there, and lets us in.</summary>
    public async Task CheckAsync(CancellationToken ct)
    {
        using var call = await _client.SendAsync("check", HttpMethod.Get, Indicators + "?$top=1", null, ct).ConfigureAwait(false);
        _client.Read(call, response => GraphPage.Read(response, _product));
    }

    /// <summary>A plain create: sent twice, it creates twice.</summary>
    public Task<StepOutcome[]> SubmitAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct) =>
        SendAsync("submit", "submitTiIndicators", steps, ct);

    public Task<StepOutcome[]> UpdateAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct) =>
        SendAsync("update", "updateTiIndicators", steps, ct);

    /// <summary>By the service's ids; by our keys where it never named one.</summary>
    public async Task<StepOutcome[]> DeleteAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        var haveIds = steps.All(step => step.Id is not null);
        string[] names = [.. steps.Select(step => haveIds ? step.Id! : step.Key.ToString("D"))];
        using var call =
            await DeleteAsync("delete", haveIds ? "deleteTiIndicators" : "deleteTiIndicatorsByExternalId", names, ct).ConfigureAwait(false);
        return OutcomesOf(call, results => GraphOutcomes.OfResults(results, names));
    }

    /// <summary>Deletes by our keys, and finds the rest in the list.</summary>
    public async Task<ReconcileResult> ReconcileAsync(IReadOnlyList<Guid> keys, CancellationToken ct)
    {
        var open = keys.ToHashSet();
        foreach (var batch in keys.Chunk(GraphKind.MaxItems))
        {
            string[] names = [.. batch.Select(key => key.ToString("D"))];
            using var call = await DeleteAsync("reconcile", "deleteTiIndicatorsByExternalId", names, ct).ConfigureAwait(false);
            // Where the call is missing or refused, the list still says.
            if (IsRefused(call)) break;
            var outcomes = OutcomesOf(call, results => GraphOutcomes.OfResults(results, names));
            if (!call.IsSuccess) throw _client.NoUsableResponse(call);
            for (var i = 0; i < batch.Length; i++)
            {
                if (outcomes[i] is StepOutcome.Accepted) open.Remove(batch[i]);
            }
        }

        var existing = new Dictionary<Guid, string>();
        if (open.Count == 0) return ReconcileResult.None;
        await foreach (var indicator in ReadAsync(ct).ConfigureAwait(false))
        {
            if (indicator is { Key: { } key, Id: { } id } && open.Contains(key)) existing[key] = id;
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
            using var call = await ListAsync(next, ct).ConfigureAwait(false);
            var page = _client.Read(call, response => GraphPage.Read(response, _product));
            foreach (var indicator in page.Indicators) yield return indicator;
            if (page.Next is null) yield break;
            next = _client.Follow(page.Next);
            empty = page.IsEmpty ? empty + 1 : 0;
            if (!seen.Add(next)) throw Endless("repeats a page");
        }
        while (seen.Count < MaxPages && empty < MaxEmptyPages);
        throw Endless($"does not end: {seen.Count} pages, the last {empty} of them empty, and more to come");
    }

    // The largest size that it accepts is not known, nor whether it accepts one.
    private async Task<ApiCall> ListAsync(Uri? next, CancellationToken ct)
    {
        if (next is not null) return await GetAsync(next.AbsoluteUri).ConfigureAwait(false);
        var call = await GetAsync(FirstPage).ConfigureAwait(false);
        if (call.Status != HttpStatusCode.BadRequest) return call;
        call.Dispose();
        return await GetAsync(Indicators).ConfigureAwait(false);

        Task<ApiCall> GetAsync(string url) => _client.SendAsync("list", HttpMethod.Get, url, null, ct);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>
    /// Without the library's retries and redirects, which are ours to decide, and without the handler that rewrites
    /// parameter names: a next link is followed as it is.
    /// </summary>
    public static DelegatingHandler[] LibraryHandlers() =>
    [
        .. GraphClientFactory.CreateDefaultHandlers(new GraphClientOptions())
            .Where(handler => handler is not (RetryHandler or RedirectHandler or ParametersNameDecodingHandler)),
    ];

    /// <summary>A clear no to this one call, which another call may not get.</summary>
    private static bool IsRefused(ApiCall call) => call.Status is HttpStatusCode.NotImplemented
        || (int?)call.Status is >= 400 and < 500 and not (401 or 407 or 408 or 429);

    private static RunFailedException Endless(string how) => new(RunOutcome.Unreachable, $"Graph's list {how}.", "Run again.");

    private async Task<StepOutcome[]> SendAsync(string operation, string action, IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        using var call = await _client.SendAsync(
            operation, HttpMethod.Post, $"{Indicators}/{action}", DestinationClient.Body("{\"value\":["u8, steps), ct,
            steps.Count, isNonIdempotent: operation == "submit").ConfigureAwait(false);
        return OutcomesOf(call, elements => GraphOutcomes.OfEntities(elements, steps));
    }

    private Task<ApiCall> DeleteAsync(string operation, string action, IReadOnlyList<string> names, CancellationToken ct) =>
        _client.SendAsync(operation, HttpMethod.Post, $"{Indicators}/{action}", DestinationClient.Body("value", names), ct, names.Count);

    private StepOutcome[] OutcomesOf(ApiCall call, Func<List<GraphResult>, StepOutcome[]> read)
    {
        _client.ThrowIfFailed(call);
        if (call.IsSuccess && GraphResponse.Read(call.Response.Written) is { } elements) return _client.Record(call, read(elements));
        var outcomes = call is { Status: HttpStatusCode.NoContent, Operation: "delete" or "reconcile" }
            ? _client.Record(call, StepOutcome.Each(call.Items, new StepOutcome.Accepted(null)))
            : StepOutcome.Each(call.Items, DestinationClient.OutcomeOf(call));
        return outcomes;
    }
}
