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
        { IsSuccess: true } => $"{(int)exchange.Status!} with an answer that is not the service's.",
        _ => WithStatus((int?)exchange.Status, ErrorBody.Read(exchange.Answer.Written).ToString()),
    };

    // Some services repeat the status as the error's code.
    private static string WithStatus(int? status, string words) => words.StartsWith($"{status}: ", StringComparison.Ordinal) ? words : $"{status}: {words}";

    private static RunFailedException Throttled(Exchange exchange, string service)
    {
        var wait = exchange.Retries.TooLong is { } seconds ? $" and asks to wait {seconds.TotalSeconds:0} s more" : "";
        return exchange.Retries.IsOverDeadline
            ? new RunFailedException(
                ExitCode.OutOfTime, $"{service} throttles{wait}; that is past the end of this run.", "Run again, or give --max-duration more.")
            : new RunFailedException(
                ExitCode.OutOfReach,
                exchange.Retries.Patience < TimeSpan.FromMinutes(1) ? $"{service} throttles{wait}." : $"{service} has throttled for {exchange.Retries.Patience.TotalMinutes:0} minutes{wait}.",
                "Run again later; a lower requestsPerMinute may help.");
    }
}
