using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>
/// Searches a batch that got no response for the step that causes it: three probes first, each one step. If none of them gets a
/// response, the service is unreachable, not a step at fault. If one does, the rest is split until the steps without a response
/// are alone. Decides only; the caller sends and reports back.
/// </summary>
/// <param name="answersBefore">How many requests had a response before the batch was first sent.</param>
internal sealed class BatchBisector(long answersBefore)
{
    private const int Probes = 3;

    /// <summary>Requests in a row without a response after which the service counts as unreachable, although it answered before.</summary>
    private const int MostInARow = 10;

    /// <summary>Waiting for a missing response costs more than extra requests: few levels are better.</summary>
    private const int Parts = 10;

    private readonly Stack<IReadOnlyList<PlanStep>> _parts = new();
    private long _answers;
    private int _inARow;
    private bool _hasStarted;

    /// <summary>The next steps to send in one request; null when the search is over.</summary>
    public IReadOnlyList<PlanStep>? Next() => _parts.TryPop(out var part) ? part : null;

    /// <summary>What to do with the steps of a request that got no response.</summary>
    /// <param name="answers">How many requests have had a response by now, of all batches.</param>
    public BisectVerdict OnNoResponse(int steps, long answers)
    {
        if (!_hasStarted)
        {
            (_hasStarted, _answers) = (true, answers);
            return steps == 1 ? BisectVerdict.Suspect : BisectVerdict.Split;
        }

        _inARow = answers > _answers ? 1 : _inARow + 1;
        _answers = answers;
        if (answers == answersBefore && _inARow >= Probes) return BisectVerdict.Skip;
        if (_inARow >= MostInARow) return BisectVerdict.Unreachable;
        return steps == 1 ? BisectVerdict.Suspect : BisectVerdict.Split;
    }

    /// <summary>Adds the probes of a whole batch: its first step, the one in the middle and the last; then what is between them.</summary>
    public void AddProbes(IReadOnlyList<PlanStep> steps)
    {
        var probes = new SortedSet<int> { 0, steps.Count / 2, steps.Count - 1 };
        Split([.. steps.Where((_, i) => !probes.Contains(i))]);
        foreach (var probe in probes) _parts.Push([steps[probe]]);
    }

    public void Split(IReadOnlyList<PlanStep> steps, int parts = Parts)
    {
        var size = Math.Max(1, (steps.Count + parts - 1) / parts);
        foreach (var part in steps.Chunk(size).Reverse()) _parts.Push(part);
    }

    /// <summary>
    /// Whether a step that got no response alone is the cause. One that was rejected before needs less evidence; without any
    /// response to others it may be an outage.
    /// </summary>
    public bool IsCause(PlanStep step, long answers) => answers > answersBefore || (step.WasRejected && answers > 0);
}

internal enum BisectVerdict
{
    /// <summary>Send its steps in smaller parts.</summary>
    Split,

    /// <summary>One step alone: judge it when the search is over.</summary>
    Suspect,

    /// <summary>Nothing gets a response now: skip the rest of the batch. Another batch shows whether the service is unreachable.</summary>
    Skip,

    /// <summary>The service is unreachable.</summary>
    Unreachable,
}
