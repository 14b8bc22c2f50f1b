using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>
/// Finds what keeps a service from answering a batch: the service itself, or something in the batch. First three steps are sent,
/// each alone. When none is answered, nor any other request meanwhile, another batch is tried, and when that is not answered either
/// the service is out of reach. When one is, the rest is cut up until each step that gets no answer is alone: that one is set aside.
/// So a record or two never keep the others from being sent.
/// </summary>
/// <param name="answers">How many requests had been answered before this batch was first sent.</param>
internal sealed class BatchBisector(BatchSender sender, ApplyProgress account, long answers)
{
    /// <summary>Steps that are tried alone at first.</summary>
    private const int Probes = 3;

    /// <summary>Silent requests in a row that say that a service is out of reach which has answered before.</summary>
    private const int OnceAnswered = 10;

    /// <summary>Into so many pieces: getting no answer takes as long as a great many answers, so few levels are better than few requests.</summary>
    private const int Pieces = 10;

    private readonly Stack<IReadOnlyList<PlanStep>> _pieces = new();
    private readonly List<UnansweredRequest> _alone = [];
    private long _answersThen;
    private int _inARow;
    private bool _isLeft;

    private bool IsAnswered => account.Answers > answers;

    public async Task RunAsync(Operation operation, UnansweredRequest silence, StepResultSink count)
    {
        _answersThen = account.Answers;
        if (silence.Intent.Steps.Count == 1) _alone.Add(silence);
        else if (await sender.ReleaseAsync(silence, count).ConfigureAwait(false) is { Count: > 0 } steps) EnqueueProbes(steps);

        while (_pieces.TryPop(out var piece))
        {
            if (!sender.MayContinue || _isLeft)
            {
                BatchSender.Leave(piece, count);
                continue;
            }

            if (await sender.TrySendAsync(operation, piece, resends: 0, mayBeDone: !sender.IsPlainCreate(operation), count).ConfigureAwait(false) is { } silent) await NoteAsync(silent, count).ConfigureAwait(false);
        }

        foreach (var one in _alone)
        {
            if (!sender.MayContinue) BatchSender.Leave(one.Intent.Steps, count);
            else if (IsToBlame(one.Intent.Steps[0])) await sender.QuarantineAsync(one, count).ConfigureAwait(false);
            else LeaveUnheard(one, count);
        }
    }

    // What was turned down before needs less to be blamed again; but an outage is nobody's fault.
    private bool IsToBlame(PlanStep step) => IsAnswered || (step.WasRejected && account.Answers > 0);

    // Once for the batch: it is batches that are counted.
    private void LeaveUnheard(UnansweredRequest silent, StepResultSink count)
    {
        if (_isLeft) BatchSender.Leave(silent.Intent.Steps, count);
        else sender.SkipUnanswered(silent, count);
        _isLeft = true;
    }

    private async Task NoteAsync(UnansweredRequest silent, StepResultSink count)
    {
        if (account.Answers > _answersThen) _inARow = 0;
        _answersThen = account.Answers;
        _inARow++;
        if (!IsAnswered && _inARow >= Probes) LeaveUnheard(silent, count);
        else if (_inARow >= OnceAnswered) sender.Abort(silent, count);
        else if (silent.Intent.Steps.Count == 1) _alone.Add(silent);
        else if (await sender.ReleaseAsync(silent, count).ConfigureAwait(false) is { } steps) Split(steps);
    }

    // The first alone, the last, and the one in the middle: most likely these are answered. Then what is between them.
    private void EnqueueProbes(IReadOnlyList<PlanStep> steps)
    {
        var probes = new SortedSet<int> { 0, steps.Count / 2, steps.Count - 1 };
        Split([.. steps.Where((_, i) => !probes.Contains(i))]);
        foreach (var probe in probes) _pieces.Push([steps[probe]]);
    }

    private void Split(IReadOnlyList<PlanStep> steps)
    {
        var size = Math.Max(1, (steps.Count + Pieces - 1) / Pieces);
        foreach (var piece in steps.Chunk(size).Reverse()) _pieces.Push(piece);
    }
}
