using Microsoft.Identity.Client;
using MispGraphSync.Http;
using Polly;
using Polly.Retry;

namespace MispGraphSync.SignIn;

/// <summary>
/// Asks the sign-in service again while it is only busy or out of reach: five times, with growing waits. A clear no is
/// final. Outside of it nothing else waits or repeats: the library's own retries are off.
/// </summary>
internal sealed class SignInRetries
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private readonly ResiliencePipeline<AuthenticationResult> _pipeline;

    public SignInRetries(Transport transport) =>
        _pipeline = new ResiliencePipelineBuilder<AuthenticationResult> { TimeProvider = transport.Time }
            .AddRetry(new RetryStrategyOptions<AuthenticationResult>
            {
                MaxRetryAttempts = Resilience.MaxFailures,
                Delay = TimeSpan.FromSeconds(1),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = transport.Jitter,
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is { } e && !args.Context.CancellationToken.IsCancellationRequested && SignInFailure.MayPass(e)),
                DelayGenerator = args => ValueTask.FromResult(Asked(args.Outcome.Exception, transport.Time)),
            })
            .Build();

    public async Task<AuthenticationResult> RunAsync(Func<CancellationToken, Task<AuthenticationResult>> ask, CancellationToken ct) =>
        await _pipeline.ExecuteAsync(async c => await ask(c).ConfigureAwait(false), ct).ConfigureAwait(false);

    private static TimeSpan? Asked(Exception? e, TimeProvider time)
    {
        var header = (e as MsalServiceException)?.Headers?.RetryAfter;
        var wait = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return wait is { } w ? TimeSpan.FromTicks(Math.Clamp(w.Ticks, 0, Longest.Ticks)) : null;
    }
}
