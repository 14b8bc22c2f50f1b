namespace MispGraphSync.Http;

/// <summary>Outermost: sends nothing to a service whose clock differs from ours by more than an hour.</summary>
internal sealed class ClockHandler(ServiceClocks clocks) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var exchange = Exchange.Of(request);
        if (exchange.Items > 0) await clocks.AskOnceAsync(exchange.Destination, request.RequestUri!, ct).ConfigureAwait(false);
        clocks.ThrowIfOff(exchange.Destination);
        var answer = await base.SendAsync(request, ct).ConfigureAwait(false);
        clocks.See(exchange.Destination, answer);
        return answer;
    }
}
