using System.Net;
using System.Net.Http.Headers;
using Microsoft.Identity.Client;

namespace MispGraphSync.Http.SignIn;

/// <summary>A service on the way to a credential is busy (429 or 5xx): another attempt may fare better.</summary>
/// <param name="after">What it asks to wait; null: nothing.</param>
internal sealed class ServiceBusyException(string service, HttpStatusCode status, RetryConditionHeaderValue? after)
    : Exception($"{service} is busy ({(int)status}).")
{
    public RetryConditionHeaderValue? After => after;
}

/// <summary>
/// Requests whose bodies are secrets, to sign-in services and Key Vaults. The application log says where to, how long and what
/// status, never a body; the request log has nothing of them.
/// </summary>
internal static class SignInHttp
{
    private static readonly TimeSpan MaxAsked = TimeSpan.FromMinutes(2);

    /// <param name="sockets">Owned by the client; null: the run's, which are not.</param>
    /// <param name="isPlain">Requests to loopback go over plain http, whatever Microsoft's library makes of the address.</param>
    public static HttpClient Client(
        Transport transport, TimeSpan timeout, int maxResponse, HttpMessageHandler? sockets = null, bool isPlain = false) =>
        new(new LogHandler(transport, isPlain) { InnerHandler = sockets ?? transport.Sockets }, disposeHandler: sockets is not null)
        {
            Timeout = timeout,
            MaxResponseContentBufferSize = maxResponse,
        };

    /// <summary>Asks again while the service is busy or unreachable. A clear refusal is final.</summary>
    public static Task<T> RetryAsync<T>(Transport transport, Func<CancellationToken, Task<T>> ask, CancellationToken ct)
    {
        var options = transport.RetryOptions with { Deadline = null };
        var longest = options.MaxWait < MaxAsked ? options.MaxWait : MaxAsked;
        return new RetryPolicy(transport.Time, options).RunAsync(new RetryState(), ask, (_, e) => Judge(e), ct);

        RetryVerdict Judge(Exception? e)
        {
            if (e is null || !SignInErrors.IsTransient(e)) return default;
            var header = e is ServiceBusyException busy ? busy.After : (e as MsalServiceException)?.Headers?.RetryAfter;
            var asked = RetryAfter.FromHeader(header, transport.Time.GetUtcNow());
            return new(RetryKind.Failed, asked > longest ? longest : asked);
        }
    }

    private sealed class LogHandler(Transport transport, bool isPlain) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
        {
            if (isPlain && request.RequestUri is { IsLoopback: true } uri)
                request.RequestUri = new UriBuilder(uri) { Scheme = Uri.UriSchemeHttp, Port = uri.Port }.Uri;
            var (method, started) = (request.Method.Method, transport.Time.GetTimestamp());
            var address = request.RequestUri!.GetLeftPart(UriPartial.Path);
            try
            {
                var response = await base.SendAsync(request, ct).ConfigureAwait(false);
                transport.AppLog.Debug(
                    "{Method} {Address}: {Status} in {Duration} ms", method, address, (int)response.StatusCode, Elapsed());
                return response;
            }
            catch (Exception e)
            {
                transport.AppLog.Warning(
                    "{Method} {Address}: no answer after {Duration} ms: {Reason}", method, address, Elapsed(),
                    transport.Secrets.Mask(e.Message));
                throw;
            }

            int Elapsed() => (int)transport.Time.GetElapsedTime(started).TotalMilliseconds;
        }
    }
}
