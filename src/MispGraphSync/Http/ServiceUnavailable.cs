using System.Globalization;
using System.Net;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Http;

/// <summary>Answers that concern the whole destination, whatever the service: out of reach, throttled for too long, redirected.</summary>
internal static class ServiceUnavailable
{
    /// <summary>Null when the exchange is no such failure.</summary>
    /// <param name="service">The service's name for people.</param>
    public static RunFailedException? From(ApiCall exchange, string service)
    {
        if (exchange.Failure is { } failure)
        {
            var trouble = TransportError.From(failure, exchange.SentUri);
            return trouble.NothingSent
                ? new RunFailedException(RunOutcome.Unreachable, $"{service} is out of reach. {trouble.Message}", trouble.Remedy, failure)
                : null;
        }
        if (IsPageInsteadOf(exchange))
            return new RunFailedException(
                RunOutcome.Unreachable,
                $"What answers at {exchange.SentUri.GetLeftPart(UriPartial.Authority)} sent a web page ({(int)exchange.Status!}), "
                + $"not an answer of {service}.",
                "A proxy or a login page may stand in between: have this host allowed; check the proxy and the destination's endpoint.")
            {
                // It may have let the request through, and kept the answer.
                MayHaveHappened = exchange.Items > 0,
            };
        return exchange.Status switch
        {
            HttpStatusCode.TooManyRequests => Throttled(exchange, service),
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => new RunFailedException(
                RunOutcome.Unreachable, $"{service} answered with a redirect ({(int)exchange.Status}), which is not followed.",
                "Check the destination's endpoint and the proxy."),
            HttpStatusCode.ProxyAuthenticationRequired => new RunFailedException(
                RunOutcome.Unreachable, $"The proxy wants to know who asks for {service}.", "Check the proxy setting."),
            _ => null,
        };
    }

    /// <summary>Why an exchange without a usable answer has none, in a few words.</summary>
    public static string Describe(ApiCall exchange) => exchange switch
    {
        { Failure: { } failure } => TransportError.From(failure, exchange.SentUri).Message,
        { IsSuccess: false } when ErrorBody.IsWebPage(exchange.Response.Written.Span) =>
            $"{(int?)exchange.Status}: a web page, not the service's answer.",
        { IsSuccess: true } => $"{(int)exchange.Status!} with an answer that is not the service's.",
        _ => WithStatus((int?)exchange.Status, ErrorBody.Read(exchange.Response.Written).ToString()),
    };

    // Gateways have pages of their own for what may pass or is too large.
    private static bool IsPageInsteadOf(ApiCall exchange) =>
        (int?)exchange.Status is >= 400 and < 500 and not (407 or 408 or 413 or 429) && ErrorBody.IsWebPage(exchange.Response.Written.Span);

    // Some services repeat the status as the error's code.
    private static string WithStatus(int? status, string words) => words.StartsWith($"{status}: ", StringComparison.Ordinal) ? words : $"{status}: {words}";

    private static RunFailedException Throttled(ApiCall exchange, string service)
    {
        var wait = exchange.Retries.ExcessiveWait is { } asked
            ? string.Create(CultureInfo.InvariantCulture, $" and asks to wait {asked.TotalSeconds:#,0} s")
            : "";
        var waited = exchange.Retries.TotalWaited;
        return exchange.Retries.IsOverDeadline
            ? new RunFailedException(
                RunOutcome.OutOfTime, $"{service} throttles{wait}; that is past the end of this run.", "Run again, or give --max-duration more.")
            : new RunFailedException(
                RunOutcome.Unreachable,
                waited < TimeSpan.FromMinutes(1)
                    ? $"{service} throttles{wait}, longer than is waited."
                    : $"{service} has throttled for {waited.TotalMinutes:0} minutes{wait} more.",
                "Run again later; a lower requestsPerMinute may help.");
    }
}
