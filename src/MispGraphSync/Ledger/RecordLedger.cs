using MispGraphSync.Core.Sync;

namespace MispGraphSync.Ledger;

/// <summary>
/// What was sent and what became of it. Every method commits before it returns: what the tool then does stands on disk.
/// </summary>
internal sealed class RecordLedger(LedgerFile file, long run) : IRecordLedger
{
    public long Intend(DestinationMemory destination, Operation operation, IReadOnlyList<PlanStep> steps, bool keepBodies)
    {
        lock (file.Gate)
        {
            var blob = new BlobWriter();
            StepRecord.Write(blob, steps, keepBodies);
            return file.InTransaction(() =>
            {
                file.Statement("INSERT INTO intent (destination, run, operation, steps) VALUES (?, ?, ?, ?)")
                    .Bind(1, destination.Id).Bind(2, run).Bind(3, operation.ToString()).Bind(4, blob.Written).Run();
                return file.LastRow;
            });
        }
    }

    public void Record(DestinationMemory destination, long intent, Operation operation, IReadOnlyList<PlanStep> steps, IReadOnlyList<StepOutcome> outcomes)
    {
        lock (file.Gate)
        {
            file.InTransaction(() =>
            {
                var lost = new List<PlanStep>();
                for (var i = 0; i < steps.Count; i++)
                {
                    switch (outcomes[i])
                    {
                        case StepOutcome.Accepted accepted when operation == Operation.Delete:
                            RecordGone(destination.Id, steps[i]);
                            break;
                        case StepOutcome.Accepted accepted:
                            RecordHeld(destination.Id, steps[i], accepted.Id ?? steps[i].Id);
                            break;
                        case StepOutcome.Rejected rejected when !rejected.WholeBatch || steps.Count == 1:
                            RecordRejected(destination.Id, operation, steps[i], rejected);
                            break;
                        case StepOutcome.Unknown:
                            lost.Add(steps[i]);
                            break;
                    }
                }

                CloseOrKeep(intent, lost, keepBodies: lost.Exists(step => step.LivesOnce) || operation == Operation.Delete);
            });
        }
    }

    public IReadOnlyList<OpenIntent> OpenIntents(DestinationMemory destination)
    {
        lock (file.Gate)
        {
            var open = new List<OpenIntent>();
            var query = file.Statement("SELECT id, operation, steps FROM intent WHERE destination = ? ORDER BY id").Bind(1, destination.Id);
            while (query.Read()) open.Add(new OpenIntent(query.Long(0), Enum.Parse<Operation>(query.Text(1)), StepRecord.Read(query.Blob(2))));
            return open;
        }
    }

    public void Settle(DestinationMemory destination, OpenIntent intent, Settlement settlement)
    {
        lock (file.Gate)
        {
            file.InTransaction(() =>
            {
                foreach (var step in intent.Steps)
                {
                    MarkDirty(destination.Id, step.Observables);
                    if (intent.Operation == Operation.Update) DoubtOne(destination.Id, step, mustReplace: true);
                    if (intent.Operation != Operation.Create) continue;
                    if (settlement.Existing.TryGetValue(step.Key, out var id)) RecordHeld(destination.Id, step with { Marks = default }, id, isClean: false);
                    else Unhold(destination.Id, step.Observables);
                }

                Remove(intent.Id);
            });
        }
    }

    public void Doubt(DestinationMemory destination, IReadOnlyList<PlanStep> steps, bool mustReplace)
    {
        lock (file.Gate)
        {
            file.InTransaction(() =>
            {
                foreach (var step in steps) DoubtOne(destination.Id, step, mustReplace);
            });
        }
    }

    public void Close(DestinationMemory destination, OpenIntent intent)
    {
        lock (file.Gate)
        {
            file.InTransaction(() =>
            {
                foreach (var step in intent.Steps) MarkDirty(destination.Id, step.Observables);
                Remove(intent.Id);
            });
        }
    }

    public void Correct(DestinationMemory destination, IReadOnlyList<Correction> corrections)
    {
        lock (file.Gate)
        {
            file.InTransaction(() =>
            {
                foreach (var correction in corrections)
                {
                    if (correction.Kind == CorrectionKind.KeyIsSpent) RecordSpent(destination.Id, correction.Observables);
                    else if (correction.Kind == CorrectionKind.NotOurs) Unhold(destination.Id, correction.Observables);
                    else RecordUnlike(destination.Id, correction);
                    MarkDirty(destination.Id, correction.Observables);
                }
            });
        }
    }

    public HeldIndicator? FindHeld(DestinationMemory destination, Hash128 observables)
    {
        lock (file.Gate) return HeldRecord.Find(file, destination.Id, observables);
    }

    public void Hold(DestinationMemory destination, HeldIndicator found)
    {
        var step = new PlanStep
        {
            Action = StepAction.Update,
            Reason = StepReasons.Adopted,
            Observables = found.Observables,
            Key = found.Key,
            Generation = found.Generation,
            Body = default,
            Rank = found.Rank,
            Created = found.Created,
            Modified = found.Modified,
            Expires = found.Expires,
            RenewAt = found.RenewAt,
        };
        lock (file.Gate) file.InTransaction(() => RecordHeld(destination.Id, step, found.Id, isClean: false));
    }

    public void RaiseGeneration(DestinationMemory destination, Hash128 observables, int generation)
    {
        lock (file.Gate) file.InTransaction(() => NextGeneration(destination.Id, observables, generation, DateTimeOffset.UnixEpoch));
    }

    public void Forget(DestinationMemory destination, Hash128 observables)
    {
        lock (file.Gate)
        {
            file.InTransaction(() =>
            {
                Unhold(destination.Id, observables);
                Clean(destination.Id, observables);
            });
        }
    }

    public void ForgetRejection(DestinationMemory destination, Hash128 observables)
    {
        lock (file.Gate) file.InTransaction(() => RemoveRejection(destination.Id, observables));
    }

    public void ForgetMootRejections(DestinationMemory destination)
    {
        lock (file.Gate)
        {
            if (Count("SELECT COUNT(*) FROM rejected WHERE destination = ?", destination.Id) == 0) return;
            SupportIndexes.Ensure(file, destination.Form);
            var column = SupportIndexes.Column(destination.Form);
            file.InTransaction(() => file.Statement(
                $"""
                DELETE FROM rejected WHERE destination = ?
                AND NOT EXISTS (SELECT 1 FROM held h WHERE h.destination = rejected.destination AND h.observables = rejected.observables)
                AND NOT EXISTS (SELECT 1 FROM support s WHERE s.{column} = rejected.observables)
                """).Bind(1, destination.Id).Run());
        }
    }

    public void Reschedule(DestinationMemory destination, Hash128 observables, DateTimeOffset renewAt)
    {
        lock (file.Gate)
        {
            file.InTransaction(() => file.Statement("UPDATE held SET renew_at = ? WHERE destination = ? AND observables = ?").Bind(1, renewAt).Bind(2, destination.Id).Bind(3, observables).Run());
        }
    }

    public void ClearUnchanged(DestinationMemory destination, bool keepDeletions)
    {
        lock (file.Gate)
        {
            // Without deletions in the plan, a key that is held but not planned may be one that waits to be deleted.
            var unless = keepDeletions ? "AND NOT EXISTS (SELECT 1 FROM held h WHERE h.destination = dirty.destination AND h.observables = dirty.observables)" : "";
            file.InTransaction(() => file.Statement(
                $"DELETE FROM dirty WHERE destination = ? AND observables NOT IN (SELECT observables FROM {Tables.Steps(destination)}) {unless}").Bind(1, destination.Id).Run());
        }
    }

    public void CompleteDestination(DestinationMemory destination)
    {
        lock (file.Gate)
        {
            file.InTransaction(() => file.Statement("UPDATE destination SET plans_everything = 0, fingerprint_changed = 0, takes_over = 0 WHERE id = ?").Bind(1, destination.Id).Run());
            SupportIndexes.Ensure(file, destination.Form);
            file.Run("CREATE INDEX IF NOT EXISTS held_renewal ON held (destination, renew_at)");
        }
    }

    public long CountHeld(DestinationMemory destination)
    {
        lock (file.Gate) return Count("SELECT held FROM destination WHERE id = ?", destination.Id);
    }

    public long CountHeldBack(DestinationMemory destination)
    {
        lock (file.Gate) return Count($"SELECT COUNT(*) FROM rejected WHERE destination = ? AND run <> {run}", destination.Id);
    }

    private long Count(string sql, long destination)
    {
        var query = file.Statement(sql).Bind(1, destination);
        var count = query.Read() ? query.Long(0) : 0;
        query.Reset();
        return count;
    }

    private void RecordHeld(long destination, PlanStep step, string? id, bool isClean = true)
    {
        file.Statement("INSERT OR IGNORE INTO held (destination, observables, key, generation, id, change, fixed, created, modified, expires, renew_at, run, since, rank) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(1, destination).Bind(2, step.Observables).Bind(3, step.Key).Bind(4, step.Generation).Bind(5, id)
            .Bind(6, step.Marks.Change).Bind(7, step.Marks.Fixed).Bind(8, step.Created).Bind(9, step.Modified)
            .Bind(10, step.Expires).Bind(11, step.RenewAt).Bind(12, run).Bind(13, run).Bind(14, step.Rank.Value).Run();
        if (file.Changes == 1)
        {
            CountHeldBy(destination, 1);
        }
        else
        {
            file.Statement("UPDATE held SET key = ?, generation = ?, id = COALESCE(?, id), change = ?, fixed = ?, created = ?, modified = ?, expires = ?, renew_at = ?, run = ?, rank = ? WHERE destination = ? AND observables = ?")
                .Bind(1, step.Key).Bind(2, step.Generation).Bind(3, id).Bind(4, step.Marks.Change).Bind(5, step.Marks.Fixed)
                .Bind(6, step.Created).Bind(7, step.Modified).Bind(8, step.Expires).Bind(9, step.RenewAt).Bind(10, run)
                .Bind(11, step.Rank.Value).Bind(12, destination).Bind(13, step.Observables).Run();
        }

        if (step.LivesOnce) file.Statement("INSERT OR REPLACE INTO held_body VALUES (?, ?, ?)").Bind(1, destination).Bind(2, step.Observables).Bind(3, step.Body.Span).Run();
        if (!isClean) return;
        Clean(destination, step.Observables);
        RemoveRejection(destination, step.Observables);
    }

    private void RecordGone(long destination, PlanStep step)
    {
        // Only a surplus copy went; what is held is the other one.
        if (step.Reason == StepReasons.Duplicate) return;
        Unhold(destination, step.Observables);
        if (step.LivesOnce)
        {
            NextGeneration(destination, step.Observables, step.Generation + 1, step.Modified);
        }

        // The deletion that comes before a creation leaves the key to be planned, should the creation not come.
        if (step.Replaces) MarkDirty(destination, step.Observables);
        else Clean(destination, step.Observables);
        RemoveRejection(destination, step.Observables);
    }

    private void RecordSpent(long destination, Hash128 observables)
    {
        if (HeldRecord.Find(file, destination, observables) is not { } held) return;
        Unhold(destination, observables);
        file.Statement("INSERT OR REPLACE INTO generation VALUES (?, ?, ?, ?)").Bind(1, destination).Bind(2, observables).Bind(3, held.Generation + 1L).Bind(4, held.Modified).Run();
    }

    // Unlike anything it is a change; with the fixed part unlike anything, one that is no update.
    private void RecordUnlike(long destination, Correction correction)
    {
        file.Statement("UPDATE held SET id = COALESCE(?, id), change = ?, fixed = ? WHERE destination = ? AND observables = ?")
            .Bind(1, correction.Id).Bind(2, Hash128.Unlike).Bind(3, correction.Kind == CorrectionKind.MustBeReplaced ? Hash128.Unlike : default)
            .Bind(4, destination).Bind(5, correction.Observables).Run();
    }

    private void RecordRejected(long destination, Operation operation, PlanStep step, StepOutcome.Rejected rejected)
    {
        if (rejected.IsGone && operation == Operation.Update)
        {
            Unhold(destination, step.Observables);
            MarkDirty(destination, step.Observables);
            return;
        }

        file.Statement(
            """
            INSERT INTO rejected (destination, observables, key, value, action, change, response, transient, attempts, run)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9)
            ON CONFLICT (destination, observables) DO UPDATE SET
                key = ?3, value = COALESCE(?4, value), action = ?5,
                attempts = CASE WHEN change = ?6 THEN attempts + 1 ELSE 1 END,
                change = ?6, response = ?7, transient = ?8, run = ?9
            """)
            .Bind(1, destination).Bind(2, step.Observables).Bind(3, step.Key).Bind(4, step.Value).Bind(5, step.Action.ToString())
            .Bind(6, step.Marks.Change).Bind(7, rejected.Response).Bind(8, rejected.IsTransient).Bind(9, run).Run();
        // What may pass another time is planned again; so is a deletion, since what is held must not stay for ever.
        if (rejected.IsTransient || operation == Operation.Delete) MarkDirty(destination, step.Observables);
        else Clean(destination, step.Observables);
    }

    private void NextGeneration(long destination, Hash128 observables, int next, DateTimeOffset modified) =>
        file.Statement("INSERT OR REPLACE INTO generation VALUES (?, ?, ?, ?)").Bind(1, destination).Bind(2, observables).Bind(3, next).Bind(4, modified).Run();

    private void CloseOrKeep(long intent, List<PlanStep> lost, bool keepBodies)
    {
        if (lost.Count == 0)
        {
            Remove(intent);
            return;
        }

        var blob = new BlobWriter();
        StepRecord.Write(blob, lost, keepBodies);
        file.Statement("UPDATE intent SET steps = ? WHERE id = ?").Bind(1, blob.Written).Bind(2, intent).Run();
    }

    private void Unhold(long destination, Hash128 observables)
    {
        file.Statement("DELETE FROM held WHERE destination = ? AND observables = ?").Bind(1, destination).Bind(2, observables).Run();
        if (file.Changes == 0) return;
        CountHeldBy(destination, -1);
        file.Statement("DELETE FROM held_body WHERE destination = ? AND observables = ?").Bind(1, destination).Bind(2, observables).Run();
    }

    private void CountHeldBy(long destination, int change) =>
        file.Statement("UPDATE destination SET held = held + ? WHERE id = ?").Bind(1, change).Bind(2, destination).Run();

    // Whether the service has it as sent is not known, nor therefore when it expires there: the later date is assumed, and
    // with marks that nothing equals it is written anew, or removed.
    private void DoubtOne(long destination, PlanStep step, bool mustReplace)
    {
        var expires = HeldRecord.Find(file, destination, step.Observables) is { } held && held.Expires > step.Expires ? held.Expires : step.Expires;
        var marks = new ItemMarks(Hash128.Unlike, mustReplace ? Hash128.Unlike : default);
        RecordHeld(destination, step with { Marks = marks, Expires = expires, RenewAt = expires }, step.Id, isClean: false);
        MarkDirty(destination, step.Observables);
    }

    private void MarkDirty(long destination, Hash128 observables) =>
        file.Statement("INSERT OR IGNORE INTO dirty VALUES (?, ?)").Bind(1, destination).Bind(2, observables).Run();

    private void Clean(long destination, Hash128 observables) =>
        file.Statement("DELETE FROM dirty WHERE destination = ? AND observables = ?").Bind(1, destination).Bind(2, observables).Run();

    private void RemoveRejection(long destination, Hash128 observables) =>
        file.Statement("DELETE FROM rejected WHERE destination = ? AND observables = ?").Bind(1, destination).Bind(2, observables).Run();

    private void Remove(long intent) => file.Statement("DELETE FROM intent WHERE id = ?").Bind(1, intent).Run();
}
