namespace MispGraphSync.Ledger;

/// <summary>
/// Writes the outcomes of keys at one destination, during one transaction. A new key with nothing to clean up, which a first
/// push meets a million times, costs one statement: the constructor looks once whether there is anything to clean up.
/// </summary>
internal sealed class DestinationWriter
{
    /// <summary>Which run sent it last is not known.</summary>
    private const long NoRun = 0;

    private readonly LedgerFile _file;
    private readonly long _destination;
    private readonly long _run;
    private readonly Statement _insert;
    private bool _hasDirty;
    private bool _hasRejected;
    private bool _hasReplaced;
    private long _heldChange;

    /// <summary>Hold the ledger's gate, in a transaction.</summary>
    public DestinationWriter(LedgerFile file, long destination, long run)
    {
        (_file, _destination, _run) = (file, destination, run);
        _insert = file.Statement(
            "INSERT OR IGNORE INTO held (destination, observables, key, generation, id, change, fixed, created, modified, expires, "
            + "renew_at, run, since, rank, label, active_from) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        _hasDirty = Tables.HasAny(file, "dirty", destination);
        _hasRejected = Tables.HasAny(file, "rejected", destination);
        _hasReplaced = Tables.HasAny(file, "replaced", destination);
    }

    /// <summary>The destination holds it as sent. Not clean: it is planned again.</summary>
    public void Hold(PlanStep step, string? id, bool isClean = true) => Hold(step, id, isClean, _run);

    /// <summary>A list showed it: it was not sent by this run. It is planned again.</summary>
    public void HoldListed(PlanStep step, string? id) => Hold(step, id, isClean: false, NoRun);

    private void Hold(PlanStep step, string? id, bool isClean, long sent)
    {
        var label = step.Label?.ToString();
        _insert.Bind(
            _destination, step.Observables, step.Key, step.Generation, id, step.Hashes.Content, step.Hashes.Immutable, step.Created,
            step.Modified, step.Expires, step.RenewAt, sent, _run, step.Rank.Value, label, step.ListedSince).Run();
        if (_file.Changes == 1) _heldChange++;
        else
        {
            _file.Run(
                "UPDATE held SET key = ?3, generation = ?4, id = COALESCE(?5, id), change = ?6, fixed = ?7, created = ?8, modified = ?9, "
                + "expires = ?10, renew_at = ?11, run = COALESCE(NULLIF(?12, 0), run), rank = ?13, "
                + "label = COALESCE(?14, label) "
                + "WHERE destination = ?1 AND observables = ?2",
                _destination, step.Observables, step.Key, step.Generation, id, step.Hashes.Content, step.Hashes.Immutable, step.Created,
                step.Modified, step.Expires, step.RenewAt, sent, step.Rank.Value, label);
        }

        if (!step.ForDeletion.IsEmpty)
            _file.Run("INSERT OR REPLACE INTO held_body VALUES (?, ?, ?)", _destination, step.Observables, step.ForDeletion);
        if (!isClean) return;
        if (_hasReplaced) _file.Run("DELETE FROM replaced WHERE destination = ? AND observables = ?", _destination, step.Observables);
        // The old form is back: the new one stays rejected, or waits.
        if (step.Reason == StepReasons.PutBack) return;
        Clean(step.Observables);
        ForgetRejection(step.Observables);
    }

    /// <summary>The destination deleted it.</summary>
    public void Delete(PlanStep step)
    {
        if (IsOfAnother(step)) return;
        if (step.Replaces)
        {
            HeldRecord.KeepReplaced(_file, _destination, step.Observables);
            _hasReplaced = true;
        }

        Forget(step.Observables);
        if (step.IdsNotReusable) UseUp(step);

        // After the deletion of a replacement the key stays planned, in case the creation fails.
        if (step.Replaces) MarkDirty(step.Observables);
        else Clean(step.Observables);
        ForgetRejection(step.Observables);
    }

    public void Reject(Operation operation, PlanStep step, StepOutcome.Rejected rejected)
    {
        if (rejected.IsGone && operation == Operation.Update)
        {
            Forget(step.Observables);
            MarkDirty(step.Observables);
            return;
        }

        _file.Run(
            """
            INSERT INTO rejected (destination, observables, key, value, action, change, response, transient, attempts, run)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NOT ?10, ?9)
            ON CONFLICT (destination, observables) DO UPDATE SET
                key = ?3, value = COALESCE(?4, value), action = ?5,
                attempts = CASE WHEN ?10 THEN 0 WHEN change = ?6 THEN attempts + 1 ELSE 1 END,
                change = ?6, response = ?7, transient = ?8, run = ?9
            """,
            _destination, step.Observables, step.Key, step.Value, step.Action.ToString(), step.Hashes.Content, rejected.Response,
            rejected.IsTransient, _run, rejected.NoRoom);
        _hasRejected = true;
        // Transient rejections are planned again; so are deletions, since nothing may stay held forever.
        if (rejected.IsTransient || operation == Operation.Delete) MarkDirty(step.Observables);
        else Clean(step.Observables);
    }

    /// <summary>The request of this step is unconfirmed; the key is planned again.</summary>
    public void MarkUnconfirmed(PlanStep step, UnconfirmedHandling handling)
    {
        if (step.Action == StepAction.Delete) MarkUnconfirmedDeletion(step, handling);
        else MarkUnconfirmedWrite(step, handling);
        MarkDirty(step.Observables);
    }

    /// <summary>Applies what a list showed; the key is planned again.</summary>
    public void Correct(Correction correction)
    {
        if (correction.Kind == CorrectionKind.KeyIsRevoked) Revoke(correction.Observables);
        else if (correction.Kind == CorrectionKind.HeldByOther) Forget(correction.Observables);
        else MarkUnknown(correction);
        MarkDirty(correction.Observables);
    }

    /// <summary>It is not held.</summary>
    public void Forget(Hash128 observables)
    {
        WithdrawnRecord.Keep(_file, _run, "h.destination = ?2 AND h.observables = ?3", until: null, _destination, observables);
        _file.Run("DELETE FROM held WHERE destination = ? AND observables = ?", _destination, observables);
        if (_file.Changes == 0) return;
        _heldChange--;
        _file.Run("DELETE FROM held_body WHERE destination = ? AND observables = ?", _destination, observables);
    }

    /// <summary>It never goes down: a later key may be used up too.</summary>
    public void RaiseGeneration(Hash128 observables, int next, DateTimeOffset modified) => _file.Run(
        "INSERT INTO generation VALUES (?1, ?2, ?3, ?4) "
        + "ON CONFLICT (destination, observables) DO UPDATE SET next = ?3, modified = ?4 WHERE next <= ?3",
        _destination, observables, next, modified);

    public void MarkDirty(Hash128 observables)
    {
        _file.Run("INSERT OR IGNORE INTO dirty VALUES (?, ?)", _destination, observables);
        _hasDirty = true;
    }

    public void Clean(Hash128 observables)
    {
        if (_hasDirty) _file.Run("DELETE FROM dirty WHERE destination = ? AND observables = ?", _destination, observables);
    }

    public void ForgetRejection(Hash128 observables)
    {
        if (_hasRejected) _file.Run("DELETE FROM rejected WHERE destination = ? AND observables = ?", _destination, observables);
    }

    /// <summary>Writes the number of held indicators. Call it last.</summary>
    public void Complete()
    {
        if (_heldChange != 0) _file.Run("UPDATE destination SET held = held + ? WHERE id = ?", _heldChange, _destination);
    }

    // The key of an indicator without a known source is remembered as it is: its observables are not known.
    private void UseUp(PlanStep step)
    {
        if (step.Observables == Hash128.Of(step.Key)) _file.Run("INSERT OR IGNORE INTO spent_key VALUES (?, ?)", _destination, step.Key);
        else RaiseGeneration(step.Observables, step.Generation + 1, step.Modified);
    }

    private void Revoke(Hash128 observables)
    {
        if (HeldRecord.Find(_file, _destination, observables) is not { } held) return;
        Forget(observables);
        RaiseGeneration(observables, held.Generation + 1, held.Modified);
    }

    // The expiry at the destination is unknown: assume the later one. UnknownHash forces an update or a deletion. A request does
    // not change the immutable part of an existing indicator, and a new one has the part that was sent.
    private void MarkUnconfirmedWrite(PlanStep step, UnconfirmedHandling handling)
    {
        var held = HeldRecord.Find(_file, _destination, step.Observables);
        var expires = held?.Expires > step.Expires ? held.Expires : step.Expires;
        var immutable = handling == UnconfirmedHandling.Replace ? Hash128.Unknown : (held?.Hashes ?? step.Hashes).Immutable;
        var unknown = step with { Hashes = new ItemHashes(Hash128.Unknown, immutable), Expires = expires, RenewAt = expires };
        Hold(unknown, held?.Id ?? step.Id, isClean: false);
        // A resend may have created it with a new id: find it by its key.
        if (handling != UnconfirmedHandling.Resend) return;
        _file.Run("UPDATE held SET id = NULL WHERE destination = ? AND observables = ?", _destination, step.Observables);
    }

    // It stays held until the deletion is confirmed. Its key may be used up.
    private void MarkUnconfirmedDeletion(PlanStep step, UnconfirmedHandling handling)
    {
        if (IsOfAnother(step)) return;
        if (step.IdsNotReusable) UseUp(step);
        var kind = handling == UnconfirmedHandling.Replace ? CorrectionKind.MustBeReplaced : CorrectionKind.ContentUnknown;
        MarkUnknown(new Correction(step.Observables, kind));
    }

    // An unknown content hash forces an update; an unknown immutable hash forces a replacement.
    private void MarkUnknown(Correction correction) => _file.Run(
        "UPDATE held SET id = COALESCE(?3, id), change = ?4, fixed = CASE WHEN ?5 THEN ?4 ELSE fixed END "
        + "WHERE destination = ?1 AND observables = ?2",
        _destination, correction.Observables, correction.Id, Hash128.Unknown, correction.Kind == CorrectionKind.MustBeReplaced);

    // A duplicate, or another tool's indicator: ours stays held.
    private static bool IsOfAnother(PlanStep step) => step.Reason is StepReasons.Duplicate or StepReasons.Legacy;
}
