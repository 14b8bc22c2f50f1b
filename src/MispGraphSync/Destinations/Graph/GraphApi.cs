using System.Text.Json;
using Microsoft.Graph;
using Microsoft.Kiota.Http.HttpClientLibrary.Middleware;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Destinations.Graph;

/// <summary>The calls of Graph's beta tiIndicators ("tiIndicator methods"), over the Graph library's own transport.</summary>
internal sealed class GraphApi : IDisposable
{
    private const string Indicators = "security/tiIndicators";

    private readonly string _destination;
    private readonly ServiceClient _client;
    private readonly Pace _pace;

    /// <param name="endpoint">An origin.</param>
    public GraphApi(string destination, Uri endpoint, int requestsPerMinute, Transport transport, ITokenSource tokens)
    {
        _destination = destination;
        _pace = new Pace(requestsPerMinute, transport.Time);
        var handlers = ServiceHandlers.Create(transport, _pace, transport.RetryOptions, tokens, endpoint, [.. LibraryHandlers()]);
        var http = GraphClientFactory.Create(
            handlers, version: "beta", nationalCloud: GraphClientFactory.Global_Cloud, finalHandler: transport.Sockets, disposeHandler: false);
        http.BaseAddress = new Uri(endpoint, "beta/");
        _client = new ServiceClient(http);
    }

    /// <summary>One indicator at most: whether the API is there, and lets us in.</summary>
    public Task<ApiCall> CheckAsync(CancellationToken ct) => GetAsync("check", new Uri(Indicators + "?$top=1", UriKind.Relative), ct);

    /// <summary>One page of the list; null for the first.</summary>
    /// <exception cref="RunFailedException">OutOfReach: the next page is at another address.</exception>
    public Task<ApiCall> ListAsync(Uri? next, CancellationToken ct)
    {
        if (next is not null && !Origin.IsSame(next, _client.BaseAddress))
            throw new RunFailedException(
                RunOutcome.Unreachable, $"Graph's next page is at {next.Authority}, not at {_client.BaseAddress.Authority}; it is not followed.",
                "Check the destination's endpoint and the proxy.");
        return GetAsync("list", next ?? new Uri(Indicators, UriKind.Relative), ct);
    }

    /// <summary>A plain create: sent twice, it creates twice.</summary>
    public Task<ApiCall> SubmitAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct) =>
        PostAsync("submit", "submitTiIndicators", Items(steps), steps.Count, isPlainCreate: true, ct);

    public Task<ApiCall> UpdateAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct) =>
        PostAsync("update", "updateTiIndicators", Items(steps), steps.Count, isPlainCreate: false, ct);

    public Task<ApiCall> DeleteAsync(IReadOnlyList<string> ids, CancellationToken ct) =>
        PostAsync("delete", "deleteTiIndicators", Strings(ids), ids.Count, isPlainCreate: false, ct);

    /// <param name="operation">The word for lines and files: <c>delete</c> or <c>settle</c>.</param>
    public Task<ApiCall> DeleteByExternalIdAsync(string operation, IReadOnlyList<string> keys, CancellationToken ct) =>
        PostAsync(operation, "deleteTiIndicatorsByExternalId", Strings(keys), keys.Count, isPlainCreate: false, ct);

    public void Dispose()
    {
        _client.Dispose();
        _pace.Dispose();
    }

    /// <summary>
    /// Without the library's retries and redirects, which are ours to decide, and without the handler that rewrites
    /// parameter names: a next link is followed as it stands.
    /// </summary>
    private static IEnumerable<DelegatingHandler> LibraryHandlers() =>
        GraphClientFactory.CreateDefaultHandlers(new GraphClientOptions())
            .Where(h => h is not (RetryHandler or RedirectHandler or ParametersNameDecodingHandler));

    private static PooledBuffer Items(IReadOnlyList<PlanStep> steps)
    {
        var body = new PooledBuffer(64 * 1024);
        Write(body, "{\"value\":["u8);
        for (var i = 0; i < steps.Count; i++)
        {
            if (i > 0) Write(body, ","u8);
            Write(body, steps[i].Body.Span);
        }
        Write(body, "]}"u8);
        return body;
    }

    private static PooledBuffer Strings(IReadOnlyList<string> values)
    {
        var body = new PooledBuffer();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteStartArray("value"u8);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
        json.WriteEndObject();
        return body;
    }

    private static void Write(PooledBuffer body, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(body.GetSpan(bytes.Length));
        body.Advance(bytes.Length);
    }

    private Task<ApiCall> GetAsync(string operation, Uri uri, CancellationToken ct) => SendAsync(
        new ApiCall { Destination = _destination, Operation = operation, Method = HttpMethod.Get, Uri = uri }, ct);

    private Task<ApiCall> PostAsync(string operation, string action, PooledBuffer body, int items, bool isPlainCreate, CancellationToken ct) =>
        SendAsync(
            new ApiCall
            {
                Destination = _destination,
                Operation = operation,
                Method = HttpMethod.Post,
                Uri = new Uri($"{Indicators}/{action}", UriKind.Relative),
                Body = body,
                Items = items,
                IsNonIdempotent = isPlainCreate,
            },
            ct);

    private async Task<ApiCall> SendAsync(ApiCall exchange, CancellationToken ct)
    {
        try
        {
            await _client.SendAsync(exchange, ct).ConfigureAwait(false);
            return exchange;
        }
        catch
        {
            exchange.Dispose();
            throw;
        }
    }
}
