using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>What became of one destination's steps so far, and whether it was given up. Several requests count at once.</summary>
internal sealed class ApplyProgress(DestinationInfo destination, IRunObserver observer)
{
    /// <summary>
    /// So many items in a row, each refused alone by a whole-request error, mean that the service refuses everything.
    /// </summary>
    private const int HopelessAfter = 20;

    private readonly Lock _gate = new();
    private StepTally _tally;
    private int _refusedInARow;
    private long _answers;
    private long? _unheardAt;

    /// <summary>The service holds as many as it takes: no more is created in this run.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Those never reached are not counted here.</summary>
    public StepTally Tally
    {
        get
        {
            lock (_gate) return _tally;
        }
    }

    /// <summary>Of the accepted steps, the deletions; replacements are none.</summary>
    public long Deleted { get; private set; }

    /// <summary>Why the destination was given up: the first reason; null while it was not.</summary>
    public RunFailedException? Failure { get; private set; }

    /// <summary>How many steps there are in all, for progress only.</summary>
    public long Planned { get; set; }

    /// <summary>Why a single indicator got no answer, although the run went on; null while each did.</summary>
    public RunFailedException? Unanswered { get; private set; }

    /// <summary>One alone got no answer: it may be its own fault. A second one, with no answer to anything between them, is not.</summary>
    public void NoteUnanswered(RunFailedException failure)
    {
        lock (_gate)
        {
            Unanswered ??= failure;
            if (_unheardAt == Answers) Failure ??= failure;
            _unheardAt = Answers;
        }
    }

    /// <summary>Requests that were answered: by a word on at least one of their steps.</summary>
    public long Answers => Interlocked.Read(ref _answers);

    public void NoteAnswer(IReadOnlyList<StepOutcome> outcomes)
    {
        if (outcomes.Any(outcome => outcome is StepOutcome.Accepted or StepOutcome.Rejected)) Interlocked.Increment(ref _answers);
    }

    /// <summary>A replacement removed it, and neither its new form nor the old one is there now.</summary>
    public void NoteLost(PlanStep old, StepOutcome outcome) => observer.Warn(
        $"'{destination.Name}': {old.Value} was removed to be replaced, and could not be put back: {Words(outcome)}");

    private static string Words(StepOutcome outcome) => outcome switch
    {
        StepOutcome.Rejected rejected => rejected.Response,
        StepOutcome.Unknown unknown => unknown.Why,
        _ => "the run ended before.",
    };

    /// <summary>
    /// Looks for a service that is full. A batch that was refused whole says too little: a part of it may still have room.
    /// </summary>
    public void NoteRoom(IReadOnlyList<StepOutcome> outcomes)
    {
        if (outcomes.Count > 1 && IsRefusedWhole(outcomes)) return;
        if (outcomes.Any(outcome => outcome is StepOutcome.Rejected { NoRoom: true })) IsFull = true;
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

    /// <summary>Gives up where one indicator after the other is turned down alone, and none gets through.</summary>
    public void NoteRefusals(IReadOnlyList<StepOutcome> outcomes)
    {
        if (!IsRefusedWhole(outcomes))
        {
            if (outcomes.Any(outcome => outcome is StepOutcome.Accepted)) Interlocked.Exchange(ref _refusedInARow, 0);
            return;
        }

        if (Interlocked.Increment(ref _refusedInARow) < HopelessAfter) return;
        var response = ((StepOutcome.Rejected)outcomes[0]).Response;
        Abort(new RunFailedException(
            RunOutcome.Incomplete,
            $"'{destination.Name}' refuses every request: {HopelessAfter} indicators in a row were turned down one by one. Its last words: {response}",
            "See the files named *_error_* in the log folder."));
    }

    /// <summary>The service refused the request without naming the culprit.</summary>
    public static bool IsRefusedWhole(IReadOnlyList<StepOutcome> outcomes) =>
        outcomes.Count > 0 && outcomes.All(outcome => outcome is StepOutcome.Rejected { WholeBatch: true });
}
