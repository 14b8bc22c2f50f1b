namespace MispGraphSync.Http;

/// <summary>Outermost: what it lets through may come again.</summary>
internal sealed class ResilienceHandler(Resilience resilience) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) =>
        resilience.SendAsync(request, base.SendAsync, ct);
}
