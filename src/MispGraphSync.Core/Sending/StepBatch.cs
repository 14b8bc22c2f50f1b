using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>What one request does; a replacement is two.</summary>
internal enum BatchKind
{
    Replace,
    Create,
    Update,
    Delete,
}

/// <summary>Steps that go out in one request.</summary>
/// <param name="Steps">At most as many as the destination takes.</param>
internal sealed record StepBatch(BatchKind Kind, IReadOnlyList<PlanStep> Steps)
{
    /// <summary>Its request, when the intent is committed already; null when the sender does that.</summary>
    public Request? Request { get; init; }

    /// <summary>Null for a replacement, which is two requests.</summary>
    public Operation? Operation => Kind switch
    {
        BatchKind.Create => Ports.Operation.Create,
        BatchKind.Update => Ports.Operation.Update,
        BatchKind.Delete => Ports.Operation.Delete,
        _ => null,
    };

    /// <summary>Cuts steps into batches of one kind, in their order; the rests that fill no batch come last.</summary>
    public static IEnumerable<StepBatch> Cut(IEnumerable<PlanStep> steps, IDestination destination)
    {
        var open = new Dictionary<BatchKind, List<PlanStep>>();
        foreach (var step in steps)
        {
            var kind = KindOf(step, destination);
            if (!open.TryGetValue(kind, out var batch)) open[kind] = batch = [];
            batch.Add(step);
            if (batch.Count < destination.Capabilities.BatchSize) continue;
            open.Remove(kind);
            yield return new StepBatch(kind, batch);
        }

        foreach (var (kind, batch) in open.OrderBy(rest => rest.Key)) yield return new StepBatch(kind, batch);
    }

    private static BatchKind KindOf(PlanStep step, IDestination destination) => step switch
    {
        { Action: StepAction.Delete } => BatchKind.Delete,
        { Replaces: true } => BatchKind.Replace,
        { Action: StepAction.Create } => BatchKind.Create,
        _ => destination.Capabilities.Upserts ? BatchKind.Create : BatchKind.Update,
    };
}
