namespace MispGraphSync.Core.Sync;

/// <summary>
/// Finds what keeps a service from answering a batch: the service itself, or something in the batch. First one step is sent
/// alone, then another one; when neither is answered, nor any other request meanwhile, the service is out of reach. When one is, the
/// rest is cut up until each step that gets no answer is alone. So one record never keeps the others from being sent.
/// </summary>
/// <param name="answers">How many requests had been answered before this batch was first sent.</param>
internal sealed class Narrowing(BatchSender sender, ApplyAccount account, long answers)
{
    /// <summary>Silent requests in a row that say that a service is out of reach which has answered nothing else meanwhile.</summary>
    private const int UnlessAnswered = 2;

    /// <summary>The same of a service that has.</summary>
    private const int OnceAnswered = 10;

    /// <summary>Into so many pieces: getting no answer takes as long as a great many answers, so few levels are better than few requests.</summary>
    private const int Pieces = 10;

    private readonly Stack<IReadOnlyList<PlanStep>> _pieces = new();
    private readonly List<Silence> _alone = [];
    private long _answersThen;
    private int _inARow;

    private bool IsAnswered => account.Answers > answers;

    public async Task RunAsync(Operation operation, Silence silence, StepAccounting count)
    {
        _answersThen = account.Answers;
        if (silence.Intent.Steps.Count == 1) _alone.Add(silence);
        else if (await sender.CloseAsync(silence, count).ConfigureAwait(false) is { Count: > 0 } steps) Begin(steps);

        while (_pieces.TryPop(out var piece))
        {
            if (!sender.GoesOn)
            {
                BatchSender.Leave(piece, count);
                continue;
            }

            if (await sender.TrySendAsync(operation, piece, resends: 0, count).ConfigureAwait(false) is { } silent) await NoteAsync(silent, count).ConfigureAwait(false);
        }

        foreach (var one in _alone)
        {
            if (!sender.GoesOn) BatchSender.Leave(one.Intent.Steps, count);
            else if (IsAnswered || one.Intent.Steps[0].WasTurnedDown) await sender.SetAsideAsync(one, count).ConfigureAwait(false);
            else sender.GoOnWithout(one, count);
        }
    }

    private async Task NoteAsync(Silence silent, StepAccounting count)
    {
        if (account.Answers > _answersThen) _inARow = 0;
        _answersThen = account.Answers;
        if (++_inARow >= (IsAnswered ? OnceAnswered : UnlessAnswered)) sender.GiveUp(silent, count);
        else if (silent.Intent.Steps.Count == 1) _alone.Add(silent);
        else if (await sender.CloseAsync(silent, count).ConfigureAwait(false) is { } steps) Cut(steps);
    }

    // The first alone, then the last, then what is between them: most likely these two are answered.
    private void Begin(IReadOnlyList<PlanStep> steps)
    {
        Cut([.. steps.Skip(1).Take(steps.Count - 2)]);
        if (steps.Count > 1) _pieces.Push([steps[^1]]);
        _pieces.Push([steps[0]]);
    }

    private void Cut(IReadOnlyList<PlanStep> steps)
    {
        var size = Math.Max(1, (steps.Count + Pieces - 1) / Pieces);
        foreach (var piece in steps.Chunk(size).Reverse()) _pieces.Push(piece);
    }
}
