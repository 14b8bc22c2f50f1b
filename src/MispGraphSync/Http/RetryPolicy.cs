using System.Net;
using MispGraphSync.Core.Ports;
using Polly;
using Polly.Retry;

namespace MispGraphSync.Http;

/// <summary>
/// The one place where anything is sent again. Outermost first: retry, then pace; inside of both <see cref="AttemptTimeoutHandler"/> times out
/// one attempt, so that neither waiting for a turn nor signing in counts. A repeated request queues again. 429 is waited
/// out for all of the destination's requests, 5xx and broken connections are tried five
/// times more, a refused token is fetched anew once; every other 4xx is final. A plain create may have happened although
/// no answer tells: there only 429, a refused token, and failures before the request was written are repeated. A run that
/// is told to end waits for no turn and no repeat any more, but lets the attempt under way finish.
/// </summary>
internal sealed class RetryPolicy
{
    /// <summary>Repeats after 5xx and broken connections, where nobody says otherwise.</summary>
    public const int MaxRetries = 5;

    /// <summary>The most one request waits because it was told to, where nobody says otherwise.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(15);

    private static readonly ResiliencePropertyKey<ApiCall> Key = new("misp-graph.exchange");
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(1);

    private readonly Pace _pace;
    private readonly TimeProvider _time;
    private readonly RetryOptions _rules;
    private readonly ResiliencePipeline<HttpResponseMessage> _waits;

    public RetryPolicy(Pace pace, TimeProvider time, RetryOptions rules)
    {
        _pace = pace;
        _time = time;
        _rules = rules;
        _waits = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                // Bounded by Decide: five failures, fifteen minutes, the run's deadline.
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = args => ValueTask.FromResult(Decide(Of(args.Context), args.Outcome)),
                DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(Of(args.Context).Retries.NextDelay),
            })
            .AddRateLimiter(pace)
            .Build();
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, CancellationToken ct)
    {
        using var waits = CancellationTokenSource.CreateLinkedTokenSource(ct, _rules.Stop);
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, waits.Token);
        var exchange = ApiCall.Of(request);
        context.Properties.Set(Key, exchange);
        try
        {
            return await _waits.ExecuteAsync(
                static async (_, s) => await s.send(s.request, s.ct).ConfigureAwait(false), context, (request, send, ct))
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_rules.Stop.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new RequestNotSentException(mayHaveHappened: exchange.Retries.Failures > 0 && !exchange.IsNonIdempotent, _rules.Stop);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static ApiCall Of(ResilienceContext context) => context.Properties.GetValue(Key, null!);

    /// <summary>Whether to send it again; if so, <see cref="RetryState.NextDelay"/> says after how long.</summary>
    private bool Decide(ApiCall exchange, Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: { } e } => TransportError.Matches(e) && AfterTrouble(exchange, TransportError.From(e, exchange.Uri)),
        { Result: { StatusCode: HttpStatusCode.TooManyRequests } answer } => AfterThrottle(exchange, answer),
        { Result.StatusCode: HttpStatusCode.Unauthorized } => AfterRefusedToken(exchange),
        { Result: { } answer } when IsServerFailure(answer.StatusCode) => !exchange.IsNonIdempotent && AfterFailure(exchange, answer),
        _ => false,
    };

    /// <summary>501 says that it will never work.</summary>
    private static bool IsServerFailure(HttpStatusCode status) => status == HttpStatusCode.RequestTimeout
        || (status >= HttpStatusCode.InternalServerError && status != HttpStatusCode.NotImplemented);

    private bool AfterTrouble(ApiCall exchange, TransportError trouble) =>
        trouble.IsTransient && (trouble.NothingSent || !exchange.IsNonIdempotent) && AfterFailure(exchange, answer: null);

    private bool AfterFailure(ApiCall exchange, HttpResponseMessage? answer)
    {
        var retries = exchange.Retries;
        if (++retries.Failures > _rules.MaxRetries) return false;
        var asked = answer is null ? null : RetryAfter.FromHeader(answer, _time.GetUtcNow());
        return Wait(exchange, asked ?? Backoff(retries.Failures), asked is not null);
    }

    private bool AfterThrottle(ApiCall exchange, HttpResponseMessage answer)
    {
        var retries = exchange.Retries;
        retries.Throttled++;
        var asked = RetryAfter.FromHeader(answer, _time.GetUtcNow()) ?? RetryAfter.FromBody(exchange.Response.Written.Span);
        return Wait(exchange, asked ?? _rules.DefaultThrottleWait ?? Backoff(retries.Throttled), forAll: true);
    }

    private static bool AfterRefusedToken(ApiCall exchange)
    {
        var retries = exchange.Retries;
        if (retries.HasFreshToken || exchange.RefusedToken is null) return false;
        retries.HasFreshToken = true;
        retries.NextDelay = TimeSpan.Zero;
        return true;
    }

    /// <summary>False when the wait is longer than the request, or the run, can take.</summary>
    private bool Wait(ApiCall exchange, TimeSpan wait, bool forAll)
    {
        var retries = exchange.Retries;
        // A service that says "0" again and again must not spin.
        if (forAll && wait < _rules.MinWait) wait = _rules.MinWait;
        var since = retries.WaitingSince ??= _time.GetTimestamp();
        retries.IsOverDeadline = _rules.Deadline is { } deadline && _time.GetUtcNow() + wait > deadline;
        if (retries.IsOverDeadline || _time.GetElapsedTime(since) + wait > _rules.MaxWait)
        {
            retries.TotalWaited = _time.GetElapsedTime(since);
            retries.ExcessiveWait = wait;
            return false;
        }
        if (forAll)
        {
            var until = _time.GetUtcNow() + wait;
            _pace.PauseUntil(until);
            _rules.OnPause?.Invoke(exchange.Destination, until);
        }

        retries.NextDelay = wait;
        return true;
    }

    /// <summary>1, 2, 4, 8 … seconds, each shortened by up to a half, so that clients do not return all at once.</summary>
    private TimeSpan Backoff(int count)
    {
        var full = Math.Min(LongestBackoff.TotalSeconds, Math.Pow(2, Math.Min(count, 10) - 1));
        return TimeSpan.FromSeconds(full * (1 - (0.5 * _rules.Jitter())));
    }
}
