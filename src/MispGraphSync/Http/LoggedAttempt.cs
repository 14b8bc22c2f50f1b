using System.Net;
using System.Net.Http.Headers;

namespace MispGraphSync.Http;

/// <summary>One attempt at a call, for the request log and the console. The call's bodies are valid while it is being written.</summary>
/// <param name="uri">As sent, absolute.</param>
/// <param name="file">Null where none was opened yet.</param>
internal sealed class LoggedAttempt(RequestLog log, ApiCall call, Uri uri, RequestLogFile? file = null)
{
    public ApiCall Call => call;

    public Uri Uri => uri;

    public RequestLogFile? File => file;

    /// <summary>1, or more for a retry.</summary>
    public int Number { get; } = call.Attempts;

    public DateTimeOffset CompletedAt { get; set; }

    public TimeSpan Duration { get; set; }

    /// <summary>Null when no response came.</summary>
    public HttpStatusCode? Status { get; set; }

    public HttpResponseHeaders? Headers { get; set; }

    public string? ContentType { get; set; }

    public Exception? Exception { get; set; }

    /// <summary>Somebody has read it as JSON; false: not yet known.</summary>
    public bool IsResponseJson { get; set; }

    public int Accepted { get; private set; }

    public int Rejected { get; private set; }

    /// <summary>The request, or at least one of its items, failed.</summary>
    public bool Failed { get; private set; }

    /// <summary>Null when no file is kept of it.</summary>
    public string? FileName { get; set; }

    /// <summary>Why no response came; null when one did.</summary>
    public string? Error => Exception is null ? null : TransportError.From(Exception, uri).Message;

    /// <exception cref="Core.Ports.RunFailedException">The log file could not be written.</exception>
    public void Finish(int accepted, int rejected, bool failed)
    {
        (Accepted, Rejected, Failed) = (accepted, rejected, failed);
        log.Write(this);
    }
}
