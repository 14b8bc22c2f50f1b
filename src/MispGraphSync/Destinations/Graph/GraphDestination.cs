using System.Buffers;
using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations.Graph;

/// <summary>
/// Microsoft Graph's tiIndicators (beta), for one of two products. A submit is a plain create: what became of a lost one
/// is settled by deleting its keys, or by listing.
/// </summary>
internal sealed class GraphDestination : IDestination
{
    /// <summary>Graph, submitTiIndicators: at most 100 a request. Nothing is said of updates and deletions.</summary>
    public const int MostItems = 100;

    private readonly GraphProduct _product;
    private readonly GraphService _service;
    private readonly RequestLog _log;
    private readonly IDisposable? _tokens;

    private GraphDestination(DestinationSettings settings, GraphProduct product, GraphService service, RequestLog log, IDisposable? tokens)
    {
        _product = product;
        _service = service;
        _log = log;
        _tokens = tokens;
        Capabilities = GraphKind.CapabilitiesOf(settings);
        Info = settings.Info;
        Policy = settings.Policy;
        ParallelRequests = settings.ParallelRequests;
    }

    public DestinationInfo Info { get; }

    public DestinationPolicy Policy { get; }

    public Capabilities Capabilities { get; }

    public int ParallelRequests { get; }

    public RequestCounts Requests => _log.CountsOf(Info.Name);

    /// <param name="tokens">Null: those of the settings' own sign-in.</param>
    /// <exception cref="RunFailedException">Usage: a cloud without tiIndicators, an unknown product, a bad endpoint.</exception>
    public static GraphDestination Create(GraphSettings settings, Transport transport, ITokenSource? tokens = null)
    {
        var cloud = settings.Auth.Cloud;
        if (!GraphKind.HasTiIndicators(cloud))
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"Destination {settings.Name}: Graph has no tiIndicators in the cloud {cloud}.",
                "Use a sentinel or defender destination there.");
        var product = GraphProduct.Named(settings.TargetProduct);
        var endpoint = Origin.Resolve(settings.Endpoint, GraphKind.Hosts.In(cloud)!, "endpoint");
        var own = tokens is null ? new MsalTokenSource(settings.Auth, GraphKind.Kind.ScopeOf(settings), transport) : null;
        var api = new GraphApi(settings.Name, endpoint, settings.RequestsPerMinute, transport, tokens ?? own!);
        return new GraphDestination(settings, product, new GraphService(api, product), transport.Log, own);
    }

    public SkipReason? SkipReasonFor(IndicatorSource support) => GraphLimits.SkipReasonFor(support, _product, Policy.Action);

    public string Canonical(IReadOnlyList<Observable> observables)
    {
        var fields = GraphFields.Of(observables, _product);
        return fields.Count == 1 ? fields[0].ToString() : string.Join('\n', fields);
    }

    public ItemHashes WriteItem(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity, StepAction action) =>
        GraphItem.Own.Write(body, _product, indicator, identity, action);

    public void WriteDeletion(IBufferWriter<byte> body, HeldIndicator held, DateTimeOffset modified)
    {
        using var json = new Utf8JsonWriter(body);
        json.WriteStringValue(held.Id ?? held.Key.ToString("D"));
    }

    public bool TryWriteAgain(IBufferWriter<byte> body, RemoteIndicator there) => ListedItem.TryCopy(body, there.Raw, GraphItem.IsWritable);

    public Task PrepareAsync(CancellationToken ct) => _service.PrepareAsync(ct);

    public async Task<IReadOnlyList<StepOutcome>> ApplyAsync(Operation operation, IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        if (steps.Count == 0) return [];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps.Count, Capabilities.BatchSize);
        return operation switch
        {
            Operation.Create => await _service.SubmitAsync(steps, ct).ConfigureAwait(false),
            Operation.Update => await _service.UpdateAsync(steps, ct).ConfigureAwait(false),
            _ => await _service.DeleteAsync(steps, ct).ConfigureAwait(false),
        };
    }

    public Task<ReconcileResult> ReconcileAsync(IReadOnlyList<Guid> keys, CancellationToken ct) => _service.SettleAsync(keys, ct);

    public IAsyncEnumerable<RemoteIndicator> ReadAsync(CancellationToken ct) => _service.ReadAsync(ct);

    public ValueTask DisposeAsync()
    {
        _service.Dispose();
        _tokens?.Dispose();
        return ValueTask.CompletedTask;
    }
}
