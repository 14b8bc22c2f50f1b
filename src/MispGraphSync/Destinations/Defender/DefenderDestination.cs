using System.Buffers;
using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations.Defender;

/// <summary>
/// Defender for Endpoint's custom indicators. An import makes or updates by value, so sending again is always safe, and
/// whoever sends a value takes it over: what others hold must be known before anything is created.
/// </summary>
internal sealed class DefenderDestination : IDestination
{
    /// <summary>Import and BatchDelete: at most 500 a request.</summary>
    public const int MostItems = 500;

    /// <summary>Active indicators of a tenant, all creators together; cannot be raised.</summary>
    public const int TenantCapacity = 15_000;

    /// <summary>How an item without an alert may have been written.</summary>
    private static readonly bool?[] Silent = [null, false];

    private readonly DefenderSettings _settings;
    private readonly DefenderApi _api;
    private readonly DefenderService _service;
    private readonly DefenderList _reading;
    private readonly DefenderImport _import;
    private readonly DefenderDeletion _deletion;
    private readonly RequestLog _log;
    private readonly IDisposable? _tokens;

    private DefenderDestination(DefenderSettings settings, DefenderApi api, Transport transport, IDisposable? tokens)
    {
        _settings = settings;
        Capabilities = DefenderKind.CapabilitiesOf(settings);
        _api = api;
        _service = new DefenderService(api);
        _reading = new DefenderList(api, _service, new DefenderOwner(settings.Instance, ClientId(settings.Auth)));
        _import = new DefenderImport(settings.Name, _service, _reading, transport.AppLog);
        _deletion = new DefenderDeletion(api, _service, _reading);
        _log = transport.Log;
        _tokens = tokens;
        Info = settings.Info;
    }

    public DestinationInfo Info { get; }

    public DestinationPolicy Policy => _settings.Policy;

    public Capabilities Capabilities { get; }

    public int ParallelRequests => _settings.ParallelRequests;

    public RequestCounts Requests => _log.CountsOf(Info.Name);

    /// <param name="tokens">Null: those of the settings' own sign-in.</param>
    /// <exception cref="RunFailedException">Usage: a cloud without a known host, or a bad endpoint.</exception>
    public static DefenderDestination Create(DefenderSettings settings, Transport transport, ITokenSource? tokens = null)
    {
        var endpoint = EndpointOf(settings);
        var own = tokens is null ? new MsalTokenSource(settings.Auth, DefenderKind.Kind.ScopeOf(settings), transport) : null;
        var api = new DefenderApi(settings.Name, endpoint, settings.RequestsPerMinute, transport, tokens ?? own!);
        return new DefenderDestination(settings, api, transport, own);
    }

    /// <exception cref="RunFailedException">InvalidInput: a cloud without a known host, or a bad endpoint.</exception>
    public static Uri EndpointOf(DestinationSettings settings) =>
        (settings.Endpoint ?? DefenderKind.Hosts.In(settings.Auth.Cloud)) is { } host
            ? Origin.Resolve(settings.Endpoint, host, "endpoint")
            : throw new RunFailedException(
                RunOutcome.InvalidInput, $"Destination {settings.Name}: no host of Defender is known in the cloud {settings.Auth.Cloud}.",
                "If you have one, name it in \"endpoint\".");

    public SkipReason? SkipReasonFor(IndicatorSource support) =>
        support.IsPattern ? SkipReason.NoFieldHere : DefenderLimits.SkipReasonFor(support.Single, Policy.Action);

    public string Canonical(IReadOnlyList<Observable> observables) => DefenderValue.Of(observables[0]).ToString()!;

    public ItemHashes WriteItem(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity, StepAction action) =>
        Write(body, indicator, identity, _settings.GenerateAlert);

    /// <summary>The same item without an alert is what is held.</summary>
    public bool StartsToAlert(Indicator indicator, ItemIdentity identity, ItemHashes held)
    {
        if (!_settings.GenerateAlert || indicator.Action is not (IndicatorAction.Block or IndicatorAction.Warn)) return false;
        return Array.Exists(Silent, alerts => Write(new ArrayBufferWriter<byte>(1024), indicator, identity, alerts).Content == held.Content);
    }

    public void WriteDeletion(IBufferWriter<byte> body, HeldIndicator held, DateTimeOffset modified)
    {
        using var json = new Utf8JsonWriter(body);
        json.WriteStringValue(held.Id);
    }

    public bool TryWriteAgain(IBufferWriter<byte> body, RemoteIndicator there) =>
        ListedItem.TryCopy(body, there.Raw, DefenderItem.IsWritable);

    public Task PrepareAsync(CancellationToken ct) => _service.CheckAsync(ct);

    public async Task<IReadOnlyList<StepOutcome>> ApplyAsync(Operation operation, IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        if (steps.Count == 0) return [];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps.Count, Capabilities.BatchSize);
        return operation == Operation.Delete
            ? await _deletion.DeleteAsync(steps, ct).ConfigureAwait(false)
            : await _import.ImportAsync(steps, ct).ConfigureAwait(false);
    }

    public Task<ReconcileResult> ReconcileAsync(IReadOnlyList<Guid> keys, CancellationToken ct) => Task.FromResult(ReconcileResult.None);

    public IAsyncEnumerable<RemoteIndicator> ReadAsync(CancellationToken ct) => _reading.ReadAsync(ct);

    public ValueTask DisposeAsync()
    {
        _api.Dispose();
        _tokens?.Dispose();
        return ValueTask.CompletedTask;
    }

    private ItemHashes Write(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity, bool? alerts) =>
        DefenderItem.Own.Write(body, _settings.Instance, _settings.RbacGroupNames, alerts, indicator, identity);

    /// <summary>Whom the service will name as the creator; null for a machine's own identity, whose id nobody told us.</summary>
    private static string? ClientId(AuthSettings auth) => auth.ManagedIdentity is { } identity ? identity.ClientId : auth.ClientId;
}
