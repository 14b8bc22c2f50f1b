using System.Net;

namespace MispGraphSync.Http;

/// <summary>
/// Waits for the rate limiter, sends, and sends again where that is safe and may help. 429 is waited out for all requests of
/// the destination; 5xx and broken connections are retried; a refused token is renewed once; every other 4xx is final.
/// A non-idempotent create may have succeeded although its response was lost: it is repeated only after 429, after a refused
/// token, and if nothing was sent. Neither the rate limiter nor signing in counts towards the attempt's time limit.
/// </summary>
internal sealed class RetryingHandler(RateLimiter limiter, TimeProvider time, RetryOptions options) : DelegatingHandler
{
    private readonly RetryPolicy _policy = new(time, options);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var call = ApiCall.Of(request);
        var verdict = default(RetryVerdict);
        using var waits = CancellationTokenSource.CreateLinkedTokenSource(ct, options.Stop);
        try
        {
            return await _policy.RunAsync(
                call.Retries, AttemptAsync, (response, e) => verdict = e is null ? Judge(call, response!) : Judge(call, e), waits.Token,
                Pause).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (options.Stop.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new RequestNotSentException(mayHaveHappened: call.Retries.Failures > 0 && !call.IsNonIdempotent, options.Stop);
        }

        async Task<HttpResponseMessage> AttemptAsync(CancellationToken untilStop)
        {
            await limiter.WaitAsync(untilStop).ConfigureAwait(false);
            // A stop lets the attempt in flight finish.
            return await base.SendAsync(request, ct).ConfigureAwait(false);
        }

        void Pause(TimeSpan wait)
        {
            if (!verdict.IsForAll) return;
            var until = time.GetUtcNow() + wait;
            limiter.PauseUntil(until);
            options.OnPause?.Invoke(call.Destination, until);
        }
    }

    private static RetryVerdict Judge(ApiCall call, Exception e)
    {
        if (!TransportError.Matches(e)) return default;
        var error = TransportError.From(e, call.Uri);
        return error.IsTransient && (error.NothingSent || !call.IsNonIdempotent) ? new(RetryKind.Failed) : default;
    }

    private RetryVerdict Judge(ApiCall call, HttpResponseMessage response)
    {
        var asked = RetryAfter.FromHeaders(response, time.GetUtcNow());
        return response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => new(RetryKind.Throttled, asked ?? RetryAfter.FromBody(call.Response.Written.Span)),
            HttpStatusCode.Unauthorized when call.RefusedToken is not null => new(RetryKind.NewToken),
            // It says that it will never work.
            HttpStatusCode.NotImplemented => default,
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError when !call.IsNonIdempotent =>
                new(RetryKind.Failed, asked),
            _ => default,
        };
    }
}
