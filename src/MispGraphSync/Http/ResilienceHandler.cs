namespace MispGraphSync.Http;

/// <summary>Outermost: what it lets through may come again.</summary>
internal sealed class ResilienceHandler(RetryPolicy resilience) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) =>
        resilience.SendAsync(request, base.SendAsync, ct);
}
