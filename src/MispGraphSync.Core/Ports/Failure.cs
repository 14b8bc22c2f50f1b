namespace MispGraphSync.Core.Ports;

/// <summary>A failure that the core itself finds, as facts. The words for it are the tool's.</summary>
public abstract record Failure
{
    private Failure()
    {
    }

    public abstract RunOutcome Outcome { get; }

    /// <summary>A guard withheld the deletions of a destination; the rest was sent.</summary>
    /// <param name="Evictions">Of the deletions, those that make room.</param>
    public sealed record DeletionsWithheld(string Destination, DeletionVerdict Verdict, long Deletions, long Evictions, long Held) : Failure
    {
        public override RunOutcome Outcome => RunOutcome.DeletionsWithheld;

        public required DeletionLimit Limit { get; init; }

        /// <summary>Beside another verdict: they are above the limit as well.</summary>
        public bool IsAlsoTooMany { get; init; }

        /// <summary>The source that was read.</summary>
        public string? Source { get; init; }

        /// <summary>Events known from the source before the read.</summary>
        public long EventsKnown { get; init; }
    }

    /// <summary>More of another tool's indicators would be deleted than the limit allows.</summary>
    public sealed record TakeoverWithheld(string Destination, string Tool, long Found, long There, DeletionLimit Limit) : Failure
    {
        public override RunOutcome Outcome => RunOutcome.DeletionsWithheld;
    }

    /// <summary>Requests got no response, so they may or may not have succeeded.</summary>
    public sealed record NotConfirmed(string Destination, string Why) : Failure
    {
        public override RunOutcome Outcome => RunOutcome.Unreachable;
    }

    /// <summary>A plan or a step is not as every plan and step must be: a bug. It was not sent.</summary>
    /// <param name="What">A sentence.</param>
    public sealed record BrokenInvariant(string Destination, string What) : Failure
    {
        public override RunOutcome Outcome => RunOutcome.Bug;
    }

    /// <summary>The service rejected so many indicators in a row, each alone.</summary>
    public sealed record RejectsEverything(string Destination, int InARow, string Response) : Failure
    {
        public override RunOutcome Outcome => RunOutcome.Incomplete;
    }
}

public enum DeletionVerdict
{
    Allowed,

    /// <summary>The read shows nothing to be gone: its list did not reach the end, or only a part of the source was asked for.</summary>
    NotRead,

    /// <summary>The source has no event, although some are known: rather a wrong filter or lost rights than an empty MISP.</summary>
    EmptyRead,

    /// <summary>Filters, settings or rights choose other indicators than the accepted ones: what is gone may only look withdrawn.</summary>
    NewSelection,

    TooMany,
}
