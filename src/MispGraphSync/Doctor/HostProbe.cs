using System.Net;
using System.Net.Sockets;
using MispGraphSync.Http;
using MispGraphSync.Settings;
using MispGraphSync.Text;

namespace MispGraphSync.Doctor;

/// <summary>
/// Sends one plain request, without any credential, over the very sockets that the tool uses: same proxy, same authorities.
/// Whatever comes back tells that the way is open.
/// </summary>
internal sealed class HostProbe(AppSettings settings, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public async Task<ProbeResult> ProbeAsync(Endpoint host, CancellationToken ct)
    {
        CertificateProblem? certificate = null;
        var verify = !host.IsMisp || settings.Misp.VerifyCert;
        using var sockets = HttpSockets.Create(
            settings.CaFile, settings.Proxy, verify, onRefused: (shown, chain, errors) => certificate = CertificateProblem.Of(shown, chain, errors));
        using var http = new HttpClient(sockets) { Timeout = Timeout.InfiniteTimeSpan };
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        var proxy = ProxyOf(host.Origin);
        try
        {
            using var answer = await http.GetAsync(host.Origin, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            return answer.StatusCode == HttpStatusCode.ProxyAuthenticationRequired
                ? new ProbeResult(host, proxy, ProbeOutcome.ProxyFailed, "it wants to know who asks (407)", null, null)
                : new ProbeResult(host, proxy, ProbeOutcome.Answered, null, null, answer.Headers.Date - time.GetUtcNow());
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new ProbeResult(host, proxy, proxy is null ? ProbeOutcome.ConnectionFailed : ProbeOutcome.ProxyFailed, $"no answer within {Patience.TotalSeconds:0} seconds", null, null);
        }
        catch (HttpRequestException e)
        {
            return new ProbeResult(host, proxy, StageOf(e, proxy is not null), WordsOf(e), certificate, null);
        }
    }

    /// <summary>The proxy in the settings, else the system's; null: none for this host.</summary>
    private Uri? ProxyOf(Uri origin)
    {
        if (settings.Proxy is { } stated) return stated;
        try
        {
            var system = HttpClient.DefaultProxy;
            return system.IsBypassed(origin) || system.GetProxy(origin) is not { } proxy || proxy == origin ? null : new Uri(proxy.GetLeftPart(UriPartial.Authority));
        }
        catch (PlatformNotSupportedException)
        {
            return null;
        }
    }

    private static ProbeOutcome StageOf(HttpRequestException e, bool isProxied) => e.HttpRequestError switch
    {
        HttpRequestError.SecureConnectionError => ProbeOutcome.TlsFailed,
        HttpRequestError.ProxyTunnelError => ProbeOutcome.ProxyFailed,
        HttpRequestError.NameResolutionError => isProxied ? ProbeOutcome.ProxyFailed : ProbeOutcome.NameNotResolved,
        HttpRequestError.ConnectionError => isProxied ? ProbeOutcome.ProxyFailed : ProbeOutcome.ConnectionFailed,
        _ => ProbeOutcome.ConnectionFailed,
    };

    private static string WordsOf(HttpRequestException e) => e switch
    {
        { HttpRequestError: HttpRequestError.ProxyTunnelError } => Secrets.WithoutCredentials(e.Message.TrimEnd('.')),
        _ => e.GetBaseException() switch
        {
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "the connection was refused",
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => "the name is not known",
            var cause => Secrets.WithoutCredentials(cause.Message.TrimEnd('.')),
        },
    };
}
