using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Maintenance;

/// <summary>
/// Takes over from a predecessor: of what it left, those go whose very observable we hold and that was seen there live, so
/// that exactly one remains and there is never none. Everything else of it is left alone and runs out.
/// </summary>
public sealed class Takeover(ForeignTool predecessor, DestinationState memory, IDestinationLedger ledger, DeletionLimit maxDelete, RunControl control, IRunObserver observer)
{
    private readonly Applier _applier = new(predecessor.At, ledger, memory, control, observer);

    /// <summary>How many were found.</summary>
    public long Found { get; private set; }

    /// <summary>What became of them; those never reached count as not attempted.</summary>
    public StepTally Tally => _applier.Tally + new StepTally(0, 0, 0, Found - _applier.Taken);

    /// <summary>Lists all that it left, and adds a finding for each that is one too many.</summary>
    public async Task FindAsync(DateTimeOffset now)
    {
        var listed = 0L;
        var seen = new HashSet<Hash128>();
        await foreach (var there in predecessor.At.ReadAsync(control.Stop).WithCancellation(control.Stop).ConfigureAwait(false))
        {
            observer.Listed(memory.Info, ++listed);
            if (!there.IsLive(now) || there.Id is not { } id || predecessor.Recognise(there) is not { } left || !IsOneTooMany(left, now)) continue;
            // A list of pages is no snapshot.
            if (!seen.Add(Hash128.Of(id))) continue;
            Found++;
            ledger.AddFinding(memory, new Finding
            {
                Kind = FindingKind.Legacy,
                Repair = RepairKind.RemoveCopy,
                Observables = left.Observables,
                Key = there.Key,
                Id = id,
                Type = there.Type,
                Value = there.Value,
            });
        }
    }

    /// <summary>Removes them like any other deletion: the intent is recorded first, and a bad record is isolated.</summary>
    /// <exception cref="RunFailedException">
    /// Refused: more than the guard allows, nothing was removed. Or the destination failed.
    /// </exception>
    public async Task RemoveAsync(DateTimeOffset now)
    {
        var there = ledger.CountHeld(memory) + Found;
        if (!maxDelete.Allows(Found, there))
        {
            throw new RunFailedException(
                RunOutcome.DeletionsWithheld,
                $"{Found} indicators of {predecessor.Name} at '{memory.Info.Name}' would be removed, of {there} there, more than guard.maxDelete ({maxDelete}) allows.",
                $"Look at them with 'misp-graph verify --adopt {predecessor.Name}'. If they are meant, run once with --max-delete {Found}.");
        }

        var removals = ledger.ReadFindings(memory, FindingKind.Legacy).Select(finding => Removal(finding, now));
        await _applier.ApplyAsync(removals, Found).ConfigureAwait(false);
        if (_applier.Failure is { } failure) throw failure;
    }

    private bool IsOneTooMany(LegacyIndicator left, DateTimeOffset now) =>
        ledger.FindHeld(memory, left.Observables) is { } held
        && held.Key != left.There.Key && held.Id != left.There.Id
        && (left.Event is not { } from || ledger.HasSource(memory, left.Observables, from))
        && ledger.FindRemote(memory, held.Key).Any(ours => ours.IsLive(now));

    private PlanStep Removal(Finding left, DateTimeOffset now)
    {
        var held = new HeldIndicator
        {
            Observables = left.Observables!.Value,
            Key = left.Key ?? Guid.Empty,
            Id = left.Id,
            Hashes = default,
            Created = now,
            // When it was last sent is not known, and nothing has to be later than that.
            Modified = DateTimeOffset.UnixEpoch,
            Expires = now.AddDays(1),
            RenewAt = now,
        };
        var step = Planner.BuildDeletion(predecessor.At, held, new StepDecision(StepAction.Delete, StepReasons.Legacy), now);
        observer.Step(memory.Info, step);
        return step;
    }
}
