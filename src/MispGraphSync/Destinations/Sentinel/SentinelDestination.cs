using System.Buffers;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// A Microsoft Sentinel workspace, by its upload API: one STIX indicator for each observable. Creating, changing, renewing and
/// removing are all the same upload; one record is kept for each id and source, and the latest counts.
/// </summary>
internal sealed class SentinelDestination : ServiceDestination
{
    private readonly bool _includesUnmatched;
    private readonly SentinelUpload _upload;
    private readonly SentinelList _list;

    /// <exception cref="RunFailedException">InvalidInput: no workspace, or a bad endpoint.</exception>
    public SentinelDestination(SentinelSettings settings, Transport transport, ITokenSource? tokens = null)
        : base(SentinelKind.Kind, settings, transport, tokens)
    {
        if (settings.WorkspaceId is null)
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"Destination {settings.Name}: workspaceId is missing.",
                "It is the GUID on the workspace's Overview page.");
        _includesUnmatched = settings.IncludeUnmatched;
        _upload = new SentinelUpload(settings, transport, Tokens);
        Workspace = new WorkspaceSearch(settings, transport, Tokens);
        _list = new SentinelList(settings, Workspace, transport, Tokens);
        Context = new SentinelContext(settings, _list);
    }

    public override IContextDestination Context { get; }

    /// <summary>Its names, for lists.</summary>
    public WorkspaceSearch Workspace { get; }

    public override SkipReason? SkipReasonFor(IndicatorSource source, IndicatorAction action)
    {
        if (source.Single is not { } single || SentinelPattern.PathOf(single) is null) return SkipReason.NoFieldHere;
        if (!_includesUnmatched && !SentinelTier.IsMatched(single)) return SkipReason.UnmatchedTier;
        // Sentinel has no actions: every indicator raises alerts, and an allowed value must not.
        return action == IndicatorAction.Allow ? SkipReason.ActionNotAllowed : null;
    }

    public override string Canonical(IReadOnlyList<Observable> observables) => SentinelPattern.Of(observables);

    public override ItemHashes WriteItem(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity, StepAction action) =>
        SentinelItem.Write(body, indicator, identity);

    public override void WriteForDeletion(IBufferWriter<byte> kept, Indicator indicator, ItemIdentity identity) =>
        SentinelItem.WriteForRevocation(kept, indicator, identity);

    public override void WriteDeletion(IBufferWriter<byte> body, HeldIndicator held, DateTimeOffset modified) =>
        SentinelItem.WriteRevocation(body, held, modified);

    /// <summary>Revoking needs an object with its id and pattern; the rest counts for nothing.</summary>
    public override bool TryWriteAgain(IBufferWriter<byte> body, RemoteIndicator there) =>
        SentinelPage.TryWriteAgain(body, there) || SentinelContextPage.TryWriteAgain(body, there);

    /// <summary>The upload API has no call that only asks; a token can be asked for without writing.</summary>
    public override async Task PrepareAsync(CancellationToken ct) => await Tokens.GetAsync(forceRefresh: false, ct).ConfigureAwait(false);

    public override async Task<string?> FindListObstacleAsync(CancellationToken ct) =>
        await Workspace.FindAsync(ct).ConfigureAwait(false) switch
        {
            { IsRefused: true, Missing: { } refused } => throw refused,
            { Missing: { } missing } =>
                $"the settings {SentinelKind.Names}, or a role that shows the workspace ({missing.Message.TrimEnd('.')})",
            _ => null,
        };

    public override IAsyncEnumerable<RemoteIndicator> ReadAsync(CancellationToken ct) => _list.ReadAsync(ct);

    protected override Task<IReadOnlyList<StepOutcome>> SendAsync(
        Operation operation, IReadOnlyList<PlanStep> steps, CancellationToken ct) =>
        _upload.SendAsync(steps, ct);

    protected override void DisposeClients()
    {
        _upload.Dispose();
        _list.Dispose();
    }
}
