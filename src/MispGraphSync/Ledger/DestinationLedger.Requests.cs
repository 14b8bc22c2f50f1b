using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

internal sealed partial class DestinationLedger
{
    private readonly BlobWriter _blob = new();

    public long RecordIntent(DestinationState destination, Operation operation, IReadOnlyList<PlanStep> steps, bool keepBodies)
    {
        lock (file.Gate)
        {
            _blob.Clear();
            StepRecord.Write(_blob, steps, keepBodies);
            return file.InTransaction(() =>
            {
                file.Statement("INSERT INTO intent (destination, run, operation, steps) VALUES (?, ?, ?, ?)")
                    .Bind(1, destination.Id).Bind(2, run).Bind(3, operation.ToString()).Bind(4, _blob.Written).Run();
                return file.LastRow;
            });
        }
    }

    public void RecordOutcomes(DestinationState destination, long? intent, Operation operation, IReadOnlyList<PlanStep> steps, IReadOnlyList<StepOutcome> outcomes, UnconfirmedHandling doubt = UnconfirmedHandling.None)
    {
        lock (file.Gate)
        {
            Write(destination, rows =>
            {
                var lost = new List<PlanStep>();
                for (var i = 0; i < steps.Count; i++)
                {
                    switch (outcomes[i])
                    {
                        case StepOutcome.Accepted when operation == Operation.Delete:
                            rows.Release(steps[i]);
                            break;
                        case StepOutcome.Accepted accepted:
                            rows.Hold(steps[i], accepted.Id ?? steps[i].Id);
                            break;
                        case StepOutcome.Rejected rejected:
                            // Without a culprit nobody is recorded: the batch is halved until there is one.
                            if (!rejected.WholeBatch || steps.Count == 1) rows.Reject(operation, steps[i], rejected);
                            if (doubt != UnconfirmedHandling.None && !rejected.IsGone) rows.LeaveInDoubt(steps[i], doubt);
                            break;
                        case StepOutcome.Unknown:
                            lost.Add(steps[i]);
                            break;
                    }
                }

                if (intent is { } open) CloseOrKeep(open, lost);
            }, file.CommitWithNext);
        }
    }

    public IReadOnlyList<OpenIntent> OpenIntents(DestinationState destination)
    {
        lock (file.Gate)
        {
            var open = new List<OpenIntent>();
            var query = file.Statement("SELECT id, operation, steps FROM intent WHERE destination = ? ORDER BY id").Bind(1, destination.Id);
            while (query.Read()) open.Add(new OpenIntent(query.Long(0), query.Enum<Operation>(1), StepRecord.Read(query.Blob(2))));
            return open;
        }
    }

    public void RecordReconciled(DestinationState destination, OpenIntent intent, ReconcileResult settlement)
    {
        lock (file.Gate)
        {
            Write(destination, rows =>
            {
                foreach (var step in intent.Steps)
                {
                    rows.MarkDirty(step.Observables);
                    if (settlement.Existing.TryGetValue(step.Key, out var id))
                    {
                        rows.Hold(step with { Hashes = step.Hashes with { Content = Hash128.Unknown } }, id, isClean: false);
                    }
                    else rows.Forget(step.Observables);
                }

                Remove(intent.Id);
            });
        }
    }

    public void MarkUnconfirmed(DestinationState destination, OpenIntent intent, UnconfirmedHandling doubt)
    {
        lock (file.Gate)
        {
            Write(destination, rows =>
            {
                foreach (var step in intent.Steps) rows.LeaveInDoubt(step, doubt);
                Remove(intent.Id);
            });
        }
    }

    public void RecordCorrections(DestinationState destination, IReadOnlyList<Correction> corrections)
    {
        lock (file.Gate)
        {
            Write(destination, rows =>
            {
                foreach (var correction in corrections) rows.Correct(correction);
            });
        }
    }

    public HeldIndicator? FindHeld(DestinationState destination, Hash128 observables)
    {
        lock (file.Gate) return HeldRecord.Find(file, destination.Id, observables);
    }

    public HeldIndicator? FindReplaced(DestinationState destination, Hash128 observables)
    {
        lock (file.Gate) return ReplacedRecord.Find(file, destination.Id, observables);
    }

    public void RecordTakeover(DestinationState destination, HeldIndicator found)
    {
        var step = PlanStep.On(found, StepAction.Update, StepReasons.Adopted);
        lock (file.Gate) Write(destination, rows => rows.Hold(step, found.Id, isClean: false));
    }

    public void RaiseGeneration(DestinationState destination, Hash128 observables, int generation)
    {
        lock (file.Gate) Write(destination, rows => rows.NextGeneration(observables, generation, DateTimeOffset.UnixEpoch));
    }

    public void ForgetHeld(DestinationState destination, Hash128 observables)
    {
        lock (file.Gate)
        {
            Write(destination, rows =>
            {
                rows.Forget(observables);
                rows.Clean(observables);
            });
        }
    }

    public void ForgetRejection(DestinationState destination, Hash128 observables)
    {
        lock (file.Gate) Write(destination, rows => rows.ForgetRejection(observables));
    }

    public void ForgetObsoleteRejections(DestinationState destination)
    {
        lock (file.Gate)
        {
            if (Count("SELECT COUNT(*) FROM rejected WHERE destination = ?", destination.Id) == 0) return;
            IndicatorSourceIndexes.Ensure(file, destination.Shape);
            var column = IndicatorSourceIndexes.Column(destination.Shape);
            file.InTransaction(() => file.Statement(
                $"""
                DELETE FROM rejected WHERE destination = ?
                AND NOT EXISTS (SELECT 1 FROM held h WHERE h.destination = rejected.destination AND h.observables = rejected.observables)
                AND NOT EXISTS (SELECT 1 FROM support s WHERE s.{column} = rejected.observables)
                """).Bind(1, destination.Id).Run());
        }
    }

    public void RescheduleRenewal(DestinationState destination, Hash128 observables, DateTimeOffset renewAt)
    {
        lock (file.Gate)
        {
            file.InTransaction(() => file.Statement("UPDATE held SET renew_at = ? WHERE destination = ? AND observables = ?").Bind(1, renewAt).Bind(2, destination.Id).Bind(3, observables).Run());
        }
    }

    public void ClearUnchanged(DestinationState destination, bool keepDeletions)
    {
        lock (file.Gate)
        {
            // Without deletions in the plan, a key that is held but not planned may be one that waits to be deleted.
            var unless = keepDeletions ? "AND NOT EXISTS (SELECT 1 FROM held h WHERE h.destination = dirty.destination AND h.observables = dirty.observables)" : "";
            file.InTransaction(() => file.Statement(
                $"DELETE FROM dirty WHERE destination = ? AND observables NOT IN (SELECT observables FROM {Tables.Steps(destination)}) {unless}").Bind(1, destination.Id).Run());
        }
    }

    public void CompleteDestination(DestinationState destination)
    {
        lock (file.Gate)
        {
            file.InTransaction(() =>
                file.Statement("UPDATE destination SET plans_everything = 0, takes_over = 0 WHERE id = ?").Bind(1, destination.Id).Run());
            ReplacedRecord.Clear(file, destination.Id);
            IndicatorSourceIndexes.Ensure(file, destination.Shape);
            file.Run("CREATE INDEX IF NOT EXISTS held_renewal ON held (destination, renew_at)");
        }
    }

    public void RecordAcceptedSelection(DestinationState destination, string source, string selection)
    {
        lock (file.Gate)
        {
            file.InTransaction(() => file.Statement("INSERT OR REPLACE INTO accepted SELECT ?, id, ? FROM source WHERE name = ?")
                .Bind(1, destination.Id).Bind(2, selection).Bind(3, source).Run());
        }
    }

    public bool HasWaitingForRoom(DestinationState destination)
    {
        lock (file.Gate) return Count("SELECT EXISTS (SELECT 1 FROM rejected WHERE destination = ? AND attempts = 0)", destination.Id) == 1;
    }

    public bool HoldsAny(DestinationState destination, DateTimeOffset now)
    {
        lock (file.Gate)
        {
            var query = file.Statement("SELECT 1 FROM held WHERE destination = ? AND expires > ? LIMIT 1").Bind(1, destination.Id)
                .Bind(2, now);
            var any = query.Read();
            query.Reset();
            return any;
        }
    }

    public long CountHeld(DestinationState destination)
    {
        lock (file.Gate) return Count("SELECT held FROM destination WHERE id = ?", destination.Id);
    }

    public long CountSuppressed(DestinationState destination)
    {
        lock (file.Gate)
        {
            return Count($"SELECT COUNT(*) FROM rejected WHERE destination = ? AND run <> {run} AND attempts > 0", destination.Id);
        }
    }

    private long Count(string sql, long destination)
    {
        var query = file.Statement(sql).Bind(1, destination);
        var count = query.Read() ? query.Long(0) : 0;
        query.Reset();
        return count;
    }

    private void Write(DestinationState destination, Action<DestinationWriter> work) => Write(destination, work, file.Commit);

    private void Write(DestinationState destination, Action<DestinationWriter> work, Action commit) => file.InTransaction(
        () =>
        {
            var rows = new DestinationWriter(file, destination.Id, run);
            work(rows);
            rows.Complete();
            return true;
        },
        commit);

    // What was lost may have to be sent again as it was: its bodies stay, and they are few.
    private void CloseOrKeep(long intent, List<PlanStep> lost)
    {
        if (lost.Count == 0)
        {
            Remove(intent);
            return;
        }

        _blob.Clear();
        StepRecord.Write(_blob, lost, keepBodies: true);
        file.Statement("UPDATE intent SET steps = ? WHERE id = ?").Bind(1, _blob.Written).Bind(2, intent).Run();
    }

    private void Remove(long intent) => file.Statement("DELETE FROM intent WHERE id = ?").Bind(1, intent).Run();
}
