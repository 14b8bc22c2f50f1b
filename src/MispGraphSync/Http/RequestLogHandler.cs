using System.Buffers;
using System.Net;

namespace MispGraphSync.Http;

/// <summary>
/// Innermost: sees each attempt as it is sent, reads the response whole and bounded, and leaves a file of it. A failed attempt
/// is recorded here, a good response when the destination has read it (<see cref="ApiCall.RecordResult"/>).
/// </summary>
internal sealed class RequestLogHandler(RequestLog log) : DelegatingHandler
{
    private const int MaxResponse = 64 * 1024 * 1024;

    /// <summary>To items that were sent: they come back at most, and several such responses are read at the same time.</summary>
    private const int MaxResponseToItems = 16 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var call = ApiCall.Of(request);
        call.BeginAttempt(request.RequestUri!);
        var attempt = log.Begin(call);
        if (request.Headers.Authorization?.Parameter is { } token) log.Secrets.Add(token);
        var started = log.Time.GetTimestamp();
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, ct).ConfigureAwait(false);
            attempt.Status = response.StatusCode;
            attempt.Headers = response.Headers;
            attempt.ContentType = response.Content.Headers.ContentType?.ToString();
            await call.Response.ReadAsync(response.Content, call.Items > 0 ? MaxResponseToItems : MaxResponse, ct).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Complete(attempt, started);
            attempt.Exception = e;
            attempt.Finish(accepted: 0, rejected: 0, failed: true);
            throw;
        }

        Complete(attempt, started);
        call.Status = response.StatusCode;
        if (call.IsSuccess) call.PendingResult = attempt;
        else attempt.Finish(accepted: 0, RejectedItems(call), failed: true);
        return response;
    }

    /// <summary>Every 4xx rejects the items for good, unless it is about sign-in, time or rate.</summary>
    private static int RejectedItems(ApiCall call) =>
        (int)call.Status! is >= 400 and < 500 and not (401 or 403 or 408 or 429) ? call.Items : 0;

    private void Complete(LoggedAttempt attempt, long started)
    {
        attempt.Duration = log.Time.GetElapsedTime(started);
        attempt.CompletedAt = log.Time.GetUtcNow();
        // Before anybody reads it.
        var isError = attempt.Status is not (>= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices);
        if (log.Secrets.Mask(attempt.Call.Response.Written.Span, isError) is { } masked)
        {
            attempt.Call.Response.Clear();
            attempt.Call.Response.Write(masked);
        }
    }
}
