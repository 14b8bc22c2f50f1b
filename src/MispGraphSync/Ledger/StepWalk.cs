using MispGraphSync.Core.Sync;

namespace MispGraphSync.Ledger;

/// <summary>
/// Reads the plan back in its order, a few hundred steps at a time and never across a lock, so that outcomes can be recorded
/// while steps are read.
/// </summary>
internal sealed class StepWalk(LedgerFile file, EventCache events, DestinationMemory destination, IReadOnlyList<StepAction> actions)
{
    private const int StepsAtOnce = 256;
    private const int SupportsAtOnce = 64;

    private readonly string _actions = string.Join(", ", actions.Select(action => (int)action));

    public IEnumerable<PlannedKey> Steps()
    {
        var last = 0L;
        while (true)
        {
            var chunk = ReadChunk(last);
            if (chunk.Count == 0) yield break;
            last = chunk[^1].N;
            foreach (var (_, planned) in chunk) yield return planned;
        }
    }

    private List<(long N, PlannedKey Planned)> ReadChunk(long after)
    {
        lock (file.Gate)
        {
            var facts = new KeyFacts(file, destination.Id);
            var chunk = new List<(long, PlannedKey)>();
            var query = file.Statement(
                $"SELECT n, observables, action, reason, replaces, first FROM {Tables.Steps(destination)} WHERE n > ? AND action IN ({_actions}) ORDER BY n LIMIT {StepsAtOnce}")
                .Bind(1, after);
            while (query.Read())
            {
                var observables = query.Hash(1);
                var decision = new StepDecision((StepAction)query.Int(2), query.Text(3), query.Flag(4));
                var first = query.Long(5);
                var key = new PlanKey
                {
                    Observables = observables,
                    Supports = decision.Action == StepAction.Delete ? [] : Supports(first, observables),
                    Held = decision.Action == StepAction.Create && decision.Reason == StepReasons.New ? null : HeldRecord.Find(file, destination.Id, observables),
                    Generation = facts.Generation(observables),
                    FirstRow = first,
                };
                chunk.Add((query.Long(0), new PlannedKey(key, decision)));
            }

            return chunk;
        }
    }

    private IEnumerable<SupportRow> Supports(long first, Hash128 observables)
    {
        var page = new List<SupportRow>();
        do
        {
            page.Clear();
            first = ReadPage(first, observables, page);
            foreach (var row in page) yield return row;
        }
        while (page.Count == SupportsAtOnce);
    }

    private long ReadPage(long first, Hash128 observables, List<SupportRow> page)
    {
        lock (file.Gate)
        {
            var query = file.Statement($"SELECT n, observables, event, attribute, part, detail FROM {Tables.Work(destination.Form)} WHERE n >= ? ORDER BY n").Bind(1, first);
            while (page.Count < SupportsAtOnce && query.Read())
            {
                if (query.Hash(1) != observables) break;
                first = query.Long(0) + 1;
                page.Add(new SupportRow(SupportRecord.Read(query.Blob(5), query.Guid(3), query.Int(4)), events.Find(query.Long(2))));
            }

            query.Reset();
            return first;
        }
    }
}
