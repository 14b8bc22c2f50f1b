using System.Buffers;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// A Microsoft Sentinel workspace, by its upload API: one STIX indicator for each observable. Creating, changing, renewing and
/// removing are all the same upload; one record is kept for each id and source, and the latest counts.
/// </summary>
internal sealed class SentinelDestination : IDestination
{
    private readonly bool _includesUnmatched;
    private readonly SentinelUpload _upload;
    private readonly SentinelList _query;
    private readonly ITokenSource _tokens;
    private readonly IDisposable? _ownTokens;
    private readonly RequestLog _log;

    private SentinelDestination(
        SentinelSettings settings, SentinelUpload upload, SentinelList query, ITokenSource tokens, IDisposable? ownTokens, RequestLog log)
    {
        _includesUnmatched = settings.IncludeUnmatched;
        _upload = upload;
        _query = query;
        _tokens = tokens;
        _ownTokens = ownTokens;
        _log = log;
        Capabilities = SentinelKind.CapabilitiesOf(settings);
        Info = settings.Info;
        Policy = settings.Policy;
        ParallelRequests = settings.ParallelRequests;
    }

    public DestinationInfo Info { get; }

    public DestinationPolicy Policy { get; }

    public Capabilities Capabilities { get; }

    public int ParallelRequests { get; }

    public RequestCounts Requests => _log.CountsOf(Info.Name);

    /// <param name="tokens">Null: those of the settings' own sign-in. Upload and list take the same ones.</param>
    /// <exception cref="RunFailedException">Usage: no workspace, or a bad endpoint.</exception>
    public static SentinelDestination Create(SentinelSettings settings, Transport transport, ITokenSource? tokens = null)
    {
        var place = SentinelTarget.Of(settings);
        var endpoint = Origin.Resolve(settings.Endpoint, SentinelKind.Hosts.In(settings.Auth.Cloud)!, "endpoint");
        var management = Origin.Resolve(settings.ManagementEndpoint, SentinelKind.Management.In(settings.Auth.Cloud)!, "managementEndpoint");
        var own = tokens is null ? new MsalTokenSource(settings.Auth, SentinelKind.Kind.ScopeOf(settings), transport) : null;
        return new SentinelDestination(
            settings, new SentinelUpload(place, endpoint, transport, tokens ?? own!), new SentinelList(place, management, transport, tokens ?? own!),
            tokens ?? own!, own, transport.Log);
    }

    /// <summary>The pattern of a single observable that is not refused.</summary>
    public static string PatternOf(IReadOnlyList<Observable> observables) =>
        observables is [var single] && SentinelPattern.Of(single) is { } pattern
            ? pattern
            : throw new InvalidOperationException($"No pattern for {string.Join(" and ", observables.Select(o => o.GetType().Name))}.");

    public SkipReason? SkipReasonFor(IndicatorSource support)
    {
        if (support.Single is not { } single || SentinelPattern.PathOf(single) is null) return SkipReason.NoFieldHere;
        if (!_includesUnmatched && !SentinelTier.IsMatched(single)) return SkipReason.UnmatchedTier;
        // Sentinel has no actions: whatever is there is watched for, and an allowed value must not raise alerts.
        return Policy.Action == IndicatorAction.Allow ? SkipReason.ActionNotAllowed : null;
    }

    public string Canonical(IReadOnlyList<Observable> observables) => PatternOf(observables);

    public ItemHashes WriteItem(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity, StepAction action) =>
        SentinelItem.Own.Write(body, indicator, identity);

    public void WriteDeletion(IBufferWriter<byte> body, HeldIndicator held, DateTimeOffset modified) =>
        SentinelRevocation.Write(body, held, modified);

    /// <summary>The upload API has no call that only asks; a token is what can be asked for without writing.</summary>
    public async Task PrepareAsync(CancellationToken ct) => await _tokens.GetAsync(forceRefresh: false, ct).ConfigureAwait(false);

    public async Task<IReadOnlyList<StepOutcome>> ApplyAsync(Operation operation, IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        if (steps.Count == 0) return [];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps.Count, Capabilities.BatchSize);
        return await _upload.SendAsync(steps, ct).ConfigureAwait(false);
    }

    /// <summary>Nothing to find out: what is sent again is the same.</summary>
    public Task<ReconcileResult> ReconcileAsync(IReadOnlyList<Guid> keys, CancellationToken ct) => Task.FromResult(ReconcileResult.None);

    public IAsyncEnumerable<RemoteIndicator> ReadAsync(CancellationToken ct) => _query.ReadAsync(ct);

    public ValueTask DisposeAsync()
    {
        _upload.Dispose();
        _query.Dispose();
        _ownTokens?.Dispose();
        return ValueTask.CompletedTask;
    }
}
