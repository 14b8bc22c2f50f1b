using System.Net;
using System.Net.Sockets;
using MispGraphSync.Http;
using MispGraphSync.Settings;

namespace MispGraphSync.Doctor;

/// <summary>How far a plain request to a host came.</summary>
internal enum ProbeOutcome
{
    /// <summary>It answered, whatever the status.</summary>
    Answered,
    NameNotResolved,

    /// <summary>The proxy could not be reached, or did not connect to the host.</summary>
    ProxyFailed,

    /// <summary>There was no connection, or no answer over it.</summary>
    ConnectionFailed,

    /// <summary>The certificate was not accepted, or there was no TLS at all.</summary>
    TlsFailed,
}

/// <param name="Proxy">The proxy in between; null: none.</param>
internal sealed record ProbeResult(Endpoint Endpoint, Uri? Proxy)
{
    public ProbeOutcome Outcome { get; init; }

    /// <summary>The failure in words; null after an answer.</summary>
    public string? Error { get; init; }

    /// <summary>Null when nothing was wrong with the certificate, or none was seen.</summary>
    public CertificateProblem? Certificate { get; init; }

    /// <summary>By how much the host's clock is ahead of ours; null where it sent no date.</summary>
    public TimeSpan? ClockAhead { get; init; }

    public bool IsReachable => Outcome == ProbeOutcome.Answered;
}

/// <summary>
/// Sends one plain request, without any credential, over the very sockets that the tool uses: same proxy, same authorities.
/// Any response shows that the way is open.
/// </summary>
internal sealed class HostProbe(AppSettings settings, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    public async Task<ProbeResult> ProbeAsync(Endpoint endpoint, CancellationToken ct)
    {
        CertificateProblem? certificate = null;
        using var sockets = HttpSockets.Create(
            settings.CaFile, settings.Proxy, endpoint.VerifiesCert,
            onRefused: (shown, chain, errors) => certificate = CertificateProblem.Of(shown, chain, errors));
        using var http = new HttpClient(sockets) { Timeout = Timeout.InfiniteTimeSpan };
        var result = new ProbeResult(endpoint, ProxyOf(endpoint.Origin));
        try
        {
            using var response = await TimeLimit.RunAsync(
                Limit, time, c => http.GetAsync(endpoint.Origin, HttpCompletionOption.ResponseHeadersRead, c), ct).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.ProxyAuthenticationRequired
                ? result with { Outcome = ProbeOutcome.ProxyFailed, Error = "it requires authentication (407)" }
                : result with { ClockAhead = response.Headers.Date - time.GetUtcNow() };
        }
        catch (Exception e) when (TransportError.Matches(e))
        {
            var kind = TransportError.From(e, endpoint.Origin).Kind;
            var outcome = OutcomeOf(kind, result.Proxy is not null);
            return result with { Outcome = outcome, Error = Describe(kind, e), Certificate = certificate };
        }
    }

    /// <summary>The proxy in the settings, else the system's; null: none for this host.</summary>
    private Uri? ProxyOf(Uri origin)
    {
        if (settings.Proxy is { } stated) return stated;
        try
        {
            var system = HttpClient.DefaultProxy;
            if (system.IsBypassed(origin) || system.GetProxy(origin) is not { } proxy || proxy == origin) return null;
            return new Uri(proxy.GetLeftPart(UriPartial.Authority));
        }
        catch (PlatformNotSupportedException)
        {
            return null;
        }
    }

    private static ProbeOutcome OutcomeOf(TransportErrorKind kind, bool isProxied) => kind switch
    {
        TransportErrorKind.TlsFailed or TransportErrorKind.CertificateRejected => ProbeOutcome.TlsFailed,
        TransportErrorKind.ProxyFailed => ProbeOutcome.ProxyFailed,
        TransportErrorKind.ConnectionBroken or TransportErrorKind.ResponseTooLong => ProbeOutcome.ConnectionFailed,
        _ when isProxied => ProbeOutcome.ProxyFailed,
        TransportErrorKind.NameNotResolved => ProbeOutcome.NameNotResolved,
        _ => ProbeOutcome.ConnectionFailed,
    };

    private static string Describe(TransportErrorKind kind, Exception e) => kind switch
    {
        TransportErrorKind.ConnectTimeout or TransportErrorKind.ResponseTimeout => $"no answer within {Limit.TotalSeconds:0} seconds",
        TransportErrorKind.ProxyFailed => Secrets.WithoutCredentials(e.Message.TrimEnd('.')),
        _ => e.GetBaseException() switch
        {
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "the connection was refused",
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } =>
                "the name is not known",
            var cause => Secrets.WithoutCredentials(cause.Message.TrimEnd('.')),
        },
    };
}
