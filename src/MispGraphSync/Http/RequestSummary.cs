using System.Net;

namespace MispGraphSync.Http;

/// <summary>
/// What the command line prints of one attempt. The bodies (empty for none) are valid only while the callback runs.
/// </summary>
/// <param name="Status">Null when no answer came.</param>
/// <param name="Attempt">1, or more for a retry.</param>
/// <param name="Failed">The request, or at least one of its items, failed.</param>
/// <param name="FileName">Null when the settings keep no file of it.</param>
/// <param name="Error">What went wrong when no answer came, for people.</param>
internal readonly record struct RequestSummary(
    string Destination,
    string Operation,
    int Items,
    int Accepted,
    int Rejected,
    HttpStatusCode? Status,
    int Attempt,
    bool Failed,
    TimeSpan Duration,
    string? FileName,
    string? Error,
    ReadOnlyMemory<byte> Request,
    ReadOnlyMemory<byte> Response);
