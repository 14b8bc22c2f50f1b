using System.Net.Http.Headers;

namespace MispGraphSync.Http;

/// <summary>Sends exchanges. What comes back, or does not, stands in the exchange; only cancelling and our own failures throw.</summary>
internal sealed class ServiceClient : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http;

    /// <param name="http">Its handlers are those of <see cref="ServiceHandlers"/>; owned from now on.</param>
    public ServiceClient(HttpClient http)
    {
        // The pipeline times out each attempt, and waits for longer than any one time-out allows.
        http.Timeout = Timeout.InfiniteTimeSpan;
        http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        _http = http;
    }

    /// <exception cref="Core.Ports.RunFailedException">Sign-in failed, or the request log cannot be written.</exception>
    public async Task SendAsync(ApiCall exchange, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(exchange.Method, exchange.Uri);
        if (exchange.Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body.Written);
            request.Content.Headers.ContentType = Json;
        }
        exchange.AttachTo(request);
        try
        {
            // The answer is in the exchange; the message is of no more use.
            using var _ = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (TransportError.Matches(e))
        {
            ct.ThrowIfCancellationRequested();
            exchange.Failure = e;
        }
    }

    public Uri BaseAddress => _http.BaseAddress!;

    public void Dispose() => _http.Dispose();
}
