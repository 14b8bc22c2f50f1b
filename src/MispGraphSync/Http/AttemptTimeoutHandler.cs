namespace MispGraphSync.Http;

/// <summary>Ends an attempt that takes too long, from its first byte to the last of the response.</summary>
internal sealed class AttemptTimeoutHandler(TimeProvider time, TimeSpan timeout) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) =>
        TimeLimit.RunAsync(timeout, time, limited => base.SendAsync(request, limited), ct);
}
