using System.Net;

namespace MispGraphSync.Http;

/// <summary>
/// One request to a service and what came of it. It may be sent several times (see <see cref="RetryPolicy"/>); the response
/// is that of the last attempt. Travels with the message, so that each handler finds it.
/// </summary>
internal sealed class ApiCall : IDisposable
{
    private static readonly HttpRequestOptionsKey<ApiCall> Key = new("misp-graph.call");

    /// <summary>The destination's name.</summary>
    public required string Destination { get; init; }

    /// <summary>One word for lines and file names: <c>submit</c>, <c>list</c>.</summary>
    public required string Operation { get; init; }

    public required HttpMethod Method { get; init; }

    /// <summary>Absolute, or relative to the client's base address.</summary>
    public required Uri Uri { get; init; }

    /// <summary>JSON, owned by this call; null for none.</summary>
    public PooledBuffer? Body { get; init; }

    /// <summary>How many indicators the request carries.</summary>
    public int Items { get; init; }

    /// <summary>The header <c>Prefer</c>; null for none.</summary>
    public string? Prefer { get; init; }

    /// <summary>A good response names machines and people: the request log keeps nothing of it.</summary>
    public bool IsResponsePrivate { get; init; }

    /// <summary>Sending it twice may create twice: only what certainly was not processed is sent again.</summary>
    public bool IsNonIdempotent { get; init; }

    /// <summary>As it was sent, absolute.</summary>
    public Uri SentUri { get => field ?? Uri; private set; }

    /// <summary>Attempts so far; the first is 1.</summary>
    public int Attempts { get; private set; }

    /// <summary>Null while, and when, no response came.</summary>
    public HttpStatusCode? Status { get; set; }

    /// <summary>The response's bytes, decompressed.</summary>
    public PooledBuffer Response { get; } = new();

    /// <summary>Why there is no response; null when there is one.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The last attempt, while nobody has read its response yet.</summary>
    public LoggedAttempt? PendingResult { get; set; }

    public RetryState Retries { get; } = new();

    /// <summary>The token that the service refused; null while none was.</summary>
    public string? RefusedToken { get; set; }

    public bool IsSuccess => Status is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices;

    public static ApiCall Of(HttpRequestMessage request) =>
        request.Options.TryGetValue(Key, out var call) ? call : throw new InvalidOperationException("A request without its call.");

    public void AttachTo(HttpRequestMessage request) => request.Options.Set(Key, this);

    public void BeginAttempt(Uri uri)
    {
        SentUri = uri;
        Attempts++;
        Status = null;
        Response.Clear();
    }

    /// <summary>
    /// What the response, read as JSON to its end or empty, says of the items. The log file of a good response is written here,
    /// since only the destination knows whether anything in it failed; what is neither accepted nor rejected counts as failed too.
    /// </summary>
    /// <exception cref="RunFailedException">The log file could not be written.</exception>
    public void RecordResult(int accepted, int rejected)
    {
        if (PendingResult is not { } attempt) return;
        PendingResult = null;
        attempt.IsResponseJson = true;
        attempt.Finish(accepted, rejected, failed: accepted < Items);
    }

    public void Dispose()
    {
        try
        {
            // Nobody recorded a result.
            PendingResult?.Finish(accepted: 0, rejected: 0, failed: true);
        }
        catch (RunFailedException)
        {
            // The log keeps it, and lets nothing more be sent.
        }

        PendingResult = null;
        Response.Dispose();
        // Without a good response the socket may still be reading the body.
        if (IsSuccess) Body?.Dispose();
        else Body?.Abandon();
    }
}
