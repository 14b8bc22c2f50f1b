using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace MispGraphSync.Http;

/// <summary>
/// The folder with one JSON file for each request attempt, of all destinations of one run. Once something could not be
/// recorded, nothing more is sent.
/// </summary>
internal sealed class RequestLog(
    LogSettings settings, long run, TimeProvider time, Action<LoggedAttempt>? onRequest = null, Secrets? secrets = null)
{
    // Responses are about as long as requests; no honest one is this much longer.
    private const int SpaceBesidesBodies = 1024 * 1024;

    /// <summary>ENOSPC.</summary>
    private const int NoSpace = 28;

    [ThreadStatic]
    private static RequestLogWriter? _writer;

    private readonly ConcurrentDictionary<string, RequestCounts> _counts = new(StringComparer.Ordinal);
    private readonly Lock _probing = new();
    /// <summary>Of the date at the beginning of a file's name.</summary>
    public const int DateLength = 8;

    private int _sequence;
    private int _hidden;
    private bool _probed;
    private RunFailedException? _failure;

    public TimeProvider Time { get; } = time;

    /// <summary>What neither a file nor a response that is passed on may hold.</summary>
    public Secrets Secrets { get; } = secrets ?? new Secrets();

    /// <summary>What was sent to one destination so far in this run.</summary>
    public RequestCounts CountsOf(string destination) => _counts.GetValueOrDefault(destination);

    /// <summary>In bytes; null where the system does not know, as for a network share on Windows.</summary>
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
    /// <exception cref="RunFailedException">InvalidInput, or Unreachable on a full disk: it cannot; nothing may be sent.</exception>
    public LoggedAttempt Begin(ApiCall call)
    {
        if (_failure is { } failure) throw NotSent(failure, call);
        try
        {
            if (settings.Requests != RequestLogging.None) CheckFolder(call);
            return new LoggedAttempt(this, call, call.SentUri, settings.Requests == RequestLogging.All ? NewFile() : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotSent(_failure = Failure(e), call);
        }
    }

    /// <exception cref="RunFailedException">InvalidInput: the file could not be written; the same for every later attempt.</exception>
    public void Write(LoggedAttempt attempt)
    {
        var one = new RequestCounts(
            attempt.Number > 1 ? 0 : 1, attempt.Number > 1 ? 1 : 0, attempt.Status == HttpStatusCode.TooManyRequests ? 1 : 0);
        _counts.AddOrUpdate(attempt.Call.Destination, one, (_, sum) => sum + one);
        var sequence = Interlocked.Increment(ref _sequence);
        var isKept = settings.Requests == RequestLogging.All || (settings.Requests == RequestLogging.Errors && attempt.Failed);
        if (isKept) Keep(attempt, sequence);
        onRequest?.Invoke(attempt);
    }

    private void Keep(LoggedAttempt attempt, int sequence)
    {
        var at = attempt.CompletedAt.UtcDateTime.ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture);
        var status = attempt.Status is { } code ? ((int)code).ToString(CultureInfo.InvariantCulture) : "none";
        attempt.FileName =
            $"{at}_{sequence:D6}_{attempt.Call.Destination}_{attempt.Call.Operation}{(attempt.Failed ? "_error" : "")}_{status}.json";
        try
        {
            using var file = attempt.File ?? NewFile();
            file.Complete(attempt.FileName, (_writer ??= new RequestLogWriter()).Write(run, attempt, Secrets));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The request is out: the next run has to find out what became of it.
            throw _failure = Failure(e, mayHaveHappened: true);
        }
    }

    /// <summary>Makes the folder, and a file in it, once a run; sees to the space for each request.</summary>
    private void CheckFolder(ApiCall call)
    {
        lock (_probing)
        {
            if (!_probed)
            {
                PrivateFile.CreateFolder(settings.Directory);
                NewFile().Dispose();
                _probed = true;
            }
        }

        var needed = SpaceBesidesBodies + (2L * (call.Body?.Written.Length ?? 0));
        if (FreeSpaceOf(settings.Directory) < needed) throw new IOException("The disk is full.", NoSpace);
    }

    /// <summary>Under a name that no other process has.</summary>
    private RequestLogFile NewFile() => new(settings.Directory, $".{Environment.ProcessId}-{Interlocked.Increment(ref _hidden)}.tmp");

    // Nothing of this attempt was sent, but an earlier attempt at the same request may have succeeded.
    private static RunFailedException NotSent(RunFailedException failure, ApiCall call) =>
        new(failure.Outcome, failure.Message, failure.Remedy, failure.InnerException)
        {
            MayHaveHappened = call.Retries.Failures > 0 && !call.IsNonIdempotent,
        };

    private RunFailedException Failure(Exception e, bool? mayHaveHappened = null) => new(
        DiskFault.IsFull(e) ? RunOutcome.Unreachable : RunOutcome.InvalidInput,
        $"The request log cannot be written to {settings.Directory}: {e.Message}",
        "Nothing is sent that is not recorded. Make room or give write access to logs.directory, or set logs.requests to none.", e)
    {
        MayHaveHappened = mayHaveHappened,
    };
}
