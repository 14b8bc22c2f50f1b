using System.Buffers;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations;

/// <summary>What all destinations behind a web service have in common: settings, sign-in and counts.</summary>
internal abstract class ServiceDestination : IDestination
{
    private readonly MsalTokenSource? _ownTokens;
    private readonly RequestLog _log;

    /// <param name="tokens">Null: those of the settings' own sign-in.</param>
    protected ServiceDestination(DestinationKind kind, DestinationSettings settings, Transport transport, ITokenSource? tokens)
    {
        (Info, Policy, Capabilities, ParallelRequests) =
            (settings.Info, settings.Policy, kind.CapabilitiesOf(settings), settings.ParallelRequests);
        _log = transport.Log;
        Tokens = tokens ?? (_ownTokens = new MsalTokenSource(settings.Auth, kind.ScopeOf(settings), transport));
    }

    public DestinationInfo Info { get; }

    public DestinationPolicy Policy { get; }

    public Capabilities Capabilities { get; }

    public int ParallelRequests { get; }

    public virtual IContextDestination? Context => null;

    public RequestCounts Requests => _log.CountsOf(Info.Name);

    protected ITokenSource Tokens { get; }

    public abstract SkipReason? SkipReasonFor(IndicatorSource source, IndicatorAction action);

    public abstract string Canonical(IReadOnlyList<Observable> observables);

    public abstract ItemHashes WriteItem(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity, StepAction action);

    /// <summary>Nothing where an id is enough.</summary>
    public virtual void WriteForDeletion(IBufferWriter<byte> kept, Indicator indicator, ItemIdentity identity)
    {
    }

    public abstract void WriteDeletion(IBufferWriter<byte> body, HeldIndicator held, DateTimeOffset modified);

    public virtual bool TryWriteAgain(IBufferWriter<byte> body, RemoteIndicator there) => false;

    public virtual bool StartsToAlert(Indicator indicator, ItemIdentity identity, ItemHashes held) => false;

    public abstract Task PrepareAsync(CancellationToken ct);

    public async Task<IReadOnlyList<StepOutcome>> ApplyAsync(Operation operation, IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        if (steps.Count == 0) return [];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps.Count, Capabilities.BatchSize);
        return await SendAsync(operation, steps, ct).ConfigureAwait(false);
    }

    /// <summary>Nothing to find out where sending again changes nothing.</summary>
    public virtual Task<ReconcileResult> ReconcileAsync(IReadOnlyList<Guid> keys, CancellationToken ct) =>
        Task.FromResult(ReconcileResult.None);

    /// <summary>Nothing is missing where the service lists what it takes.</summary>
    public virtual Task<string?> FindListObstacleAsync(CancellationToken ct) => Task.FromResult<string?>(null);

    public abstract IAsyncEnumerable<RemoteIndicator> ReadAsync(CancellationToken ct);

    public ValueTask DisposeAsync()
    {
        DisposeClients();
        _ownTokens?.Dispose();
        return ValueTask.CompletedTask;
    }

    protected abstract Task<IReadOnlyList<StepOutcome>> SendAsync(Operation operation, IReadOnlyList<PlanStep> steps, CancellationToken ct);

    protected abstract void DisposeClients();
}
