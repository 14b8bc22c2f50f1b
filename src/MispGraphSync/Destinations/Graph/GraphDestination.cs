using System.Buffers;
using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Graph;

/// <summary>
/// Microsoft Graph's tiIndicators (beta), for one of two products. A submit is a plain create: a lost one is reconciled by
/// deleting its keys, or by listing.
/// </summary>
internal sealed class GraphDestination : ServiceDestination
{
    private readonly GraphProduct _product;
    private readonly GraphApi _api;

    /// <exception cref="RunFailedException">InvalidInput: a cloud without tiIndicators, an unknown product, a bad endpoint.</exception>
    public GraphDestination(GraphSettings settings, Transport transport, ITokenSource? tokens = null)
        : base(GraphKind.Kind, settings, transport, tokens)
    {
        if (!GraphKind.HasTiIndicators(settings.Auth.Cloud))
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"Destination {settings.Name}: Graph has no tiIndicators in the cloud {settings.Auth.Cloud}.",
                "Use a sentinel or defender destination there.");
        _product = GraphProduct.Named(settings.TargetProduct);
        var endpoint = Origin.Resolve(settings.Endpoint, GraphKind.Hosts.In(settings.Auth.Cloud)!, "endpoint");
        _api = new GraphApi(settings, _product, endpoint, transport, Tokens);
    }

    public override SkipReason? SkipReasonFor(IndicatorSource source, IndicatorAction action) => _product.SkipReasonFor(source, action);

    public override string Canonical(IReadOnlyList<Observable> observables)
    {
        var fields = GraphFields.Of(observables, _product);
        return fields.Count == 1 ? fields[0].ToString() : string.Join('\n', fields);
    }

    public override ItemHashes WriteItem(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity, StepAction action) =>
        GraphItem.Write(body, _product, indicator, identity, action);

    public override void WriteDeletion(IBufferWriter<byte> body, HeldIndicator held, DateTimeOffset modified)
    {
        using var json = new Utf8JsonWriter(body);
        json.WriteStringValue(held.Id ?? held.Key.ToString("D"));
    }

    public override bool TryWriteAgain(IBufferWriter<byte> body, RemoteIndicator there) =>
        ResponseJson.TryCopy(body, there.Raw, GraphItem.IsWritable);

    public override Task PrepareAsync(CancellationToken ct) => _api.CheckAsync(ct);

    public override Task<ReconcileResult> ReconcileAsync(IReadOnlyList<Guid> keys, CancellationToken ct) => _api.ReconcileAsync(keys, ct);

    public override IAsyncEnumerable<RemoteIndicator> ReadAsync(CancellationToken ct) => _api.ReadAsync(ct);

    protected override async Task<IReadOnlyList<StepOutcome>> SendAsync(
        Operation operation, IReadOnlyList<PlanStep> steps, CancellationToken ct) =>
        operation switch
        {
            Operation.Create => await _api.SubmitAsync(steps, ct).ConfigureAwait(false),
            Operation.Update => await _api.UpdateAsync(steps, ct).ConfigureAwait(false),
            _ => await _api.DeleteAsync(steps, ct).ConfigureAwait(false),
        };

    protected override void DisposeClients() => _api.Dispose();
}
