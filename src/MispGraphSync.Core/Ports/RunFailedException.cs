namespace MispGraphSync.Core.Ports;

/// <summary>
/// An expected failure of a whole run, or of one destination's share of it. Adapters, which know their service, give one sentence
/// and a remedy; the core gives facts. Neither ever holds a secret.
/// </summary>
public class RunFailedException : Exception
{
    public RunFailedException(RunOutcome outcome, string message, string? remedy = null, Exception? inner = null)
        : base(message, inner)
    {
        Outcome = outcome;
        Remedy = remedy;
    }

    public RunFailedException(Failure failure)
        : base(failure.ToString())
    {
        Outcome = failure.Outcome;
        Failure = failure;
    }

    public RunOutcome Outcome { get; }

    public string? Remedy { get; }

    /// <summary>The facts; null where the message has the words.</summary>
    public Failure? Failure { get; }

    /// <summary>Whether the failed request may have succeeded all the same; null: the outcome decides.</summary>
    public bool? MayHaveHappened { get; init; }

    /// <summary>The ledger could not be read or written: without it nothing may be sent.</summary>
    public bool IsOfLedger { get; init; }

    /// <summary>The limit that the answer broke: to ask for less may help.</summary>
    public AnswerLimit BrokenLimit { get; init; }
}

/// <summary>What an answer may take.</summary>
public enum AnswerLimit
{
    /// <summary>The failure is another.</summary>
    None,

    Length,

    Time,
}

/// <summary>The run was stopped while a request waited for its turn, or to be sent again.</summary>
/// <param name="mayHaveHappened">It was sent before, without a response.</param>
public sealed class RequestNotSentException(bool mayHaveHappened, CancellationToken stop)
    : OperationCanceledException("The run was stopped before the request could be sent.", stop)
{
    public bool MayHaveHappened { get; } = mayHaveHappened;
}
