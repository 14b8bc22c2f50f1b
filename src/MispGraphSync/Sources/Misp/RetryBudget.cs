using System.Globalization;
using System.Net;
using Polly;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// How often one request may be tried again. 429: until 15 minutes have been waited in all. A server that fails: five
/// times; one that cannot be reached: three times. An answer that failed and may be asked for in smaller portions: never,
/// since a smaller one is the better try.
/// </summary>
internal sealed class RetryBudget(bool canShrink, TimeProvider time)
{
    private const int Attempts = 5;
    private const int Connections = 3;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private int _failures;
    private int _throttled;
    private TimeSpan _waited;

    /// <summary>What to wait before the retry that was just granted.</summary>
    public TimeSpan Wait { get; private set; }

    public bool Grants(Outcome<HttpResponseMessage> outcome)
    {
        if (outcome.Result is { StatusCode: HttpStatusCode.TooManyRequests } throttled)
        {
            return Spend(Asked(throttled) ?? Backoff(_throttled++));
        }

        var allowed = outcome switch
        {
            { Exception: TimeoutException } => canShrink ? 0 : 1,
            { Exception: HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } } => canShrink ? 0 : Attempts,
            { Exception: HttpRequestException e } => MispResilience.IsLasting(e) ? 0 : Connections,
            { Result.StatusCode: HttpStatusCode.ServiceUnavailable } => Attempts,
            { Result.StatusCode: >= HttpStatusCode.InternalServerError } => canShrink ? 0 : Attempts,
            _ => 0,
        };
        return _failures < allowed && Spend(Asked(outcome.Result) ?? Backoff(_failures++));
    }

    private bool Spend(TimeSpan wait)
    {
        if (_waited + wait > Longest)
        {
            return false;
        }
        _waited += wait;
        Wait = wait;
        return true;
    }

    /// <summary>1, 2, 4 … 32 seconds.</summary>
    private static TimeSpan Backoff(int failures) => TimeSpan.FromSeconds(1 << Math.Min(failures, 5));

    /// <summary>What the server asks for; MISP sends no Retry-After, but the seconds until its counter is reset.</summary>
    private TimeSpan? Asked(HttpResponseMessage? answer)
    {
        var wait = answer?.Headers.RetryAfter is { } retry
            ? retry.Delta ?? retry.Date - time.GetUtcNow()
            : answer?.StatusCode is HttpStatusCode.TooManyRequests
                && answer.Headers.TryGetValues("X-Rate-Limit-Reset", out var values)
                && int.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                    ? TimeSpan.FromSeconds(seconds)
                    : null;
        return wait is null ? null : wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait;
    }
}
