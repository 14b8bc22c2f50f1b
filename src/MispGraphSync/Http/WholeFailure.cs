using System.Globalization;
using System.Net;
using MispGraphSync.Core.Sync;

namespace MispGraphSync.Http;

/// <summary>Answers that concern the whole destination, whatever the service: out of reach, throttled for too long, redirected.</summary>
internal static class WholeFailure
{
    /// <summary>Null when the exchange is no such failure.</summary>
    /// <param name="service">The service's name for people.</param>
    public static RunFailedException? Of(Exchange exchange, string service)
    {
        if (exchange.Failure is { } failure)
        {
            var trouble = Trouble.Of(failure, exchange.Sent);
            return trouble.BeforeWriting
                ? new RunFailedException(ExitCode.OutOfReach, $"{service} is out of reach. {trouble.Message}", trouble.Remedy, failure)
                : null;
        }
        if (IsPageInsteadOf(exchange))
            return new RunFailedException(
                ExitCode.OutOfReach,
                $"What answers at {exchange.Sent.GetLeftPart(UriPartial.Authority)} sent a web page ({(int)exchange.Status!}), "
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
                ExitCode.OutOfReach, $"{service} answered with a redirect ({(int)exchange.Status}), which is not followed.",
                "Check the destination's endpoint and the proxy."),
            HttpStatusCode.ProxyAuthenticationRequired => new RunFailedException(
                ExitCode.OutOfReach, $"The proxy wants to know who asks for {service}.", "Check the proxy setting."),
            _ => null,
        };
    }

    /// <summary>Why an exchange without a usable answer has none, in a few words.</summary>
    public static string Why(Exchange exchange) => exchange switch
    {
        { Failure: { } failure } => Trouble.Of(failure, exchange.Sent).Message,
        { IsSuccess: false } when ErrorBody.IsPage(exchange.Answer.Written.Span) =>
            $"{(int?)exchange.Status}: a web page, not the service's answer.",
        { IsSuccess: true } => $"{(int)exchange.Status!} with an answer that is not the service's.",
        _ => WithStatus((int?)exchange.Status, ErrorBody.Read(exchange.Answer.Written).ToString()),
    };

    // Gateways have pages of their own for what may pass or is too large.
    private static bool IsPageInsteadOf(Exchange exchange) =>
        (int?)exchange.Status is >= 400 and < 500 and not (407 or 408 or 413 or 429) && ErrorBody.IsPage(exchange.Answer.Written.Span);

    // Some services repeat the status as the error's code.
    private static string WithStatus(int? status, string words) => words.StartsWith($"{status}: ", StringComparison.Ordinal) ? words : $"{status}: {words}";

    private static RunFailedException Throttled(Exchange exchange, string service)
    {
        var wait = exchange.Retries.TooLong is { } asked
            ? string.Create(CultureInfo.InvariantCulture, $" and asks to wait {asked.TotalSeconds:#,0} s")
            : "";
        var waited = exchange.Retries.Waited;
        return exchange.Retries.IsOverDeadline
            ? new RunFailedException(
                ExitCode.OutOfTime, $"{service} throttles{wait}; that is past the end of this run.", "Run again, or give --max-duration more.")
            : new RunFailedException(
                ExitCode.OutOfReach,
                waited < TimeSpan.FromMinutes(1)
                    ? $"{service} throttles{wait}, longer than is waited."
                    : $"{service} has throttled for {waited.TotalMinutes:0} minutes{wait} more.",
                "Run again later; a lower requestsPerMinute may help.");
    }
}
