using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Runs;

// The destination's context objects come after its indicators.
internal sealed partial class DestinationRun
{
    private readonly ContextRun? _context;

    /// <summary>Sends identities that its indicators name. To be called before the keys of the plan are collected.</summary>
    public Task SendCreatorsAsync() => _context?.SendCreatorsAsync(State, Eligibility) ?? Task.CompletedTask;

    /// <summary>To be called when the keys of the plan are collected.</summary>
    public void MarkContext() => _context?.MarkChanged(State);

    /// <summary>That of the indicators, then that of the context objects if there is any.</summary>
    public IEnumerable<DestinationReport> Reports(IReadOnlyDictionary<SkipReason, long> skipped) =>
        _context?.Report() is { } context ? [Report(skipped), context] : [Report(skipped)];

    /// <summary>Sends the plan. Deletions come last, except where they make room.</summary>
    public async Task ApplyAsync()
    {
        await _execution.TryAsync(SendAsync).ConfigureAwait(false);
        if (!_mayCreateAgain) await CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// To be called when all destinations have sent, for one after the other: what is created again is planned in tables that they
    /// share.
    /// </summary>
    public async Task ApplyAgainAsync()
    {
        if (!_mayCreateAgain) return;
        await _execution.TryAsync(FindGenerationsAsync).ConfigureAwait(false);
        await CompleteAsync().ConfigureAwait(false);
    }

    private async Task CompleteAsync()
    {
        CompleteIndicators();
        if (_context is null || !MayContinue) return;
        await _context.ApplyAsync(State, Eligibility, MayDeleteContext, _isRetry).ConfigureAwait(false);
    }

    // Unclaimed indicators may still have a source, and so may the objects that come with them. Without a ledger, nothing else shows that.
    private bool MayDeleteContext => _mayDelete && _withheld is null && Gap != SourceGap.Lost
        && (_mayDeleteUnclaimed || (!_options.HasNoLedger && _ledger.CountUnclaimed(State) == 0));

    private ContextRun? OpenContext() => ContextRun.Open(_execution, new ContextOptions(_options.Instance)
    {
        IsDryRun = _options.IsDryRun,
        HasNoLedger = _options.HasNoLedger,
        IsPartOfSource = _options.Stage.IsPartOfSource,
        ComparesContent = _options.Stage.Full,
    });
}
