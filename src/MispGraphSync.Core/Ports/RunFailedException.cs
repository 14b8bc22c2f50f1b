namespace MispGraphSync.Core.Ports;

/// <summary>
/// An expected failure of a whole run, or of one destination's share of it: an exit code, one sentence that says what
/// failed on what, and a remedy that says what the user can do. Neither ever holds a secret.
/// </summary>
public sealed class RunFailedException : Exception
{
    public RunFailedException(RunOutcome code, string message, string? remedy = null, Exception? inner = null)
        : base(message, inner)
    {
        Outcome = code;
        Remedy = remedy;
    }

    public RunOutcome Outcome { get; }

    public string? Remedy { get; }

    /// <summary>Whether the request that failed may have done its work all the same; null: the code tells.</summary>
    public bool? MayHaveHappened { get; init; }

    /// <summary>The ledger could not be read or written: without it nothing may be sent.</summary>
    public bool IsOfLedger { get; init; }
}

/// <summary>The run was told to end while a request waited for its turn, or to be sent again.</summary>
/// <param name="mayHaveHappened">It was sent before, and no answer told what became of it.</param>
public sealed class RequestNotSentException(bool mayHaveHappened, CancellationToken stop)
    : OperationCanceledException("The run was told to end before the request could be sent.", stop)
{
    public bool MayHaveHappened { get; } = mayHaveHappened;
}
