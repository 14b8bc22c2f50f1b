using Polly;
using Polly.Timeout;

namespace MispGraphSync.Http;

/// <summary>Ends an attempt that takes too long, from its first byte to the last of the answer.</summary>
internal sealed class AttemptHandler(TimeProvider time, TimeSpan timeout) : DelegatingHandler
{
    private readonly ResiliencePipeline<HttpResponseMessage> _attempt = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
        .AddTimeout(new TimeoutStrategyOptions { Timeout = timeout })
        .Build();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct) => await _attempt.ExecuteAsync(
        static async (s, token) => await s.send(s.request, token).ConfigureAwait(false), (send: (Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>)base.SendAsync, request), ct)
        .ConfigureAwait(false);
}
