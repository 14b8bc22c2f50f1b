using Polly;
using Polly.Timeout;

namespace MispGraphSync.Http;

/// <summary>Ends an attempt that takes too long, from its first byte to the last of the answer.</summary>
internal sealed class AttemptTimeoutHandler(TimeProvider time, TimeSpan timeout) : DelegatingHandler
{
    private readonly ResiliencePipeline _attempt = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddTimeout(new TimeoutStrategyOptions { Timeout = timeout })
        .Build();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) =>
        await _attempt.ExecuteAsync(async limited => await base.SendAsync(request, limited).ConfigureAwait(false), ct)
            .ConfigureAwait(false);
}
