using System.Net.Sockets;
using System.Security.Authentication;

namespace MispGraphSync.Http;

/// <summary>In the order of a request's way: up to <see cref="ConnectTimeout"/> nothing of it was sent.</summary>
internal enum TransportErrorKind
{
    NameNotResolved,
    ProxyFailed,
    ConnectionFailed,
    TlsFailed,
    CertificateRejected,
    ConnectTimeout,
    ResponseTimeout,
    ConnectionBroken,
    ResponseTooLong,
}

/// <summary>Why a request got no response. The one table of what sockets, TLS and time limits throw.</summary>
internal sealed record TransportError(TransportErrorKind Kind, string Message, string Remedy)
{
    private const string CheckNetwork = "Check the network, the firewall and the proxy, then run again.";

    /// <summary>Certain: not one byte of the request reached the service.</summary>
    public bool NothingSent => Kind <= TransportErrorKind.ConnectTimeout;

    /// <summary>Another attempt may fare better. A certificate does not become valid by asking again.</summary>
    public bool IsTransient => Kind is not (TransportErrorKind.CertificateRejected or TransportErrorKind.ResponseTooLong);

    /// <summary>False for a bug, and for our own decision to stop.</summary>
    public static bool Matches(Exception e) => e is HttpRequestException or IOException or TimeoutException
        || e is OperationCanceledException { InnerException: TimeoutException };

    public static TransportError From(Exception e, Uri uri)
    {
        var host = uri.IsAbsoluteUri ? uri.Authority : uri.ToString();
        var kind = KindOf(e);
        return kind switch
        {
            TransportErrorKind.NameNotResolved =>
                new(kind, $"The name of {host} could not be resolved.", "Check the name, DNS and the proxy."),
            TransportErrorKind.ProxyFailed =>
                new(kind, $"The proxy did not connect to {host}.", "Check the proxy setting and whether the proxy allows this host."),
            TransportErrorKind.ConnectionFailed =>
                new(kind, $"No connection to {host}{(IsRefused(e) ? ": it was refused" : "")}.", CheckNetwork),
            TransportErrorKind.TlsFailed => new(kind, $"No secure connection to {host}.", "Check the network and the proxy."),
            TransportErrorKind.CertificateRejected when IsNoTls(e) =>
                new(kind, $"No secure connection to {host}: it does not answer with TLS.",
                    "Check the port, and whether the address begins with http://."),
            TransportErrorKind.CertificateRejected =>
                new(kind, $"No secure connection to {host}: its certificate is not trusted, or not for that name.",
                    "If a proxy or a private authority signs it, name its certificate in caFile."),
            TransportErrorKind.ConnectTimeout => new(kind, $"No connection to {host} in time.", CheckNetwork),
            TransportErrorKind.ResponseTimeout when e is OperationCanceledException { InnerException: not TimeoutException } =>
                new(kind, $"The request to {host} was cancelled: no answer in time, or interrupted.", "Run again."),
            TransportErrorKind.ResponseTimeout => new(kind, $"No answer from {host} in time.", CheckNetwork),
            TransportErrorKind.ResponseTooLong =>
                new(kind, $"The answer of {host} is too long to be one: {e.Message}", "Check the endpoint and the proxy."),
            _ => new(kind, $"The connection to {host} broke before the whole answer came.", "Run again."),
        };
    }

    private static TransportErrorKind KindOf(Exception e) => e switch
    {
        HttpRequestException http => http.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => TransportErrorKind.NameNotResolved,
            HttpRequestError.ProxyTunnelError => TransportErrorKind.ProxyFailed,
            HttpRequestError.ConnectionError => TransportErrorKind.ConnectionFailed,
            HttpRequestError.SecureConnectionError =>
                e.InnerException is AuthenticationException ? TransportErrorKind.CertificateRejected : TransportErrorKind.TlsFailed,
            HttpRequestError.ConfigurationLimitExceeded => TransportErrorKind.ResponseTooLong,
            _ => TransportErrorKind.ConnectionBroken,
        },
        // The sockets' limit for connecting; HttpClient's own, for all of a response, wraps one exception more.
        OperationCanceledException { InnerException: TimeoutException { InnerException: not OperationCanceledException } } =>
            TransportErrorKind.ConnectTimeout,
        OperationCanceledException or TimeoutException => TransportErrorKind.ResponseTimeout,
        _ => TransportErrorKind.ConnectionBroken,
    };

    private static bool IsRefused(Exception e) =>
        e.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    // .NET has no other sign than its message: "Cannot determine the frame size or a corrupted frame was received."
    private static bool IsNoTls(Exception e) => e.InnerException?.Message.Contains("frame", StringComparison.Ordinal) == true;
}
