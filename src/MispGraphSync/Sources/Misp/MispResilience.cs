using System.Net.Sockets;
using Polly;
using Polly.Retry;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// Retries of reads from MISP; there are no other requests to it. Each request brings a <see cref="RetryBudget"/> that
/// says whether to go on and after which wait, so that no wait adds up beyond its limit.
/// </summary>
internal static class MispResilience
{
    public static ResiliencePropertyKey<RetryBudget> Budget { get; } = new("budget");

    public static ResiliencePipeline<HttpResponseMessage> Create(TimeProvider time, Action<TimeSpan, Outcome<HttpResponseMessage>> retrying) =>
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = args => ValueTask.FromResult(BudgetOf(args.Context).Grants(args.Outcome)),
                DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(BudgetOf(args.Context).Wait),
                OnRetry = args =>
                {
                    retrying(args.RetryDelay, args.Outcome);
                    return default;
                },
            })
            .Build();

    private static RetryBudget BudgetOf(ResilienceContext context) => context.Properties.GetValue(Budget, null!);

    /// <summary>A certificate or a name that is wrong will be wrong again.</summary>
    public static bool IsLasting(HttpRequestException e) =>
        e.HttpRequestError is HttpRequestError.SecureConnectionError
        || e.GetBaseException() is SocketException { SocketErrorCode: SocketError.HostNotFound };
}
