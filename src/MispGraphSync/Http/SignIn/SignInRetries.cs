using System.Net.Http.Headers;
using Microsoft.Identity.Client;
using Polly;
using Polly.Retry;

namespace MispGraphSync.Http.SignIn;

/// <summary>
/// Asks the sign-in service, or a Key Vault, again while it is only busy or out of reach: as often as the transport allows,
/// with growing waits. A clear no is final. Outside of it nothing else waits or repeats: the library's own retries are off.
/// </summary>
internal sealed class SignInRetries
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private readonly ResiliencePipeline _pipeline;

    public SignInRetries(Transport transport)
    {
        var longest = transport.MaxWait < Longest ? transport.MaxWait : Longest;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = transport.Time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = transport.MaxRetries,
                Delay = TimeSpan.FromSeconds(1),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = transport.Jitter,
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is { } e && !args.Context.CancellationToken.IsCancellationRequested && SignInErrors.IsTransient(e)),
                DelayGenerator = args => ValueTask.FromResult(Asked(args.Outcome.Exception, transport.Time, longest)),
            })
            .Build();
    }

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken ct) =>
        await _pipeline.ExecuteAsync(async c => await ask(c).ConfigureAwait(false), ct).ConfigureAwait(false);

    private static TimeSpan? Asked(Exception? e, TimeProvider time, TimeSpan longest)
    {
        RetryConditionHeaderValue? header = e is ServiceBusyException busy ? busy.After : (e as MsalServiceException)?.Headers?.RetryAfter;
        var wait = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return wait is { } w ? TimeSpan.FromTicks(Math.Clamp(w.Ticks, 0, longest.Ticks)) : null;
    }
}
