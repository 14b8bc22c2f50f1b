namespace MispGraphSync.Ledger;

/// <summary>The status of one indicator at one destination.</summary>
internal sealed record IndicatorStatus
{
    public HeldStatus? Held { get; init; }

    public RejectedStatus? Rejected { get; init; }

    /// <summary>Its sources changed since it was last planned.</summary>
    public bool IsPending { get; init; }

    /// <summary>Why the last plan skipped it; null when it did not.</summary>
    public SkipReason? Skipped { get; init; }

    /// <summary>The generation of the next indicator that is created.</summary>
    public int Generation { get; init; }

    /// <summary>The run that sent an unconfirmed request with it; null for none.</summary>
    public long? UnconfirmedSince { get; init; }
}

/// <param name="Run">The run that sent it last; null when it was found in a list and not sent since.</param>
/// <param name="FirstRun">The run that sent or found it first.</param>
internal sealed record HeldStatus(HeldIndicator Indicator, long? Run, long FirstRun);

internal sealed record RejectedStatus(Guid Key, StepAction Action, string Response, bool IsTransient, int Attempts, long Run)
{
    /// <summary>The next push sends it again.</summary>
    public bool IsResent => RejectedIndicator.MayRetry(Action, IsTransient, Attempts);
}

/// <summary>Looks up the status of indicators.</summary>
internal sealed class IndicatorStatuses(LedgerFile file)
{
    private readonly Dictionary<long, Dictionary<Hash128, long>> _unconfirmed = [];

    public IndicatorStatus Find(long destination, Hash128 observables) => new()
    {
        Held = HeldRecord.Find(file, destination, observables) is not { } held ? null : file.First(
            "SELECT run, since FROM held WHERE destination = ? AND observables = ?",
            row => new HeldStatus(held, row.Long(0) is > 0 and var sent ? sent : null, row.Long(1)), destination, observables),
        Rejected = file.First(
            "SELECT key, action, response, transient, attempts, run FROM rejected WHERE destination = ? AND observables = ?",
            static row => new RejectedStatus(row.Guid(0), row.Enum<StepAction>(1), row.Text(2), row.Flag(3), row.Int(4), row.Long(5)),
            destination, observables),
        IsPending = file.Any("SELECT 1 FROM dirty WHERE destination = ? AND observables = ?", destination, observables),
        Skipped = file.First(
            "SELECT reason FROM left_out WHERE destination = ? AND observables = ?",
            static row => (SkipReason?)(row.Text(0) == SkipReason.HeldByOther.Slug() ? SkipReason.HeldByOther : SkipReason.OverCapacity),
            destination, observables),
        Generation = (int)file.Scalar("SELECT next FROM generation WHERE destination = ? AND observables = ?", destination, observables),
        UnconfirmedSince = Unconfirmed(destination).TryGetValue(observables, out var run) ? run : null,
    };

    /// <summary>Finds indicators by our key or by the service's id, for each destination row.</summary>
    public IReadOnlyList<(long Destination, Hash128 Observables)> FindKeys(string text) => file.All(
        """
        SELECT destination, observables FROM held WHERE key = ?1 OR id = ?2 OR id = ?3
        UNION SELECT destination, observables FROM rejected WHERE key = ?1
        """,
        static row => (row.Long(0), row.Hash(1)), Guid.TryParse(text, out var key) ? key : Guid.Empty, text, text.ToLowerInvariant());

    // Few requests are ever unconfirmed, and an intent stores its steps in one record.
    private Dictionary<Hash128, long> Unconfirmed(long destination)
    {
        if (_unconfirmed.TryGetValue(destination, out var known)) return known;
        var steps = new Dictionary<Hash128, long>();
        foreach (var (run, sent) in file.All(
            "SELECT run, steps FROM intent WHERE destination = ? ORDER BY id",
            static row => (row.Long(0), StepRecord.Read(row.Blob(1))), destination))
        {
            foreach (var step in sent) steps[step.Observables] = run;
        }

        return _unconfirmed[destination] = steps;
    }
}
