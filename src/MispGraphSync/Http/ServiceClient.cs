using System.Net.Http.Headers;

namespace MispGraphSync.Http;

/// <summary>
/// Sends the calls of one service through our handlers, outermost first: clock, retries and rate limit, sign-in, the time limit
/// of an attempt, what the service's own library adds, request log, sockets. So a repeated request gets a fresh token, a slow
/// sign-in is not the service's fault, and each attempt leaves its own file.
/// </summary>
internal sealed class ServiceClient : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http;

    /// <param name="baseAddress">Tokens go to its origin only.</param>
    /// <param name="retries">Null: the run's.</param>
    /// <param name="library">Handlers of the service's own library.</param>
    public ServiceClient(
        Uri baseAddress, int requestsPerMinute, Transport transport, ITokenSource tokens, RetryOptions? retries = null,
        params ReadOnlySpan<DelegatingHandler> library)
    {
        retries ??= transport.RetryOptions;
        Limiter = new RateLimiter(requestsPerMinute, transport.Time);
        List<DelegatingHandler> handlers =
        [
            new RetryingHandler(Limiter, transport.Time, retries),
            new SignInHandler(tokens, baseAddress, retries.Stop),
            new AttemptTimeoutHandler(transport.Time, retries.AttemptTimeout),
            .. library,
            new RequestLogHandler(transport.Log),
        ];
        if (transport.Clocks is { } clocks) handlers.Insert(0, new ClockHandler(clocks));
        HttpMessageHandler inner = transport.Sockets;
        foreach (var handler in handlers.AsEnumerable().Reverse())
        {
            handler.InnerHandler = inner;
            inner = handler;
        }

        // Each attempt has its time limit, and waits take longer than any one limit allows.
        _http = new HttpClient(inner, disposeHandler: false) { BaseAddress = baseAddress, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
    }

    public RateLimiter Limiter { get; }

    public Uri BaseAddress => _http.BaseAddress!;

    /// <summary>What came back, or did not, is in the call; only cancelling and our own failures throw, and dispose of it.</summary>
    /// <returns>The call.</returns>
    /// <exception cref="Core.Ports.RunFailedException">Sign-in failed, or the request log cannot be written.</exception>
    public async Task<ApiCall> SendAsync(ApiCall call, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(call.Method, call.Uri);
        if (call.Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body.Written);
            request.Content.Headers.ContentType = Json;
        }

        if (call.Prefer is { } preference) request.Headers.TryAddWithoutValidation("Prefer", preference);
        call.AttachTo(request);
        try
        {
            using var _ = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (TransportError.Matches(e) && !ct.IsCancellationRequested)
        {
            call.Failure = e;
        }
        catch (Exception e) when (TransportError.Matches(e))
        {
            // Cancelling broke the connection.
            call.Dispose();
            throw new OperationCanceledException(e.Message, e, ct);
        }
        catch
        {
            call.Dispose();
            throw;
        }

        return call;
    }

    public void Dispose()
    {
        _http.Dispose();
        Limiter.Dispose();
    }
}
