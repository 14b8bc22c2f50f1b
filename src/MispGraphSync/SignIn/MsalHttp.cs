using Microsoft.Identity.Client;
using MispGraphSync.Http;

namespace MispGraphSync.SignIn;

/// <summary>Lends Microsoft's library our own client, so that it goes through our sockets and leaves a line in our log.</summary>
internal sealed class MsalHttp(HttpClient http) : IMsalHttpClientFactory
{
    public HttpClient GetHttpClient() => http;

    /// <summary>Bytes; a token's answer has a few thousand.</summary>
    private const int LongestAnswer = 4 * 1024 * 1024;

    /// <param name="isPlain">The authority speaks plain http on loopback; the library knows https only.</param>
    /// <param name="isLocal">A managed identity's endpoint is on this machine; no proxy leads there.</param>
    public static HttpClient Client(Transport transport, bool isPlain, bool isLocal)
    {
        var sockets = isLocal ? HttpSockets.Create(direct: true) : transport.Sockets;
        HttpMessageHandler handler = new TokenRequestLogHandler(transport) { InnerHandler = sockets };
        if (isPlain) handler = new PlainLoopbackHandler { InnerHandler = handler };
        return new HttpClient(handler, disposeHandler: isLocal) { Timeout = TimeSpan.FromSeconds(60), MaxResponseContentBufferSize = LongestAnswer };
    }

    /// <summary>Token requests stand in the application log only: where to, how long, what status; never a body.</summary>
    private sealed class TokenRequestLogHandler(Transport transport) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
        {
            var started = transport.Time.GetTimestamp();
            var address = request.RequestUri!.GetLeftPart(UriPartial.Path);
            try
            {
                var answer = await base.SendAsync(request, ct).ConfigureAwait(false);
                transport.AppLog.Debug(
                    "{Method} {Address}: {Status} in {Duration} ms", request.Method.Method, address, (int)answer.StatusCode, Elapsed(started));
                return answer;
            }
            catch (Exception e)
            {
                transport.AppLog.Warning(
                    "{Method} {Address}: no answer after {Duration} ms: {Reason}", request.Method.Method, address, Elapsed(started), e.Message);
                throw;
            }
        }

        private int Elapsed(long started) => (int)transport.Time.GetElapsedTime(started).TotalMilliseconds;
    }

    private sealed class PlainLoopbackHandler : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
        {
            if (request.RequestUri is { IsLoopback: true } uri)
                request.RequestUri = new UriBuilder(uri) { Scheme = Uri.UriSchemeHttp, Port = uri.Port }.Uri;
            return base.SendAsync(request, ct);
        }
    }
}
