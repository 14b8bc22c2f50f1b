using System.Globalization;
using System.Text.Json;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Destinations.Defender;

/// <summary>The calls of Defender for Endpoint's <c>/api/indicators</c>. All may be sent twice without harm.</summary>
internal sealed class DefenderApi : IDisposable
{
    /// <summary>The request log's word for both kinds of deletion.</summary>
    public const string Deletion = "delete";

    /// <summary>The list gives at most 10,000 a page.</summary>
    public const int PageSize = 10_000;

    private const string Indicators = "indicators";

    private readonly string _destination;
    private readonly ServiceClient _client;
    private readonly Pace _pace;

    /// <param name="endpoint">An origin.</param>
    public DefenderApi(string destination, Uri endpoint, int requestsPerMinute, Transport transport, ITokenSource tokens)
    {
        _destination = destination;
        _pace = new Pace(requestsPerMinute, transport.Time);
        var handlers = ServiceHandlers.Create(transport, _pace, transport.RetryOptions, tokens, endpoint);
        _client = new ServiceClient(ServiceHandlers.Client(handlers, transport.Sockets, new Uri(endpoint, "api/")));
    }

    /// <summary>One indicator at most: whether the API is there, and lets us in.</summary>
    public Task<ApiCall> CheckAsync(CancellationToken ct) => SendAsync("check", HttpMethod.Get, Indicators + "?$top=1", null, 0, ct);

    /// <summary>One page of the list, after so many indicators.</summary>
    public Task<ApiCall> ListAsync(int skip, CancellationToken ct) => SendAsync(
        "list", HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"{Indicators}?$top={PageSize}&$skip={skip}"), null, 0, ct);

    /// <summary>The page that the last one named.</summary>
    /// <exception cref="RunFailedException">OutOfReach: it is at another address.</exception>
    public Task<ApiCall> ListAsync(Uri next, CancellationToken ct)
    {
        if (!Origin.IsSame(next, _client.BaseAddress))
            throw new RunFailedException(
                RunOutcome.Unreachable, $"Defender's next page is at {next.Authority}, not at {_client.BaseAddress.Authority}; it is not followed.",
                "Check the destination's endpoint and the proxy.");
        return SendAsync("list", HttpMethod.Get, next.AbsoluteUri, null, 0, ct);
    }

    public Task<ApiCall> ImportAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        var body = new PooledBuffer(64 * 1024);
        Write(body, "{\"Indicators\":["u8);
        for (var i = 0; i < steps.Count; i++)
        {
            if (i > 0) Write(body, ","u8);
            Write(body, steps[i].Body.Span);
        }
        Write(body, "]}"u8);
        return SendAsync("import", HttpMethod.Post, Indicators + "/import", body, steps.Count, ct);
    }

    public Task<ApiCall> DeleteAsync(IReadOnlyList<string> ids, CancellationToken ct)
    {
        var body = new PooledBuffer();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("IndicatorIds"u8);
            foreach (var id in ids) json.WriteStringValue(id);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return SendAsync(Deletion, HttpMethod.Post, Indicators + "/BatchDelete", body, ids.Count, ct);
    }

    public Task<ApiCall> DeleteOneAsync(string id, CancellationToken ct) =>
        SendAsync(Deletion, HttpMethod.Delete, $"{Indicators}/{Uri.EscapeDataString(id)}", null, 1, ct);

    public void Dispose()
    {
        _client.Dispose();
        _pace.Dispose();
    }

    private static void Write(PooledBuffer body, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(body.GetSpan(bytes.Length));
        body.Advance(bytes.Length);
    }

    private async Task<ApiCall> SendAsync(string operation, HttpMethod method, string uri, PooledBuffer? body, int items, CancellationToken ct)
    {
        var exchange = new ApiCall
        {
            Destination = _destination,
            Operation = operation,
            Method = method,
            Uri = new Uri(uri, UriKind.RelativeOrAbsolute),
            Body = body,
            Items = items,
        };
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
