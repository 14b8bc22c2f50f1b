using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>The outcomes of one destination's steps so far, and whether it was given up. Requests report concurrently.</summary>
internal sealed class ApplyProgress(DestinationInfo destination, IRunObserver observer)
{
    /// <summary>
    /// So many items in a row, each rejected alone by an error of the whole request, mean that the service rejects everything.
    /// </summary>
    private const int MostRejectedInARow = 20;

    private readonly Lock _gate = new();
    private StepTally _tally;
    private int _rejectedInARow;
    private long _answers;
    private long? _unansweredAt;

    /// <summary>The service is at its limit: no more is created in this run.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Without the steps that were never taken from the plan.</summary>
    public StepTally Tally
    {
        get
        {
            lock (_gate) return _tally;
        }
    }

    /// <summary>Of the accepted steps, the deletions; replacements are not counted.</summary>
    public long Deleted { get; private set; }

    /// <summary>The first reason for giving up the destination.</summary>
    public RunFailedException? Failure { get; private set; }

    /// <summary>Why a batch got no response although the run continued.</summary>
    public RunFailedException? Unanswered { get; private set; }

    /// <summary>The number of planned steps, for progress only.</summary>
    public long Planned { get; set; }

    /// <summary>Requests with a response for at least one of their steps.</summary>
    public long Answers => Interlocked.Read(ref _answers);

    /// <summary>
    /// One batch without a response may be its own fault. A second one, with no response to anything between them, means that the
    /// service is unreachable.
    /// </summary>
    public void NoteUnanswered(RunFailedException failure)
    {
        lock (_gate)
        {
            Unanswered ??= failure;
            if (_unansweredAt == Answers) Failure ??= failure;
            _unansweredAt = Answers;
        }
    }

    public void NoteAnswer(IReadOnlyList<StepOutcome> outcomes)
    {
        if (outcomes.Any(outcome => outcome is StepOutcome.Accepted or StepOutcome.Rejected)) Interlocked.Increment(ref _answers);
        // A part of a batch that was rejected whole may still have room.
        if (outcomes.Count > 1 && IsRejectedWhole(outcomes)) return;
        if (outcomes.Any(outcome => outcome is StepOutcome.Rejected { NoRoom: true })) IsFull = true;
    }

    /// <summary>A replacement deleted the old form, and now neither the old nor the new form exists.</summary>
    public void NoteLost(PlanStep old, StepOutcome outcome)
    {
        var why = outcome switch
        {
            StepOutcome.Rejected rejected => rejected.Response,
            StepOutcome.Unknown unknown => unknown.Why,
            _ => "the run ended before.",
        };
        observer.Warn($"'{destination.Name}': {old.Value} was deleted to be replaced, and could not be restored: {why}");
    }

    public void Abort(RunFailedException failure)
    {
        lock (_gate) Failure ??= failure;
    }

    public void Count(IReadOnlyList<PlanStep> steps, IReadOnlyList<StepOutcome> outcomes)
    {
        StepTally now;
        var deleted = steps.Where((step, i) => step.Action == StepAction.Delete && outcomes[i] is StepOutcome.Accepted).Count();
        lock (_gate)
        {
            now = _tally += StepTally.Of(outcomes);
            Deleted += deleted;
        }

        observer.Applied(destination, now, Planned);
    }

    /// <summary>Gives up when the service rejects one item after the other and accepts none.</summary>
    public void NoteRejections(IReadOnlyList<StepOutcome> outcomes)
    {
        if (!IsRejectedWhole(outcomes))
        {
            if (outcomes.Any(outcome => outcome is StepOutcome.Accepted)) Interlocked.Exchange(ref _rejectedInARow, 0);
            return;
        }

        if (Interlocked.Increment(ref _rejectedInARow) < MostRejectedInARow) return;
        var response = ((StepOutcome.Rejected)outcomes[0]).Response;
        Abort(new RunFailedException(new Failure.RejectsEverything(destination.Name, MostRejectedInARow, response)));
    }

    /// <summary>The service rejected the request without naming the cause.</summary>
    public static bool IsRejectedWhole(IReadOnlyList<StepOutcome> outcomes) =>
        outcomes.Count > 0 && outcomes.All(outcome => outcome is StepOutcome.Rejected { WholeBatch: true });
}
