namespace MispGraphSync.Http;

/// <summary>Outermost: sends nothing to a service whose clock differs from ours by more than an hour.</summary>
internal sealed class ClockHandler(ClockGuard clocks) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var exchange = ApiCall.Of(request);
        if (exchange.Items > 0) await clocks.CheckOnceAsync(exchange.Destination, request.RequestUri!, ct).ConfigureAwait(false);
        clocks.ThrowIfWrong(exchange.Destination);
        var answer = await base.SendAsync(request, ct).ConfigureAwait(false);
        clocks.Observe(exchange.Destination, answer);
        return answer;
    }
}
