using Polly;
using Polly.Retry;

namespace MispGraphSync.Http;

/// <summary>What the outcome of one attempt means for the next one.</summary>
internal enum RetryKind
{
    /// <summary>There is no next one.</summary>
    Final,

    /// <summary>It counts against the allowed retries.</summary>
    Failed,

    /// <summary>The service asks to wait; that costs no retry.</summary>
    Throttled,

    /// <summary>The token was refused: try again with a new one, without a wait.</summary>
    NewToken,
}

/// <param name="Asked">The wait that the service asks for; null: backoff.</param>
/// <param name="MaxRetries">Fewer or more than the options say; null: as they say.</param>
internal readonly record struct RetryVerdict(RetryKind Kind, TimeSpan? Asked = null, int? MaxRetries = null)
{
    /// <summary>The service has named a wait, or throttles: that holds for every request to it.</summary>
    public bool IsForAll => Kind == RetryKind.Throttled || Asked is not null;
}

/// <summary>What differs between services and runs.</summary>
internal sealed record RetryOptions
{
    /// <summary>For one attempt, from its first byte to the last of the response; without signing in.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Retries after 5xx and broken connections.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>The sum of one request's waits.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A service that asks for 0 seconds again and again must not spin.</summary>
    public TimeSpan MinWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The wait after a 429 that names none; null: backoff.</summary>
    public TimeSpan? DefaultThrottleWait { get; init; }

    /// <summary>When the run has to end; null: it need not.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Called when all requests of a destination pause: which one, and until when.</summary>
    public Action<string, DateTimeOffset>? OnPause { get; init; }

    /// <summary>Ends waits and keeps attempts from starting; the attempt in flight continues.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>0–1.</summary>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;
}

/// <summary>The retries of one request so far. Written by <see cref="RetryPolicy"/> only.</summary>
internal sealed class RetryState
{
    /// <summary>5xx responses and broken connections.</summary>
    public int Failures { get; set; }

    /// <summary>429 responses.</summary>
    public int Throttled { get; set; }

    public bool HasNewToken { get; set; }

    /// <summary>When the first wait began, as a timestamp of the clock.</summary>
    public long? WaitingSince { get; set; }

    /// <summary>The wait that was too long to begin; null when there was none.</summary>
    public TimeSpan? ExcessiveWait { get; set; }

    /// <summary>The sum of the waits before <see cref="ExcessiveWait"/>.</summary>
    public TimeSpan TotalWaited { get; set; }

    /// <summary>It was too long only for what is left of the run.</summary>
    public bool IsOverDeadline { get; set; }
}

/// <summary>
/// The one place where anything is sent again: destinations, MISP, sign-in and Key Vault. The caller judges each outcome;
/// the policy counts the retries and their waits; Polly runs them.
/// </summary>
internal sealed class RetryPolicy
{
    private static readonly ResiliencePropertyKey<Run> Key = new("misp-graph.run");
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly RetryOptions _options;
    private readonly ResiliencePipeline _pipeline;

    public RetryPolicy(TimeProvider time, RetryOptions options)
    {
        (_time, _options) = (time, options);
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                // The verdict of each attempt is the limit.
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = args =>
                {
                    var run = RunOf(args.Context);
                    run.Wait = NextWait(run.State, run.Judge(args.Outcome.Result, args.Outcome.Exception));
                    return ValueTask.FromResult(run.Wait is not null);
                },
                DelayGenerator = args => ValueTask.FromResult(RunOf(args.Context).Wait),
                OnRetry = args =>
                {
                    RunOf(args.Context).OnRetry?.Invoke(args.RetryDelay);
                    return default;
                },
            })
            .Build();
    }

    /// <param name="judge">Gets the result or the exception of each attempt.</param>
    /// <param name="onRetry">Called with each wait before it begins.</param>
    /// <returns>The result of the last attempt; its exception is thrown.</returns>
    public async Task<T> RunAsync<T>(
        RetryState state, Func<CancellationToken, Task<T>> attempt, Func<T?, Exception?, RetryVerdict> judge, CancellationToken ct,
        Action<TimeSpan>? onRetry = null)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, ct);
        context.Properties.Set(Key, new Run(state, (result, e) => judge((T?)result, e), onRetry));
        try
        {
            return await _pipeline.ExecuteAsync(
                static async (context, attempt) => await attempt(context.CancellationToken).ConfigureAwait(false), context, attempt)
                .ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static Run RunOf(ResilienceContext context) => context.Properties.GetValue(Key, null!);

    /// <summary>Null: no further attempt.</summary>
    private TimeSpan? NextWait(RetryState state, RetryVerdict verdict)
    {
        switch (verdict.Kind)
        {
            case RetryKind.Failed when ++state.Failures <= (verdict.MaxRetries ?? _options.MaxRetries):
                return Allowed(state, verdict.Asked ?? Backoff(state.Failures), verdict.IsForAll);
            case RetryKind.Throttled:
                state.Throttled++;
                return Allowed(state, verdict.Asked ?? _options.DefaultThrottleWait ?? Backoff(state.Throttled), isForAll: true);
            case RetryKind.NewToken when !state.HasNewToken:
                state.HasNewToken = true;
                return TimeSpan.Zero;
            default:
                return null;
        }
    }

    /// <summary>Null when the wait is longer than the request, or the run, can take.</summary>
    private TimeSpan? Allowed(RetryState state, TimeSpan wait, bool isForAll)
    {
        if (isForAll && wait < _options.MinWait) wait = _options.MinWait;
        var waited = _time.GetElapsedTime(state.WaitingSince ??= _time.GetTimestamp());
        state.IsOverDeadline = _options.Deadline is { } deadline && _time.GetUtcNow() + wait > deadline;
        if (!state.IsOverDeadline && waited + wait <= _options.MaxWait) return wait;
        (state.ExcessiveWait, state.TotalWaited) = (wait, waited);
        return null;
    }

    /// <summary>1, 2, 4 … 60 seconds, each shortened by up to a half, so that clients do not return all at the same time.</summary>
    private TimeSpan Backoff(int count)
    {
        var full = Math.Min(LongestBackoff.TotalSeconds, Math.Pow(2, Math.Min(count, 10) - 1));
        return TimeSpan.FromSeconds(full * (1 - (0.5 * _options.Jitter())));
    }

    private sealed class Run(RetryState state, Func<object?, Exception?, RetryVerdict> judge, Action<TimeSpan>? onRetry)
    {
        public RetryState State => state;

        public Func<object?, Exception?, RetryVerdict> Judge => judge;

        public Action<TimeSpan>? OnRetry => onRetry;

        /// <summary>Before the next attempt; null: there is none.</summary>
        public TimeSpan? Wait { get; set; }
    }
}
