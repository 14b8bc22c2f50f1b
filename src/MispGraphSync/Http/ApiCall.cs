using System.Net;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Http;

/// <summary>
/// One request to a service and what came of it. It may be sent several times (see <see cref="RetryPolicy"/>); the answer
/// is that of the last attempt. Travels with the message, so that each handler finds it.
/// </summary>
internal sealed class ApiCall : IDisposable
{
    private static readonly HttpRequestOptionsKey<ApiCall> Key = new("misp-graph.exchange");

    /// <summary>The destination's name.</summary>
    public required string Destination { get; init; }

    /// <summary>One word for lines and file names: <c>submit</c>, <c>list</c>.</summary>
    public required string Operation { get; init; }

    public required HttpMethod Method { get; init; }

    /// <summary>Absolute, or relative to the client's base address.</summary>
    public required Uri Uri { get; init; }

    /// <summary>JSON, owned by this exchange; null for none.</summary>
    public PooledBuffer? Body { get; init; }

    /// <summary>As it went out, absolute.</summary>
    public Uri SentUri { get => field ?? Uri; set; }

    /// <summary>How many indicators the request carries.</summary>
    public int Items { get; init; }

    /// <summary>Sending it twice may create twice: only what surely was not processed is sent again.</summary>
    public bool IsNonIdempotent { get; init; }

    /// <summary>Attempts so far; the first is 1.</summary>
    public int Attempt { get; set; }

    /// <summary>Null while, and when, no answer came.</summary>
    public HttpStatusCode? Status { get; set; }

    /// <summary>The answer's bytes, decompressed.</summary>
    public PooledBuffer Response { get; } = new();

    /// <summary>Why there is no answer; null when there is one.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The last attempt's record, while nobody has judged its answer yet.</summary>
    public LoggedAttempt? PendingResult { get; set; }

    /// <summary>The retries' own memory.</summary>
    public RetryState Retries { get; } = new();

    /// <summary>The token that the service refused; null while none was.</summary>
    public string? RefusedToken { get; set; }

    public bool IsSuccess => Status is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices;

    public static ApiCall Of(HttpRequestMessage request) =>
        request.Options.TryGetValue(Key, out var exchange)
            ? exchange
            : throw new InvalidOperationException("A request without its exchange.");

    public void AttachTo(HttpRequestMessage request) => request.Options.Set(Key, this);

    /// <summary>
    /// What the answer, read as JSON to its end or empty, said of the items. A good answer's log file is written here, since only the destination can tell
    /// whether anything in it failed; what is neither accepted nor rejected counts as failed too.
    /// </summary>
    /// <exception cref="RunFailedException">The log file could not be written.</exception>
    public void RecordResult(int accepted, int rejected)
    {
        var attempt = PendingResult;
        PendingResult = null;
        if (attempt is null) return;
        attempt.ResponseIsJson = true;
        attempt.Finish(accepted, rejected, failed: accepted < Items);
    }

    public void Dispose()
    {
        // Nobody made sense of the answer.
        if (PendingResult is { } attempt)
        {
            PendingResult = null;
            try
            {
                attempt.Finish(accepted: 0, rejected: 0, failed: true);
            }
            catch (RunFailedException)
            {
                // The log has it, and lets nothing more out.
            }
        }
        Response.Dispose();
        // Without a good answer the socket may still be reading the body.
        if (IsSuccess) Body?.Dispose();
        else Body?.Abandon();
    }
}
