using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>
/// Reads the plan back in its order, in one pass over the plan and one over the supports. Both stand in temporary tables
/// that nothing changes meanwhile, so outcomes can be recorded while steps are read, and the reads hold no part of the ledger.
/// </summary>
internal sealed class PlanStepReader(LedgerFile file, EventCache events, DestinationState destination, IReadOnlyList<StepAction> actions)
{
    private readonly string _actions = string.Join(", ", actions.Select(action => (int)action));

    public IEnumerable<PlannedKey> Steps()
    {
        using var steps = file.NewStatement($"SELECT observables, action, reason, replaces, first FROM {Tables.Steps(destination)} WHERE action IN ({_actions}) ORDER BY n");
        using var supports = file.NewStatement($"SELECT n, observables, event, attribute, part, detail FROM {Tables.Work(destination.Shape)} WHERE n >= ? ORDER BY n");
        var rows = new SupportCursor(file, events, supports);
        var facts = new KeyFacts(file, destination.Id);
        while (Next(steps, facts, rows) is { } planned) yield return planned;
    }

    private PlannedKey? Next(Statement steps, KeyFacts facts, SupportCursor rows)
    {
        lock (file.Gate)
        {
            if (!steps.Read()) return null;
            var observables = steps.Hash(0);
            var decision = new StepDecision((StepAction)steps.Int(1), steps.Name(2), steps.Flag(3));
            var first = steps.Long(4);
            var key = new PlanKey
            {
                Observables = observables,
                Sources = decision.Action == StepAction.Delete ? [] : rows.Of(observables, first),
                Held = decision.Action == StepAction.Create && decision.Reason == StepReasons.New ? null : HeldRecord.Find(file, destination.Id, observables),
                Rejected = facts.Rejected(observables),
                Generation = facts.Generation(observables),
                FirstRow = first,
            };
            return new PlannedKey(key, decision);
        }
    }

    /// <summary>The open read of the supports: mostly it already stands where the next key's supports begin.</summary>
    private sealed class SupportCursor(LedgerFile file, EventCache events, Statement rows)
    {
        private long _row;
        private Hash128 _key;

        /// <summary>Good for one pass, until the next key.</summary>
        public IEnumerable<IndicatorSourceRow> Of(Hash128 observables, long first)
        {
            if (!StandAt(first)) yield break;
            while (Take(observables) is { } row) yield return row;
        }

        private bool StandAt(long first)
        {
            lock (file.Gate)
            {
                if (_row == first) return true;
                rows.Reset();
                rows.Bind(1, first);
                return Advance();
            }
        }

        private IndicatorSourceRow? Take(Hash128 observables)
        {
            lock (file.Gate)
            {
                if (_row == 0 || _key != observables) return null;
                var row = new IndicatorSourceRow(IndicatorSourceRecord.Read(rows.Blob(5), rows.Guid(3), rows.Int(4)), events.Find(rows.Long(2)));
                Advance();
                return row;
            }
        }

        private bool Advance()
        {
            var hasRow = rows.Read();
            _row = hasRow ? rows.Long(0) : 0;
            if (hasRow) _key = rows.Hash(1);
            return hasRow;
        }
    }
}
