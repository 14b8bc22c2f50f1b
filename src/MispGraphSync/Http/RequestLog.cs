using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using MispGraphSync.Core.Ports;
using MispGraphSync.Text;

namespace MispGraphSync.Http;

/// <summary>
/// The folder with one JSON file for each request attempt, of all destinations of one run. Once something could not be
/// recorded, nothing more is sent.
/// </summary>
internal sealed class RequestLog(
    LogSettings settings, long run, TimeProvider time, Action<RequestSummary>? onRequest = null, Secrets? secrets = null)
{
    // Answers are about as long as requests; no honest one is this much longer.
    private const int RoomBesidesBodies = 1024 * 1024;

    /// <summary>ENOSPC.</summary>
    private const int NoRoom = 28;

    [ThreadStatic]
    private static RequestLogWriter? _writer;

    private readonly Lock _probing = new();
    private int _sequence;
    private int _hidden;
    private bool _probed;
    private RunFailedException? _failure;

    private readonly ConcurrentDictionary<string, RequestCounts> _counts = new(StringComparer.Ordinal);

    public TimeProvider Time { get; } = time;

    public long Run { get; } = run;

    /// <summary>What neither a file nor an answer that is passed on may hold.</summary>
    public Secrets Secrets { get; } = secrets ?? new Secrets();

    /// <summary>What was sent to one destination so far in this run.</summary>
    public RequestCounts CountsOf(string destination) => _counts.GetValueOrDefault(destination);

    /// <summary>In bytes; null where the system cannot tell, as for a network share on Windows.</summary>
    public static long? FreeSpaceOf(string folder)
    {
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace;
        }
        catch (Exception fault) when (fault is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Makes sure that the attempt can be recorded.</summary>
    /// <exception cref="RunFailedException">Usage, or OutOfReach where there is no room: it cannot; nothing may be sent.</exception>
    public LoggedAttempt Begin(ApiCall exchange, Uri uri)
    {
        if (_failure is { } failure) throw Unsent(failure, exchange);
        return new LoggedAttempt(this, exchange, Open(exchange)) { Uri = uri };
    }

    /// <exception cref="RunFailedException">Usage: the file could not be written; the same for every later attempt.</exception>
    public void Write(LoggedAttempt attempt)
    {
        Count(attempt);
        var sequence = Interlocked.Increment(ref _sequence);
        var name = FileName(attempt, sequence);
        var isKept = settings.Requests == RequestLogging.All || (settings.Requests == RequestLogging.Errors && attempt.Failed);
        if (isKept) Keep(attempt, name);
        onRequest?.Invoke(Line(attempt, isKept ? name : null));
    }

    private void Count(LoggedAttempt attempt)
    {
        var isRetry = attempt.Number > 1;
        var one = new RequestCounts(isRetry ? 0 : 1, isRetry ? 1 : 0, attempt.Status == HttpStatusCode.TooManyRequests ? 1 : 0);
        _counts.AddOrUpdate(attempt.Call.Destination, one, (_, sum) => new RequestCounts(sum.Sent + one.Sent, sum.Retries + one.Retries, sum.Throttled + one.Throttled));
    }

    private static string FileName(LoggedAttempt attempt, int sequence)
    {
        var exchange = attempt.Call;
        var at = attempt.CompletedAt.UtcDateTime.ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture);
        var error = attempt.Failed ? "_error" : "";
        var status = attempt.Status is { } code ? ((int)code).ToString(CultureInfo.InvariantCulture) : "none";
        return $"{at}_{sequence:D6}_{exchange.Destination}_{exchange.Operation}{error}_{status}.json";
    }

    private static RequestSummary Line(LoggedAttempt attempt, string? name) => new(
        attempt.Call.Destination, attempt.Call.Operation, attempt.Call.Items, attempt.Accepted, attempt.Rejected,
        attempt.Status, attempt.Number, attempt.Failed, attempt.Duration, name,
        attempt.Exception is null ? null : TransportError.From(attempt.Exception, attempt.Uri).Message,
        attempt.Call.Body?.Written ?? default,
        attempt.Exception is not null ? default : attempt.Call.Response.Written);

    private RequestLogFile? Open(ApiCall exchange)
    {
        try
        {
            switch (settings.Requests)
            {
                case RequestLogging.All:
                    Probe();
                    ThrowIfFull(exchange);
                    return new RequestLogFile(settings.Directory, HiddenName());
                case RequestLogging.Errors:
                    Probe();
                    ThrowIfFull(exchange);
                    return null;
                default:
                    return null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unsent(_failure = Failure(e), exchange);
        }
    }

    private void Keep(LoggedAttempt attempt, string name)
    {
        try
        {
            using var file = attempt.File ?? new RequestLogFile(settings.Directory, HiddenName());
            file.Complete(name, (_writer ??= new RequestLogWriter()).Write(Run, attempt));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The request is out: whatever it says, the next run has to find out what became of it.
            throw _failure = Failure(e, mayHaveHappened: true);
        }
    }

    /// <summary>Makes the folder, and a file in it, once a run.</summary>
    private void Probe()
    {
        lock (_probing)
        {
            if (_probed) return;
            PrivateFile.CreateFolder(settings.Directory);
            using (new RequestLogFile(settings.Directory, HiddenName())) { }
            _probed = true;
        }
    }

    private void ThrowIfFull(ApiCall exchange)
    {
        var needed = RoomBesidesBodies + (2L * (exchange.Body?.Written.Length ?? 0));
        if (FreeSpaceOf(settings.Directory) < needed) throw new IOException("The disk is full.", NoRoom);
    }

    /// <summary>Hidden, so that a pattern over the folder never meets half a file; no other process has the same.</summary>
    private string HiddenName() => $".{Environment.ProcessId}-{Interlocked.Increment(ref _hidden)}.tmp";

    // Of this attempt nothing went out, but an earlier attempt at the same request may have gone through.
    private static RunFailedException Unsent(RunFailedException failure, ApiCall exchange) =>
        new(failure.Outcome, failure.Message, failure.Remedy, failure.InnerException) { MayHaveHappened = exchange.Retries.Failures > 0 && !exchange.IsNonIdempotent };

    private RunFailedException Failure(Exception e, bool? mayHaveHappened = null) => new(
        DiskFault.IsFull(e) ? RunOutcome.Unreachable : RunOutcome.InvalidInput,
        $"The request log cannot be written to {settings.Directory}: {e.Message}",
        "Nothing is sent that is not recorded. Make room or give write access to logs.directory, or set logs.requests to none.", e)
    {
        MayHaveHappened = mayHaveHappened,
    };
}
