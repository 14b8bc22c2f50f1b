using System.Net;

namespace MispGraphSync.Http;

/// <summary>
/// Innermost: sees each attempt as it goes out, reads the answer whole and bounded, and leaves a file of it. A failed
/// attempt is recorded at once, a good answer when the destination has judged it (<see cref="ApiCall.RecordResult"/>).
/// </summary>
internal sealed class RequestLogHandler(RequestLog log) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var exchange = ApiCall.Of(request);
        exchange.Attempt++;
        exchange.Status = null;
        exchange.Response.Clear();
        exchange.SentUri = request.RequestUri!;
        var attempt = log.Begin(exchange, request.RequestUri!);
        if (request.Headers.Authorization?.Parameter is { } token) log.Secrets.Add(token);
        var started = log.Time.GetTimestamp();
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, ct).ConfigureAwait(false);
            attempt.Status = response.StatusCode;
            attempt.Headers = response.Headers;
            attempt.ContentType = response.Content.Headers.ContentType?.ToString();
            await BoundedRead.ToAsync(response.Content, exchange.Response, ct, exchange.Items > 0 ? BoundedRead.LongestToItems : BoundedRead.Longest).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Complete(attempt, started);
            attempt.Exception = e;
            attempt.Finish(accepted: 0, rejected: 0, failed: true);
            throw;
        }

        Complete(attempt, started);
        exchange.Status = response.StatusCode;
        if (exchange.IsSuccess) exchange.PendingResult = attempt;
        else attempt.Finish(accepted: 0, Refused(exchange), failed: true);
        return response;
    }

    /// <summary>Items that are refused for good: by any 4xx that is not about sign-in, time or pace.</summary>
    private static int Refused(ApiCall exchange) =>
        (int)exchange.Status! is >= 400 and < 500 and not (401 or 403 or 408 or 429) ? exchange.Items : 0;

    private void Complete(LoggedAttempt attempt, long started)
    {
        attempt.Duration = log.Time.GetElapsedTime(started);
        attempt.CompletedAt = log.Time.GetUtcNow();
        // Before anybody reads it.
        log.Secrets.Mask(attempt.Call.Response,
            isError: attempt.Status is not (>= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices));
    }
}
