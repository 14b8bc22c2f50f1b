using System.Globalization;
using System.Net;

namespace MispGraphSync.Http;

/// <summary>Responses that concern the whole destination, whatever the service: unreachable, throttled for too long, redirected.</summary>
internal static class ServiceUnavailable
{
    /// <summary>Null when the call is no such failure.</summary>
    /// <param name="service">The service's name for people.</param>
    public static RunFailedException? From(ApiCall call, string service)
    {
        if (call.Failure is { } failure)
            return TransportError.From(failure, call.SentUri) is { NothingSent: true } error
                ? new RunFailedException(RunOutcome.Unreachable, $"{service} is unreachable. {error.Message}", error.Remedy, failure)
                : null;
        if (call.Status is not { } status) return null;
        if (status == HttpStatusCode.TooManyRequests) return Throttled(call.Retries, service);
        // A proxy may have let the request through, and kept the response.
        return From(status, call.Response.Written.Span, call.SentUri, service, "the destination's endpoint", call.Items > 0);
    }

    /// <summary>Null when the response is the service's own.</summary>
    /// <param name="place">What in the settings names the address.</param>
    public static RunFailedException? From(
        HttpStatusCode status, ReadOnlySpan<byte> response, Uri uri, string service, string place, bool? mayHaveHappened = null)
    {
        if (IsPageInsteadOf((int)status, response))
            return new RunFailedException(
                RunOutcome.Unreachable,
                $"{uri.GetLeftPart(UriPartial.Authority)} sent a web page ({(int)status}), not an answer of {service}.",
                $"A proxy or a login page may be in between: have this host allowed; check the proxy and {place}.")
            {
                MayHaveHappened = mayHaveHappened,
            };
        return status switch
        {
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => new RunFailedException(
                RunOutcome.Unreachable, $"{service} answered with a redirect ({(int)status}), which is not followed.",
                $"Check {place} and the proxy."),
            HttpStatusCode.ProxyAuthenticationRequired => new RunFailedException(
                RunOutcome.Unreachable, $"The proxy requires authentication for {service} (407).", "Check the proxy setting."),
            _ => null,
        };
    }

    /// <summary>Why a call without a usable response has none, in a few words.</summary>
    public static string Describe(ApiCall call)
    {
        if (call.Failure is { } failure) return TransportError.From(failure, call.SentUri).Message;
        var status = (int?)call.Status;
        if (call.IsSuccess) return $"{status} with an answer that is not the service's.";
        if (ErrorBody.IsWebPage(call.Response.Written.Span)) return $"{status}: a web page, not the service's answer.";
        // Some services repeat the status as the error's code.
        var words = ErrorBody.Read(call.Response.Written).ToString();
        return words.StartsWith($"{status}: ", StringComparison.Ordinal) ? words : $"{status}: {words}";
    }

    // Gateways have pages of their own for what may pass or is too large.
    private static bool IsPageInsteadOf(int status, ReadOnlySpan<byte> response) =>
        status is >= 400 and < 500 and not (407 or 408 or 413 or 429) && ErrorBody.IsWebPage(response);

    private static RunFailedException Throttled(RetryState retries, string service)
    {
        var asks = retries.ExcessiveWait is { } wait
            ? string.Create(CultureInfo.InvariantCulture, $" and asks to wait {wait.TotalSeconds:#,0} s")
            : "";
        if (retries.IsOverDeadline)
            return new RunFailedException(
                RunOutcome.OutOfTime, $"{service} throttles{asks}; that is past the end of this run.",
                "Run again, or give --max-duration more.");
        return new RunFailedException(
            RunOutcome.Unreachable,
            retries.TotalWaited < TimeSpan.FromMinutes(1)
                ? $"{service} throttles{asks}, longer than is waited."
                : $"{service} has throttled for {retries.TotalWaited.TotalMinutes:0} minutes{asks} more.",
            "Run again later; a lower requestsPerMinute may help.");
    }
}
