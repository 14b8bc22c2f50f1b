using System.Security.Authentication;
using Polly.Timeout;

namespace MispGraphSync.Http;

/// <summary>What a request without an answer tells: in words, and whether sending it again is safe and may help.</summary>
/// <param name="NothingSent">Known: not one byte of the request reached the service.</param>
/// <param name="IsTransient">Another attempt may fare better.</param>
internal sealed record TransportError(string Message, string? Remedy, bool NothingSent, bool IsTransient)
{
    /// <summary>Whether it is a failure to get an answer at all; anything else is a bug or our own decision.</summary>
    public static bool Matches(Exception e) => e is HttpRequestException or IOException or TimeoutRejectedException
        || e is OperationCanceledException { InnerException: TimeoutException };

    public static TransportError From(Exception e, Uri uri)
    {
        var host = uri.IsAbsoluteUri ? uri.Authority : uri.ToString();
        return e switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
                new($"The name of {host} could not be resolved.", "Check the name, DNS and the proxy.", true, true),
            // A certificate does not become better by asking again.
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: AuthenticationException } =>
                new($"The certificate of {host} is not trusted, or not for that name.",
                    "If a proxy or a private authority signs it, name its certificate in caFile.", true, false),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                new($"No TLS connection to {host}.", "Check the network and the proxy.", true, true),
            HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } =>
                new($"The proxy gave no way to {host}.", "Check the proxy setting and whether the proxy allows this host.", true, true),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
                new($"No connection to {host}.", "Check the network, the firewall and the proxy, then run again.", true, true),
            // HttpClient's own, for all of an answer.
            OperationCanceledException { InnerException: TimeoutException { InnerException: OperationCanceledException } } =>
                new($"No answer from {host} in time.", "Check the network, the firewall and the proxy, then run again.", false, true),
            // SocketsHttpHandler's own, for connecting; an answer's time-out is Polly's.
            OperationCanceledException { InnerException: TimeoutException } =>
                new($"No connection to {host} in time.", "Check the network, the firewall and the proxy, then run again.", true, true),
            HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
                new($"The answer of {host} is too long to be one: {e.Message}", "Check the endpoint and the proxy.", false, false),
            TimeoutRejectedException => new($"No answer from {host} in time.", "Run again.", false, true),
            OperationCanceledException => new($"The request to {host} was given up: no answer in time, or interrupted.", "Run again.", false, true),
            _ => new($"The connection to {host} broke before the whole answer came.", "Run again.", false, true),
        };
    }
}
