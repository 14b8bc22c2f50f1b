using System.Buffers;
using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Defender;

/// <summary>
/// Defender for Endpoint's custom indicators. An import makes or updates by value, so sending again is always safe, and
/// whoever sends a value takes it over: what others hold must be known before anything is created.
/// </summary>
internal sealed class DefenderDestination : ServiceDestination
{
    /// <summary>How an item without an alert may have been written.</summary>
    private static readonly bool?[] Silent = [null, false];

    private readonly DefenderSettings _settings;
    private readonly DefenderApi _api;
    private readonly DefenderList _list;
    private readonly DefenderImport _import;
    private readonly DefenderDeletion _deletion;

    /// <exception cref="RunFailedException">InvalidInput: a cloud without a known host, or a bad endpoint.</exception>
    public DefenderDestination(DefenderSettings settings, Transport transport, ITokenSource? tokens = null)
        : base(DefenderKind.Kind, settings, transport, tokens)
    {
        _settings = settings;
        _api = new DefenderApi(settings, transport, Tokens);
        var app = settings.Auth.ManagedIdentity is { } identity ? identity.ClientId : settings.Auth.ClientId;
        _list = new DefenderList(_api, ct => DefenderOwner.IdentifyAsync(settings, Tokens, app, ct));
        _import = new DefenderImport(settings.Name, _api, _list, transport.AppLog);
        _deletion = new DefenderDeletion(_api, _list);
    }

    public override SkipReason? SkipReasonFor(IndicatorSource source, IndicatorAction action) =>
        source.IsPattern ? SkipReason.NoFieldHere : DefenderLimits.SkipReasonFor(source.Single, action);

    public override string Canonical(IReadOnlyList<Observable> observables) => DefenderValue.Of(observables[0]).ToString()!;

    public override ItemHashes WriteItem(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity, StepAction action) =>
        Write(body, indicator, identity, Alerts(indicator));

    /// <summary>The same item without an alert is held.</summary>
    public override bool StartsToAlert(Indicator indicator, ItemIdentity identity, ItemHashes held)
    {
        if (!Alerts(indicator) || indicator.Action is not (IndicatorAction.Block or IndicatorAction.Warn)) return false;
        return Array.Exists(
            Silent, alerts => Write(new ArrayBufferWriter<byte>(1024), indicator, identity, alerts).Content == held.Content);
    }

    public override void WriteDeletion(IBufferWriter<byte> body, HeldIndicator held, DateTimeOffset modified)
    {
        using var json = new Utf8JsonWriter(body);
        json.WriteStringValue(held.Id);
    }

    public override bool TryWriteAgain(IBufferWriter<byte> body, RemoteIndicator there) =>
        DefenderItem.TryWriteAgain(body, there);

    public override Task PrepareAsync(CancellationToken ct) => _api.CheckAsync(ct);

    public override IAsyncEnumerable<RemoteIndicator> ReadAsync(CancellationToken ct) => _list.ReadAsync(ct);

    protected override Task<IReadOnlyList<StepOutcome>> SendAsync(
        Operation operation, IReadOnlyList<PlanStep> steps, CancellationToken ct) =>
        operation == Operation.Delete ? _deletion.DeleteAsync(steps, ct) : _import.ImportAsync(steps, ct);

    protected override void DisposeClients() => _api.Dispose();

    private bool Alerts(Indicator indicator) => indicator.GenerateAlert ?? _settings.GenerateAlert;

    private ItemHashes Write(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity, bool? alerts) =>
        DefenderItem.Write(body, _settings.Application, _settings.RbacGroupNames, alerts, indicator, identity);
}
