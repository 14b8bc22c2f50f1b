using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>
/// Writes what became of keys at one destination, for the length of one transaction. What a first push meets a million times,
/// a new key with nothing else known of it, costs one statement: whether there is anything to clean up is asked once.
/// </summary>
internal sealed class DestinationWriter
{
    private readonly LedgerFile _file;
    private readonly long _destination;
    private readonly long _run;
    private readonly Statement _insert;
    private bool _hasDirty;
    private bool _hasRejected;
    private bool _hasReplaced;
    private long _change;

    /// <summary>Hold the ledger's gate, in a transaction.</summary>
    public DestinationWriter(LedgerFile file, long destination, long run)
    {
        _file = file;
        _destination = destination;
        _run = run;
        _insert = file.Statement("INSERT OR IGNORE INTO held (destination, observables, key, generation, id, change, fixed, created, modified, expires, renew_at, run, since, rank) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        _hasDirty = Tables.HasAny(file, "dirty", destination);
        _hasRejected = Tables.HasAny(file, "rejected", destination);
        _hasReplaced = Tables.HasAny(file, "replaced", destination);
    }

    /// <summary>It is there as the step has it. Not clean: it is to be planned again.</summary>
    public void Hold(PlanStep step, string? id, bool isClean = true)
    {
        _insert
            .Bind(1, _destination).Bind(2, step.Observables).Bind(3, step.Key).Bind(4, step.Generation).Bind(5, id)
            .Bind(6, step.Hashes.Content).Bind(7, step.Hashes.Immutable).Bind(8, step.Created).Bind(9, step.Modified)
            .Bind(10, step.Expires).Bind(11, step.RenewAt).Bind(12, _run).Bind(13, _run).Bind(14, step.Rank.Value).Run();
        if (_file.Changes == 1)
        {
            _change++;
        }
        else
        {
            _file.Statement("UPDATE held SET key = ?, generation = ?, id = COALESCE(?, id), change = ?, fixed = ?, created = ?, modified = ?, expires = ?, renew_at = ?, run = ?, rank = ? WHERE destination = ? AND observables = ?")
                .Bind(1, step.Key).Bind(2, step.Generation).Bind(3, id).Bind(4, step.Hashes.Content).Bind(5, step.Hashes.Immutable)
                .Bind(6, step.Created).Bind(7, step.Modified).Bind(8, step.Expires).Bind(9, step.RenewAt).Bind(10, _run)
                .Bind(11, step.Rank.Value).Bind(12, _destination).Bind(13, step.Observables).Run();
        }

        if (step.IdsNotReusable) _file.Statement("INSERT OR REPLACE INTO held_body VALUES (?, ?, ?)").Bind(1, _destination).Bind(2, step.Observables).Bind(3, step.Body.Span).Run();
        if (!isClean) return;
        if (_hasReplaced) ReplacedRecord.Forget(_file, _destination, step.Observables);
        // The old form is there again: its new one stays rejected, or waits.
        if (step.Reason == StepReasons.PutBack) return;
        Clean(step.Observables);
        ForgetRejection(step.Observables);
    }

    /// <summary>It was removed there.</summary>
    public void Release(PlanStep step)
    {
        if (IsOfAnother(step)) return;
        if (step.Replaces)
        {
            ReplacedRecord.Keep(_file, _destination, step.Observables);
            _hasReplaced = true;
        }

        Forget(step.Observables);
        if (step.IdsNotReusable) NextGeneration(step.Observables, step.Generation + 1, step.Modified);

        // The deletion that comes before a creation leaves the key to be planned, should the creation not come.
        if (step.Replaces) MarkDirty(step.Observables);
        else Clean(step.Observables);
        ForgetRejection(step.Observables);
    }

    /// <summary>It was turned down there.</summary>
    public void Reject(Operation operation, PlanStep step, StepOutcome.Rejected rejected)
    {
        if (rejected.IsGone && operation == Operation.Update)
        {
            Forget(step.Observables);
            MarkDirty(step.Observables);
            return;
        }

        _file.Statement(
            """
            INSERT INTO rejected (destination, observables, key, value, action, change, response, transient, attempts, run)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NOT ?10, ?9)
            ON CONFLICT (destination, observables) DO UPDATE SET
                key = ?3, value = COALESCE(?4, value), action = ?5,
                attempts = CASE WHEN ?10 THEN 0 WHEN change = ?6 THEN attempts + 1 ELSE 1 END,
                change = ?6, response = ?7, transient = ?8, run = ?9
            """)
            .Bind(1, _destination).Bind(2, step.Observables).Bind(3, step.Key).Bind(4, step.Value).Bind(5, step.Action.ToString())
            .Bind(6, step.Hashes.Content).Bind(7, rejected.Response).Bind(8, rejected.IsTransient).Bind(9, _run)
            .Bind(10, rejected.NoRoom).Run();
        _hasRejected = true;
        // What may pass another time is planned again; so is a deletion, since what is held must not stay for ever.
        if (rejected.IsTransient || operation == Operation.Delete) MarkDirty(step.Observables);
        else Clean(step.Observables);
    }

    /// <summary>Whether what the step was to do has been done is not known; the key is planned again.</summary>
    public void LeaveInDoubt(PlanStep step, UnconfirmedHandling doubt)
    {
        if (step.Action == StepAction.Delete) DoubtDeleted(step, doubt);
        else DoubtSent(step, doubt);
        MarkDirty(step.Observables);
    }

    /// <summary>What a comparison found is taken down, and the key is planned again.</summary>
    public void Correct(Correction correction)
    {
        if (correction.Kind == CorrectionKind.KeyIsRevoked) Spend(correction.Observables);
        else if (correction.Kind == CorrectionKind.HeldByOther) Forget(correction.Observables);
        else Unlike(correction);
        MarkDirty(correction.Observables);
    }

    /// <summary>It is not held there, whatever the ledger said.</summary>
    public void Forget(Hash128 observables)
    {
        _file.Statement("DELETE FROM held WHERE destination = ? AND observables = ?").Bind(1, _destination).Bind(2, observables).Run();
        if (_file.Changes == 0) return;
        _change--;
        _file.Statement("DELETE FROM held_body WHERE destination = ? AND observables = ?").Bind(1, _destination).Bind(2, observables).Run();
    }

    public void NextGeneration(Hash128 observables, int next, DateTimeOffset modified) =>
        _file.Statement("INSERT OR REPLACE INTO generation VALUES (?, ?, ?, ?)").Bind(1, _destination).Bind(2, observables).Bind(3, next).Bind(4, modified).Run();

    public void MarkDirty(Hash128 observables)
    {
        _file.Statement("INSERT OR IGNORE INTO dirty VALUES (?, ?)").Bind(1, _destination).Bind(2, observables).Run();
        _hasDirty = true;
    }

    public void Clean(Hash128 observables)
    {
        if (_hasDirty) _file.Statement("DELETE FROM dirty WHERE destination = ? AND observables = ?").Bind(1, _destination).Bind(2, observables).Run();
    }

    public void ForgetRejection(Hash128 observables)
    {
        if (_hasRejected) _file.Statement("DELETE FROM rejected WHERE destination = ? AND observables = ?").Bind(1, _destination).Bind(2, observables).Run();
    }

    /// <summary>Writes how many more or fewer are held. Call it last.</summary>
    public void Complete()
    {
        if (_change != 0) _file.Statement("UPDATE destination SET held = held + ? WHERE id = ?").Bind(1, _change).Bind(2, _destination).Run();
    }

    private void Spend(Hash128 observables)
    {
        if (HeldRecord.Find(_file, _destination, observables) is not { } held) return;
        Forget(observables);
        NextGeneration(observables, held.Generation + 1, held.Modified);
    }

    // When it expires there is not known either: the later date is assumed. With a hash that nothing equals it is sent again, or
    // removed. A request does not change the immutable part of what was there; where nothing was, there is what was sent, or nothing.
    private void DoubtSent(PlanStep step, UnconfirmedHandling doubt)
    {
        var held = HeldRecord.Find(_file, _destination, step.Observables);
        var expires = held?.Expires > step.Expires ? held.Expires : step.Expires;
        var marks = new ItemHashes(Hash128.Unknown, doubt == UnconfirmedHandling.Replace ? Hash128.Unknown : (held?.Hashes ?? step.Hashes).Immutable);
        Hold(step with { Hashes = marks, Expires = expires, RenewAt = expires }, held?.Id ?? step.Id, isClean: false);
        // Where sending again creates what has run out, nobody knows the id that it got: it is to be found by its key.
        if (doubt == UnconfirmedHandling.Resend) _file.Statement("UPDATE held SET id = NULL WHERE destination = ? AND observables = ?").Bind(1, _destination).Bind(2, step.Observables).Run();
    }

    // A surplus copy, or what another tool left: the one that is held stays.
    private static bool IsOfAnother(PlanStep step) => step.Reason is StepReasons.Duplicate or StepReasons.Legacy;

    // It stays held until it is known to be gone. Should it be wanted again, its key may have been used up.
    private void DoubtDeleted(PlanStep step, UnconfirmedHandling doubt)
    {
        if (IsOfAnother(step)) return;
        if (step.IdsNotReusable) NextGeneration(step.Observables, step.Generation + 1, step.Modified);
        Unlike(new Correction(step.Observables, doubt == UnconfirmedHandling.Replace ? CorrectionKind.MustBeReplaced : CorrectionKind.ContentUnknown));
    }

    // Unlike anything it is a change; with the immutable part unlike anything, one that needs a replacement.
    private void Unlike(Correction correction)
    {
        _file.Statement("UPDATE held SET id = COALESCE(?1, id), change = ?2, fixed = CASE WHEN ?3 THEN ?2 ELSE fixed END "
            + "WHERE destination = ?4 AND observables = ?5")
            .Bind(1, correction.Id).Bind(2, Hash128.Unknown).Bind(3, correction.Kind == CorrectionKind.MustBeReplaced)
            .Bind(4, _destination).Bind(5, correction.Observables).Run();
    }
}
