using System.Buffers;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Graph;

namespace MispGraphSync.Bench.Parts;

/// <summary>Writes Graph's items and sends nothing.</summary>
internal sealed class TakesEverything : IDestination
{
    public DestinationInfo Info { get; } = new("graph", "graph", "tenant", "Azure Sentinel");

    public DestinationPolicy Policy { get; } = new();

    public Capabilities Capabilities { get; } = new() { Shape = IndicatorShape.Combined, BatchSize = 100 };

    public int ParallelRequests => 1;

    public RequestCounts Requests => default;

    public SkipReason? SkipReasonFor(IndicatorSource source, IndicatorAction action) => GraphProduct.Sentinel.SkipReasonFor(source, action);

    public string Canonical(IReadOnlyList<Observable> observables) => string.Join('\n', GraphFields.Of(observables, GraphProduct.Sentinel));

    public ItemHashes WriteItem(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity, StepAction action) =>
        GraphItem.Write(body, GraphProduct.Sentinel, indicator, identity, action);

    public void WriteForDeletion(IBufferWriter<byte> kept, Indicator indicator, ItemIdentity identity) { }

    public void WriteDeletion(IBufferWriter<byte> body, HeldIndicator held, DateTimeOffset modified) => throw new NotSupportedException();

    public Task PrepareAsync(CancellationToken ct) => Task.CompletedTask;

    public Task<IReadOnlyList<StepOutcome>> ApplyAsync(Operation operation, IReadOnlyList<PlanStep> steps, CancellationToken ct) =>
        throw new NotSupportedException();

    public Task<ReconcileResult> ReconcileAsync(IReadOnlyList<Guid> keys, CancellationToken ct) => throw new NotSupportedException();

    public Task<string?> FindListObstacleAsync(CancellationToken ct) => Task.FromResult<string?>(null);

    public IAsyncEnumerable<RemoteIndicator> ReadAsync(CancellationToken ct) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
