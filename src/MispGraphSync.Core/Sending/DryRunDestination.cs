using System.Buffers;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>
/// A destination for a dry run: it answers every question about what would be sent, and sends no step. The run is the same
/// run, over a ledger that rolls back.
/// </summary>
public sealed class DryRunDestination(IDestination real) : IDestination
{
    public DestinationInfo Info => real.Info;

    public DestinationPolicy Policy => real.Policy;

    /// <summary>Every step is a step of its own here: a replacement is not taken apart.</summary>
    public Capabilities Capabilities { get; } = real.Capabilities with { Upserts = true };

    public IContextDestination? Context => real.Context;

    /// <summary>One, so that the steps are printed in their order.</summary>
    public int ParallelRequests => 1;

    public RequestCounts Requests => default;

    public SkipReason? SkipReasonFor(IndicatorSource source, IndicatorAction action) => real.SkipReasonFor(source, action);

    public string Canonical(IReadOnlyList<Observable> observables) => real.Canonical(observables);

    public ItemHashes WriteItem(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity, StepAction action) =>
        real.WriteItem(body, indicator, identity, action);

    public bool TryWriteAgain(IBufferWriter<byte> body, RemoteIndicator there) => real.TryWriteAgain(body, there);

    public void WriteForDeletion(IBufferWriter<byte> kept, Indicator indicator, ItemIdentity identity) =>
        real.WriteForDeletion(kept, indicator, identity);

    public void WriteDeletion(IBufferWriter<byte> body, HeldIndicator held, DateTimeOffset modified) =>
        real.WriteDeletion(body, held, modified);

    public Task PrepareAsync(CancellationToken ct) => real.PrepareAsync(ct);

    public Task<IReadOnlyList<StepOutcome>> ApplyAsync(Operation operation, IReadOnlyList<PlanStep> steps, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<StepOutcome>>(StepOutcome.Each(steps.Count, StepOutcome.NotAttempted.Instance));

    public Task<ReconcileResult> ReconcileAsync(IReadOnlyList<Guid> keys, CancellationToken ct) => Task.FromResult(ReconcileResult.None);

    public Task<string?> FindListObstacleAsync(CancellationToken ct) => real.FindListObstacleAsync(ct);

    public IAsyncEnumerable<RemoteIndicator> ReadAsync(CancellationToken ct) => real.ReadAsync(ct);

    public ValueTask DisposeAsync() => real.DisposeAsync();
}
