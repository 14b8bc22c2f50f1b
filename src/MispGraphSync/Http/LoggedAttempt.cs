using System.Net;
using System.Net.Http.Headers;
using MispGraphSync.Text;

namespace MispGraphSync.Http;

/// <summary>One attempt at one request, as the request log shall tell of it.</summary>
internal sealed class LoggedAttempt(RequestLog log, ApiCall exchange, RequestLogFile? file)
{
    public ApiCall Call { get; } = exchange;

    public RequestLogFile? File { get; } = file;

    public Secrets Secrets { get; } = log.Secrets;

    public int Number { get; } = exchange.Attempt;

    /// <summary>As sent, absolute.</summary>
    public required Uri Uri { get; init; }

    public DateTimeOffset CompletedAt { get; set; }

    public TimeSpan Duration { get; set; }

    public HttpStatusCode? Status { get; set; }

    public HttpResponseHeaders? Headers { get; set; }

    public string? ContentType { get; set; }

    public Exception? Exception { get; set; }

    /// <summary>Somebody has read it as such; false: not yet known.</summary>
    public bool ResponseIsJson { get; set; }

    public int Accepted { get; private set; }

    public int Rejected { get; private set; }

    public bool Failed { get; private set; }

    /// <exception cref="Core.Ports.RunFailedException">The log file could not be written.</exception>
    public void Finish(int accepted, int rejected, bool failed)
    {
        Accepted = accepted;
        Rejected = rejected;
        Failed = failed;
        log.Write(this);
    }
}
