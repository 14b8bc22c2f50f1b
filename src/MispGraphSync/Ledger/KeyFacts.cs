using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>What is known of a key at one destination besides what is held: rarely anything, so it is asked for only when there is some.</summary>
internal sealed class KeyFacts
{
    private readonly LedgerFile _file;
    private readonly long _destination;
    private readonly bool _hasRejected;
    private readonly bool _hasGenerations;

    public KeyFacts(LedgerFile file, long destination)
    {
        _file = file;
        _destination = destination;
        lock (file.Gate)
        {
            _hasRejected = Tables.HasAny(file, "rejected", destination);
            _hasGenerations = Tables.HasAny(file, "generation", destination);
        }
    }

    /// <summary>Hold the ledger's gate.</summary>
    public RejectedIndicator? Rejected(Hash128 observables)
    {
        if (!_hasRejected) return null;
        var query = _file.Statement("SELECT action, change, transient, attempts FROM rejected WHERE destination = ? AND observables = ?").Bind(1, _destination).Bind(2, observables);
        var found = query.Read() ? new RejectedIndicator(query.Enum<StepAction>(0), query.Hash(1), query.Flag(2), query.Int(3)) : null;
        query.Reset();
        return found;
    }

    /// <summary>Hold the ledger's gate.</summary>
    public int Generation(Hash128 observables)
    {
        if (!_hasGenerations) return 0;
        var query = _file.Statement("SELECT next FROM generation WHERE destination = ? AND observables = ?").Bind(1, _destination).Bind(2, observables);
        var generation = query.Read() ? query.Int(0) : 0;
        query.Reset();
        return generation;
    }
}
