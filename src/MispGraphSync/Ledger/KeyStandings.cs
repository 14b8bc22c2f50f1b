using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>How one indicator stands at one destination: held, turned down, changed since, under way.</summary>
internal sealed class KeyStandings(LedgerFile file)
{
    private readonly Dictionary<long, Dictionary<Hash128, long>> _underWay = [];

    public IndicatorStatus Find(long destination, Hash128 observables) => new()
    {
        Held = Held(destination, observables),
        Rejected = TurnedDown(destination, observables),
        IsPending = Has("SELECT 1 FROM dirty WHERE destination = ? AND observables = ?", destination, observables),
        Skipped = LeftOut(destination, observables),
        Generation = Generation(destination, observables),
        UnconfirmedSince = UnderWay(destination).TryGetValue(observables, out var run) ? run : null,
    };

    private HeldStatus? Held(long destination, Hash128 observables)
    {
        if (HeldRecord.Find(file, destination, observables) is not { } held) return null;
        var query = file.Statement("SELECT run, since FROM held WHERE destination = ? AND observables = ?").Bind(1, destination).Bind(2, observables);
        query.Read();
        var standing = new HeldStatus(held, query.Long(0), query.Long(1));
        query.Reset();
        return standing;
    }

    private RejectedStatus? TurnedDown(long destination, Hash128 observables)
    {
        var query = file.Statement("SELECT key, action, response, transient, attempts, run FROM rejected WHERE destination = ? AND observables = ?").Bind(1, destination).Bind(2, observables);
        var found = query.Read()
            ? new RejectedStatus(query.Guid(0), query.Enum<StepAction>(1), query.Text(2), query.Flag(3), query.Int(4), query.Long(5))
            : null;
        query.Reset();
        return found;
    }

    private int Generation(long destination, Hash128 observables)
    {
        var query = file.Statement("SELECT next FROM generation WHERE destination = ? AND observables = ?").Bind(1, destination).Bind(2, observables);
        var generation = query.Read() ? query.Int(0) : 0;
        query.Reset();
        return generation;
    }

    private SkipReason? LeftOut(long destination, Hash128 observables)
    {
        var query = file.Statement("SELECT reason FROM left_out WHERE destination = ? AND observables = ?").Bind(1, destination).Bind(2, observables);
        SkipReason? found = query.Read() ? (query.Text(0) == SkipReason.HeldByOther.Slug() ? SkipReason.HeldByOther : SkipReason.OverCapacity) : null;
        query.Reset();
        return found;
    }

    // Few requests are ever under way, and their steps are packed.
    private Dictionary<Hash128, long> UnderWay(long destination)
    {
        if (_underWay.TryGetValue(destination, out var known)) return known;
        var steps = new Dictionary<Hash128, long>();
        var query = file.Statement("SELECT run, steps FROM intent WHERE destination = ? ORDER BY id").Bind(1, destination);
        while (query.Read())
        {
            foreach (var step in StepRecord.Read(query.Blob(1))) steps[step.Observables] = query.Long(0);
        }

        return _underWay[destination] = steps;
    }

    private bool Has(string sql, long destination, Hash128 observables)
    {
        var query = file.Statement(sql).Bind(1, destination).Bind(2, observables);
        var has = query.Read();
        query.Reset();
        return has;
    }
}

internal sealed record IndicatorStatus
{
    public HeldStatus? Held { get; init; }

    public RejectedStatus? Rejected { get; init; }

    /// <summary>Its supports changed and the destination has not been told.</summary>
    public bool IsPending { get; init; }

    /// <summary>Why it found no place when it was last planned; null when it did.</summary>
    public SkipReason? Skipped { get; init; }

    /// <summary>The generation that a new life would have.</summary>
    public int Generation { get; init; }

    /// <summary>The run that sent something of it and never heard; null for none.</summary>
    public long? UnconfirmedSince { get; init; }
}

/// <param name="Run">The run that last sent it.</param>
/// <param name="FirstRun">The run that first did.</param>
internal sealed record HeldStatus(HeldIndicator Indicator, long Run, long FirstRun);

internal sealed record RejectedStatus(Guid Key, StepAction Action, string Response, bool IsTransient, int Attempts, long Run)
{
    /// <summary>It goes out again with the next push, unasked.</summary>
    public bool IsResent => Action == StepAction.Delete || (IsTransient && Attempts < Planner.RejectedAttempts);
}
