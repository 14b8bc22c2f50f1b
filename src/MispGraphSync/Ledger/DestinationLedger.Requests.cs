namespace MispGraphSync.Ledger;

// Requests and their outcomes. All but RecordOutcomes commit before they return.
internal sealed partial class DestinationLedger
{
    private readonly BlobWriter _blob = new();

    public IReadOnlyList<long> RecordIntents(
        DestinationState destination, IReadOnlyList<(Operation Operation, IReadOnlyList<PlanStep> Steps)> requests) =>
        file.InTransaction(() =>
        {
            var numbers = new long[requests.Count];
            for (var i = 0; i < numbers.Length; i++)
            {
                _blob.Clear();
                StepRecord.Write(_blob, requests[i].Steps);
                file.Run(
                    "INSERT INTO intent (destination, run, operation, steps) VALUES (?, ?, ?, ?)",
                    destination.Id, run, requests[i].Operation.ToString(), _blob.Written);
                numbers[i] = file.LastRow;
            }

            return numbers;
        });

    public void RecordOutcomes(
        DestinationState destination, long? intent, Operation operation, IReadOnlyList<PlanStep> steps, IReadOnlyList<StepOutcome> outcomes,
        UnconfirmedHandling handling = UnconfirmedHandling.None) =>
        Write(destination, commitsWithNext: true, work: rows =>
        {
            var lost = new List<PlanStep>();
            for (var i = 0; i < steps.Count; i++)
            {
                switch (outcomes[i])
                {
                    case StepOutcome.Accepted when operation == Operation.Delete:
                        rows.Delete(steps[i]);
                        break;
                    case StepOutcome.Accepted accepted:
                        rows.Hold(steps[i], accepted.Id ?? steps[i].Id);
                        break;
                    case StepOutcome.Rejected rejected:
                        // A batch rejected as a whole blames no step: it is bisected first.
                        if (!rejected.WholeBatch || steps.Count == 1) rows.Reject(operation, steps[i], rejected);
                        if (handling != UnconfirmedHandling.None && !rejected.IsGone) rows.MarkUnconfirmed(steps[i], handling);
                        break;
                    case StepOutcome.Unknown:
                        lost.Add(steps[i]);
                        break;
                }
            }

            if (intent is { } open) CloseOrKeep(open, lost);
        });

    public IReadOnlyList<OpenIntent> OpenIntents(DestinationState destination) => file.All(
        "SELECT id, operation, steps FROM intent WHERE destination = ? ORDER BY id",
        static row => new OpenIntent(row.Long(0), row.Enum<Operation>(1), StepRecord.Read(row.Blob(2))), destination.Id);

    public void RecordReconciled(DestinationState destination, OpenIntent intent, ReconcileResult result) => Write(destination, rows =>
    {
        foreach (var step in intent.Steps)
        {
            rows.MarkDirty(step.Observables);
            if (result.Existing.TryGetValue(step.Key, out var id))
            {
                rows.Hold(step with { Hashes = step.Hashes with { Content = Hash128.Unknown } }, id, isClean: false);
            }
            else rows.Forget(step.Observables);
        }

        Close(intent.Id);
    });

    public void MarkUnconfirmed(DestinationState destination, OpenIntent intent, UnconfirmedHandling handling) => Write(destination, rows =>
    {
        foreach (var step in intent.Steps) rows.MarkUnconfirmed(step, handling);
        Close(intent.Id);
    });

    public void RecordCorrections(DestinationState destination, IReadOnlyList<Correction> corrections) => Write(destination, rows =>
    {
        foreach (var correction in corrections) rows.Correct(correction);
    });

    public void RecordTakeover(DestinationState destination, HeldIndicator found) => Write(destination, rows =>
    {
        // It may be held under its own key, without a known source.
        rows.Forget(Hash128.Of(found.Key));
        rows.HoldListed(Adopted(found), found.Id);
        // Should the run end before it is sent, the next one plans it.
        if (!found.Hashes.IsContentKnown && destination.Shape != IndicatorShape.Context)
            rows.MarkDirty(found.Observables);
    });

    public void RecordUnclaimed(DestinationState destination, IReadOnlyList<HeldIndicator> found) => Write(destination, rows =>
    {
        foreach (var one in found) rows.HoldListed(Adopted(one), one.Id);
    });

    private static PlanStep Adopted(HeldIndicator found) => PlanStep.On(found, StepAction.Update, StepReasons.Adopted) with
    {
        ForDeletion = found.Body,
        IdsNotReusable = !found.Body.IsEmpty,
    };

    public void RaiseGeneration(DestinationState destination, Hash128 observables, int generation) =>
        Write(destination, rows => rows.RaiseGeneration(observables, generation, DateTimeOffset.UnixEpoch));

    public void ForgetHeld(DestinationState destination, Hash128 observables) => Write(destination, rows =>
    {
        rows.Forget(observables);
        rows.Clean(observables);
    });

    public void ForgetRejection(DestinationState destination, Hash128 observables) =>
        Write(destination, rows => rows.ForgetRejection(observables));

    private void Write(DestinationState destination, Action<DestinationWriter> work, bool commitsWithNext = false) => file.InTransaction(
        () =>
        {
            var rows = new DestinationWriter(file, destination.Id, run);
            work(rows);
            rows.Complete();
        },
        commitsWithNext);

    private void CloseOrKeep(long intent, List<PlanStep> lost)
    {
        if (lost.Count == 0)
        {
            Close(intent);
            return;
        }

        _blob.Clear();
        StepRecord.Write(_blob, lost);
        file.Run("UPDATE intent SET steps = ? WHERE id = ?", _blob.Written, intent);
    }

    private void Close(long intent) => file.Run("DELETE FROM intent WHERE id = ?", intent);
}
