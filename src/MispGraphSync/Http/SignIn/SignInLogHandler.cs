namespace MispGraphSync.Http.SignIn;

/// <summary>Requests whose bodies are secrets stand in the application log only: where to, how long, what status; never a body.</summary>
internal sealed class SignInLogHandler(Transport transport) : DelegatingHandler
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
                "{Method} {Address}: no answer after {Duration} ms: {Reason}", request.Method.Method, address, Elapsed(started),
                transport.Secrets.Mask(e.Message));
            throw;
        }
    }

    private int Elapsed(long started) => (int)transport.Time.GetElapsedTime(started).TotalMilliseconds;
}
