global using Pace = MispGraphSync.Http.RateLimiter;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Http;

/// <summary>
/// The handlers of a destination's client, outermost first: clock, resilience, sign-in, the time limit of an attempt, what the service's
/// own library adds, request log, sockets. So a repeated request gets a fresh token, a slow sign-in is not the service's fault, and every
/// attempt leaves its own file.
/// </summary>
internal static class ServiceHandlers
{
    public static IReadOnlyList<DelegatingHandler> Create(
        Transport transport, Pace pace, RetryOptions rules, ITokenSource tokens, Uri origin, params ReadOnlySpan<DelegatingHandler> library) =>
    [
        .. transport.Clocks is { } clocks ? [new ClockHandler(clocks)] : Array.Empty<DelegatingHandler>(),
        new RetryingHandler(pace, transport.Time, rules),
        new SignInHandler(tokens, origin, rules.Stop),
        new AttemptTimeoutHandler(transport.Time, rules.AttemptTimeout),
        .. library,
        new RequestLogHandler(transport.Log),
    ];

    /// <summary>A client of these handlers over the shared sockets, for services without a library of their own.</summary>
    public static HttpClient Client(IReadOnlyList<DelegatingHandler> handlers, HttpMessageHandler sockets, Uri baseAddress)
    {
        var inner = sockets;
        for (var i = handlers.Count - 1; i >= 0; i--)
        {
            handlers[i].InnerHandler = inner;
            inner = handlers[i];
        }
        return new HttpClient(inner, disposeHandler: false) { BaseAddress = baseAddress };
    }
}
