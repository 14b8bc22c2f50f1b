using Microsoft.Identity.Client;

namespace MispGraphSync.Http.SignIn;

/// <summary>Lends Microsoft's library our own client, so that it goes through our sockets and leaves a line in our log.</summary>
internal sealed class MsalHttpClientFactory(HttpClient http) : IMsalHttpClientFactory
{
    public HttpClient GetHttpClient() => http;

    /// <summary>Bytes; a token's answer has a few thousand.</summary>
    private const int LongestAnswer = 4 * 1024 * 1024;

    /// <summary>An honest answer takes a second or two.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <param name="isPlain">The authority speaks plain http on loopback; the library knows https only.</param>
    /// <param name="isLocal">A managed identity's endpoint is on this machine; no proxy leads there.</param>
    public static HttpClient Client(Transport transport, bool isPlain, bool isLocal)
    {
        var sockets = isLocal ? HttpSockets.Create(direct: true) : transport.Sockets;
        HttpMessageHandler handler = new SignInLogHandler(transport) { InnerHandler = sockets };
        if (isPlain) handler = new PlainLoopbackHandler { InnerHandler = handler };
        return new HttpClient(handler, disposeHandler: isLocal) { Timeout = LongestWait, MaxResponseContentBufferSize = LongestAnswer };
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
